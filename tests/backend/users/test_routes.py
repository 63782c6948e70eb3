"""Endpoints of users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from backend import tables

if TYPE_CHECKING:
    import httpx

    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


async def test_names_are_found_by_id(client: httpx.AsyncClient) -> None:
    """Query and JSON body behave the same."""
    expected = [{"id": 1, "username": "Ada Vellum"}, {"id": 2, "username": "Boris Quill"}]
    assert (await client.get("/users/list?user_id=2,1")).json() == expected
    assert (await client.post("/users/list", json={"user_id": [1, 2]})).json() == expected


@pytest.mark.parametrize("ids", ["2%0A", "%202", "2%20", "1%20,%092%20", "2%0B%0C%0D"])
async def test_blanks_around_an_id_do_not_count(client: httpx.AsyncClient, ids: str) -> None:
    """PHP pastes the text into its SQL, which skips them."""
    assert (await client.get(f"/users/list?user_id={ids}")).json()[-1] == {"id": 2, "username": "Boris Quill"}


@pytest.mark.parametrize("ids", ["", "2,", "%20", "2%202", "%2B2", "2.0", "-2", "2%00", "2%C2%A0", "%D9%A2"])
async def test_what_is_no_list_of_ids_is_refused(client: httpx.AsyncClient, ids: str) -> None:
    """Digits only, whatever a database would make of the text."""
    response = await client.get(f"/users/list?user_id={ids}")
    assert (response.status_code, response.json()["code"]) == (422, "371")


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


async def test_accounts_that_nothing_keeps_are_deleted(writable: Writable, keys: dict[str, str]) -> None:
    """By themselves and by administrators; a deleted key is nobody's."""
    answers = []
    for who, user in (
        (None, "2222"),
        ("readonly", "3"),
        ("admin", "abc"),
        ("writer", "999999"),
        ("writer", "2222"),
        ("writer", "2"),
    ):
        params = {"api_key": keys[who]} if who else {}
        answer = await writable.http.delete(f"/users/{user}", params=params)
        answers.append((answer.status_code, answer.json()["type"].rpartition("/")[2]))
    assert answers == [
        (401, "authentication-required"),
        (403, "account-read-only"),
        (422, "validation-error"),
        (404, "user-not-found"),
        (403, "forbidden"),
        (409, "account-has-resources"),
    ]
    users = await writable.rows(tables.users)
    async with writable.database.write() as connection:
        await connection.execute(insert(tables.users_groups).values(user_id=874, group_id=2))
    params = {"api_key": keys["nogroup"]}
    own = await writable.http.delete("/users/874", params=params)
    again = await writable.http.delete("/users/874", params=params)
    others = await writable.http.delete("/users/2222", params={"api_key": keys["admin"]})
    assert (own.status_code, own.content, again.status_code, others.status_code) == (204, b"", 401, 204)
    assert len(await writable.rows(tables.users)) == len(users) - 2
