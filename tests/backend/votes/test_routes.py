"""Endpoints of votes."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_likes_of_an_item(client: httpx.AsyncClient) -> None:
    """A list, whatever the number of rows."""
    assert (await client.get("/votes/up/d/2")).json() == [
        {"user_id": 2, "knowledge_type": "d", "knowledge_id": 2}
    ]


@pytest.mark.parametrize("path", ["/votes/up/x/1", "/votes/down/999", "/votes/up/list/1"])
async def test_no_votes_are_no_error(client: httpx.AsyncClient, path: str) -> None:
    """The reads never fail."""
    response = await client.get(path)
    assert (response.status_code, response.json()) == (200, [])


async def test_the_list_of_downvotes_tells_no_reasons(client: httpx.AsyncClient) -> None:
    """As PHP's; the fields are there and null."""
    rows = (await client.get("/votes/down/list")).json()
    assert {(row["reason"], row["reason_id"], row["count"]) for row in rows} == {(None, None, None)}


@pytest.mark.parametrize("path", ["/votes/up/abc", "/votes/up/1/2", "/votes/down/2/d/abc"])
async def test_a_wrong_segment_is_wrong_input(client: httpx.AsyncClient, path: str) -> None:
    """PHP knows no such path; its code is kept."""
    response = await client.get(path)
    assert (response.status_code, response.json()["code"]) == (422, "100")
