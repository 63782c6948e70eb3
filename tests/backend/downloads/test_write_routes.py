"""Downloads counted and taken back through the front door."""

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


async def test_downloads_are_counted_and_taken_back(writable: Writable, keys: dict[str, str]) -> None:
    """The time of the first one stays."""
    key = {"api_key": keys["writer"]}
    before = await writable.rows(tables.downloads)
    counts = [(await writable.http.post("/downloads/d/62", params=key)).json()["count"] for _ in range(2)]
    taken = await writable.http.delete("/downloads/d/62", params=key)
    assert counts == [1, 2]
    assert taken.json() == {"user_id": 2, "knowledge_type": "d", "knowledge_id": 62, "count": 2}
    assert said(await writable.http.delete("/downloads/d/62", params=key)) == (404, "803")
    assert await writable.rows(tables.downloads) == before


async def test_a_refused_download_changes_nothing(writable: Writable, keys: dict[str, str]) -> None:
    """Own uploads, data that one may not see, types and ids that are none, callers that may not write."""
    before = await writable.rows(tables.downloads)
    answers = {}
    for who, path in (
        ("owner", "d/66"),
        ("writer", "d/130"),
        ("writer", "x/1"),
        ("writer", "d/abc"),
        ("readonly", "d/62"),
    ):
        answers[path] = said(await writable.http.post(f"/downloads/{path}", params={"api_key": keys[who]}))
    assert answers == {
        "d/66": (403, "822"),
        "d/130": (403, "112"),
        "x/1": (422, "811"),
        "d/abc": (422, "100"),
        "d/62": (403, "104"),
    }
    assert await writable.rows(tables.downloads) == before


async def test_taking_back_looks_at_the_id_before_the_type(writable: Writable, keys: dict[str, str]) -> None:
    """PHP knows no such path without a number; whether there are items of the type it asks later."""
    key = {"api_key": keys["writer"]}
    for path, expected in (("x/1abc", "100"), ("x/1e1", None), ("x/1", "811")):
        assert said(await writable.http.delete(f"/downloads/{path}", params=key)) == (422, expected)


async def test_downloads_at_once_are_all_counted(writable: Writable, keys: dict[str, str]) -> None:
    """None is lost, and there is one row."""
    params = {"api_key": keys["writer"]}
    answers = await asyncio.gather(*(writable.http.post("/downloads/d/62", params=params) for _ in range(8)))
    assert sorted(answer.json()["count"] for answer in answers) == list(range(1, 9))
