"""Votes given and taken back through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backend import tables

if TYPE_CHECKING:
    import httpx

    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


def said(answer: httpx.Response) -> tuple[int, str | None]:
    """Status and code of an answer."""
    return answer.status_code, answer.json().get("code")


async def test_a_like_is_given_once_and_taken_back(writable: Writable, keys: dict[str, str]) -> None:
    """A second one is a conflict; what is not there cannot be taken back."""
    key = {"api_key": keys["writer"]}
    before = await writable.rows(tables.likes)
    liked = await writable.http.post("/votes/up/d/62", params=key)
    again = await writable.http.post("/votes/up/d/62", params=key)
    [row] = [row for row in await writable.rows(tables.likes) if row not in before]
    assert (row[1:4], str(row[4])) == (("d", 62, 2), "2026-11-22 12:00:00")
    taken = await writable.http.delete("/votes/up/d/62", params=key)
    gone = await writable.http.delete("/votes/up/d/62", params=key)
    assert liked.json() == taken.json() == {"user_id": 2, "knowledge_type": "d", "knowledge_id": 62}
    assert (said(again), said(gone)) == ((409, "705"), (404, "703"))
    assert await writable.rows(tables.likes) == before


async def test_a_downvote_names_a_reason_or_agrees(writable: Writable, keys: dict[str, str]) -> None:
    """Who agrees has no count; a reason that nobody named has no text; no reason is an empty one."""
    answers = []
    for who, path in (
        ("writer", "d/62/Rows%20are%20missing"),
        ("owner", "d/62/10"),
        ("admin", "d/62/999"),
        ("writer", "d/63"),
    ):
        answer = await writable.http.post(f"/votes/down/{path}", params={"api_key": keys[who]})
        answers.append({name: answer.json()[name] for name in ("reason", "reason_id", "original", "count")})
    assert answers == [
        {"reason": "Rows are missing", "reason_id": 10, "original": 1, "count": 1},
        {"reason": "Rows are missing", "reason_id": 10, "original": 0, "count": None},
        {"reason": None, "reason_id": 999, "original": 0, "count": None},
        {"reason": "", "reason_id": 11, "original": 1, "count": 1},
    ]
    taken = await writable.http.delete("/votes/down/d/62", params={"api_key": keys["writer"]})
    assert taken.json()["count"] == 2


async def test_a_refused_vote_changes_nothing(writable: Writable, keys: dict[str, str]) -> None:
    """No row of a vote, and no reason."""
    before = await writable.rows(tables.downvotes), await writable.rows(tables.downvote_reasons)
    params = {"api_key": keys["owner"]}
    for path, expected in (
        ("x/62/New", (422, "711")),
        ("d/abc/New", (422, "100")),
        ("d/62/1.5", (422, None)),
        ("d/61/New", (403, "722")),
        ("f/1/New", (409, "705")),
    ):
        assert said(await writable.http.post(f"/votes/down/{path}", params=params)) == expected
    assert said(await writable.http.delete("/votes/down/d/62", params=params)) == (404, "703")
    assert (await writable.rows(tables.downvotes), await writable.rows(tables.downvote_reasons)) == before


async def test_equal_votes_at_once_are_one(writable: Writable, keys: dict[str, str]) -> None:
    """One row, one reason, and for all others the conflict."""
    params = {"api_key": keys["writer"]}
    for path in ("/votes/up/d/62", "/votes/down/d/62/Quite%20new"):
        answers = await asyncio.gather(*(writable.http.post(path, params=params) for _ in range(8)))
        assert sorted(map(said, answers)) == [(200, None), *[(409, "705")] * 7]


async def test_voting_needs_an_account_that_may_write(writable: Writable, keys: dict[str, str]) -> None:
    """Without a key or with a read-only one nothing is looked at."""
    for who, expected in ((None, (401, "102")), ("readonly", (403, "104")), ("nogroup", (403, "104"))):
        params = {"api_key": keys[who]} if who else {}
        for method, path in (
            ("POST", "up/x/1"),
            ("DELETE", "up/d/61"),
            ("POST", "down/d/1/x"),
            ("DELETE", "down/d/1"),
        ):
            assert said(await writable.http.request(method, f"/votes/{path}", params=params)) == expected


@pytest.mark.parametrize("way", ["votes/up", "votes/down"])
async def test_taking_back_looks_at_the_id_before_the_type(
    writable: Writable, keys: dict[str, str], way: str
) -> None:
    """PHP knows no such path without a number; whether there are items of the type it asks later."""
    key = {"api_key": keys["writer"]}
    for path, expected in (("x/1abc", "100"), ("x/1e1", None), ("x/1", "711")):
        assert said(await writable.http.delete(f"/{way}/{path}", params=key)) == (422, expected)


async def test_what_was_sent_is_told(writable: Writable, keys: dict[str, str]) -> None:
    """A segment of the path as it is, a file in place of a field by its name and not as Python shows it."""
    key = {"api_key": keys["writer"]}
    (error,) = (await writable.http.delete("/votes/up/x/1", params=key)).json()["errors"]
    assert (error["loc"], error["input"]) == (["path", "type"], "x")
    form = {"data": {"data_id": "61"}, "files": {"tag": ("t.txt", b"\xff")}}
    answer = await writable.http.post("/datasets/tag", params=key, **form)  # type: ignore[arg-type]  # of httpx
    assert answer.status_code == 422
    assert "UploadFile(" not in answer.text


async def test_what_one_may_not_see_is_refused_in_both_dialects(
    writable: Writable, keys: dict[str, str]
) -> None:
    """PHP lets everybody vote it; in its dialect the error is that of asking for it."""
    refused = '{"error":{"code":"112","message":"No access granted"}}'
    for path in ("votes/up/d/130", "votes/down/d/130/bad", "downloads/d/130", "votes/up/t/9"):
        answer = await writable.http.post(f"/api/v1/json/{path}", params={"api_key": keys["writer"]})
        assert (answer.status_code, answer.text) == (412, refused)
        assert said(await writable.http.post(f"/{path}", params={"api_key": keys["writer"]})) == (403, "112")
