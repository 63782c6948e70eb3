"""Endpoints of estimation procedures, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_one_procedure_is_the_object_of_the_list(client: httpx.AsyncClient) -> None:
    """There is one shape of an estimation procedure."""
    listed = (await client.get("/estimationprocedure/list")).json()
    assert (await client.get("/estimationprocedure/5")).json() == listed[4]


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [("0", 422, "730"), ("00", 404, "731"), ("99", 404, "731"), ("x", 422, "100"), ("1.5", 422, None)],
)
async def test_a_refusal_keeps_the_legacy_code(
    client: httpx.AsyncClient, number: str, status: int, code: str | None
) -> None:
    """Only the exact text 0 is "please provide"."""
    response = await client.get(f"/estimationprocedure/{number}")
    assert (response.status_code, response.json().get("code")) == (status, code)
