"""Input that only a handler can judge."""

import httpx
import pytest

pytestmark = pytest.mark.anyio

PROBLEM = "The requested limit is too high: give one of at most 10000"


async def test_the_place_of_a_query_parameter_is_named(client: httpx.AsyncClient) -> None:
    """A filter of the query is found there."""
    document = (await client.get("/run/list?limit=10001")).json()
    assert document["detail"] == f"{PROBLEM}."
    assert document["errors"] == [
        {"type": "limit", "loc": ["query", "limit"], "msg": PROBLEM, "input": "10001", "ctx": {"le": 10000}}
    ]


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"limit": 10001}, ["body", "limit"]),
        ({"pagination": {"limit": 10001}}, ["body", "pagination", "limit"]),
    ],
)
async def test_the_place_in_a_json_body_is_named(
    client: httpx.AsyncClient, body: dict[str, object], loc: list[str]
) -> None:
    """A filter of the body is found there, also inside pagination."""
    (error,) = (await client.post("/run/list", json=body)).json()["errors"]
    assert (error["loc"], error["input"]) == (loc, 10001)


async def test_the_place_in_a_form_is_named(client: httpx.AsyncClient) -> None:
    """A field of a form is part of the body."""
    (error,) = (await client.post("/run/list", data={"limit": "10001"})).json()["errors"]
    assert (error["loc"], error["input"]) == (["body", "limit"], "10001")
