"""Endpoints of flows, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_a_private_flow_can_be_read_by_id(client: httpx.AsyncClient) -> None:
    """As in PHP; only lists hide it."""
    document = (await client.get("/flows/24")).json()
    assert (document["id"], document["tag"], document["subflows"]) == (24, [], [])


async def test_a_row_of_the_list(client: httpx.AsyncClient) -> None:
    """Six fields, typed."""
    assert (await client.get("/flows/list?limit=1")).json() == [
        {
            "id": 1,
            "full_name": "weka.MossTree(1)",
            "name": "weka.MossTree",
            "version": 1,
            "external_version": "Weka_3.9.0_12024",
            "uploader": 1,
        }
    ]


async def test_both_spellings_of_a_filter_choose_the_same(client: httpx.AsyncClient) -> None:
    """Query parameters and a JSON body; an offset needs no limit; the tag 0 is no filter."""
    by_query = (await client.get("/flows/list?uploader=2&offset=3&tag=0")).json()
    by_body = (await client.post("/flows/list", json={"uploader": 2, "pagination": {"offset": 3}})).json()
    assert by_query == by_body
    assert len(by_query) == len((await client.get("/flows/list?uploader=2")).json()) - 3


@pytest.mark.parametrize(
    "path",
    [
        "/flows/exists/weka.MossTree/Weka_3.9.1_13000_beta,build%3D7",
        "/v1/flow/exists/weka.MossTree/Weka_3.9.1_13000_beta,build=7",
        "/flows/exists?name=weka.MossTree&external_version=Weka_3.9.1_13000_beta,build=7",
    ],
)
async def test_the_flow_that_exists(client: httpx.AsyncClient, path: str) -> None:
    """By path, percent-encoded or not, and by query."""
    assert (await client.get(path)).json() == {"flow_id": 3}


async def test_existence_by_form_and_by_json(client: httpx.AsyncClient) -> None:
    """POST takes both, without a key."""
    fields = {"name": "weka.MossTree", "external_version": "Weka_3.9.0_12024"}
    assert (await client.post("/flows/exists", data=fields)).json() == {"flow_id": 1}
    assert (await client.post("/flows/exists", json=fields)).json() == {"flow_id": 1}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/flows/0", 422, "180"),
        ("/flows/00", 404, "181"),
        ("/flows/-1", 404, "181"),
        ("/flows/abc", 422, "100"),
        ("/flows/1.0", 422, None),
        ("/flows/exists/weka.MossTree/nope", 404, None),
        ("/flows/exists", 404, None),
        ("/flows/list?foo=1", 422, "501"),
        ("/flows/list?uploader=1,2", 422, "502"),
        ("/flows/list?tag=%C3%BC", 422, "502"),
        ("/flows/list?limit=0", 422, "500"),
        ("/flows/list?limit=0&uploader=a", 422, "502"),
        ("/flows/list?tag=nosuch", 404, "500"),
        ("/flows/list?uploader=99999999999999999999", 404, "500"),
    ],
)
async def test_a_refusal_keeps_the_legacy_code(
    client: httpx.AsyncClient, path: str, status: int, code: str | None
) -> None:
    """Every error is a problem document with the status of the contract and the code of PHP."""
    response = await client.get(path)
    assert (response.status_code, response.json().get("code")) == (status, code)


async def test_tags(client: httpx.AsyncClient) -> None:
    """A bare list."""
    assert "scikit-learn" in (await client.get("/flows/tag/list")).json()
