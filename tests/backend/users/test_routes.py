"""Endpoints of users."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


async def test_names_are_found_by_id(client: httpx.AsyncClient) -> None:
    """Query and JSON body behave the same."""
    expected = [{"id": 1, "username": "Ada Vellum"}, {"id": 2, "username": "Boris Quill"}]
    assert (await client.get("/users/list?user_id=2,1")).json() == expected
    assert (await client.post("/users/list", json={"user_id": [1, 2]})).json() == expected


async def test_nobody_is_no_error(client: httpx.AsyncClient) -> None:
    """An unknown id gives an empty list, as in PHP."""
    response = await client.get("/users/list?user_id=999")
    assert (response.status_code, response.json()) == (200, [])


async def test_without_a_filter_everybody_is_listed(client: httpx.AsyncClient) -> None:
    """PHP dies of it."""
    assert 300 in [user["id"] for user in (await client.get("/users/list")).json()]


async def test_ids_are_digits(client: httpx.AsyncClient) -> None:
    """Anything else is wrong input."""
    response = await client.get("/users/list?user_id=1,")
    assert (response.status_code, response.json()["code"]) == (422, "371")
