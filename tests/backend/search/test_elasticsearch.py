"""The search index over HTTP, against a server on a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backend.search.elasticsearch import Elasticsearch, bulk_body
from backend.search.index import IndexChange

pytestmark = pytest.mark.anyio

TAGGED = IndexChange("data", 61, {"tags": ["t"]})
GONE = IndexChange("run", 25, None)


class Index:
    """An Elasticsearch that takes what it is told, or does as it is told."""

    def __init__(self) -> None:
        self.bodies: list[list[Any]] = []
        self.answers: list[Callable[[list[Any]], web.Response]] = []
        self.asked = asyncio.Event()

    async def bulk(self, request: web.Request) -> web.Response:
        """Answer a bulk request."""
        lines = [json.loads(line) for line in (await request.text()).splitlines()]
        self.bodies.append(lines)
        self.asked.set()
        if self.answers:
            return self.answers.pop(0)(lines)
        return taken(lines)


def taken(lines: list[Any], status: int = 200) -> web.Response:
    """The answer in which every change has the same status."""
    actions = [line for line in lines if "update" in line or "delete" in line]
    items = [{action: {"status": status, "error": "no"}} for line in actions for action in line]
    return web.json_response({"items": items, "errors": status != 200})


async def at_once(_seconds: float) -> None:
    """Waits between attempts as if they were over."""
    await asyncio.sleep(0)


@pytest.fixture
async def server() -> AsyncIterator[tuple[Index, str]]:
    """A server and its URL."""
    index = Index()
    app = web.Application()
    app.router.add_post("/es/_bulk", index.bulk)
    async with TestServer(app) as running:
        yield index, str(running.make_url("/es/"))


def test_a_bulk_request_has_a_line_for_each_action() -> None:
    """An update makes the document when it is not there."""
    assert [json.loads(line) for line in bulk_body([TAGGED, GONE]).splitlines()] == [
        {"update": {"_index": "data", "_type": "data", "_id": "61", "retry_on_conflict": 3}},
        {"doc": {"tags": ["t"]}, "doc_as_upsert": True},
        {"delete": {"_index": "run", "_type": "run", "_id": "25"}},
    ]


async def test_changes_are_sent_before_closing(server: tuple[Index, str]) -> None:
    """Submitting does not wait, closing does."""
    index, url = server
    search = Elasticsearch(url, at_once)
    search.submit([TAGGED])
    search.submit([GONE])
    assert index.bodies == []
    await search.close()
    assert [line for body in index.bodies for line in body if "doc" not in line] == [
        {"update": {"_index": "data", "_type": "data", "_id": "61", "retry_on_conflict": 3}},
        {"delete": {"_index": "run", "_type": "run", "_id": "25"}},
    ]


@pytest.mark.parametrize("status", [429, 503])
async def test_what_is_not_taken_is_sent_again(server: tuple[Index, str], status: int) -> None:
    """The whole request, or the changes that the answer names."""
    index, url = server
    index.answers = [
        lambda _lines: web.Response(status=status),
        lambda lines: taken(lines, status),
        lambda _lines: web.Response(text="no JSON"),
    ]
    search = Elasticsearch(url, at_once)
    search.submit([TAGGED])
    await search.close()
    assert len(index.bodies) == 4
    assert all(body == index.bodies[0] for body in index.bodies)


async def test_what_is_refused_is_logged_and_not_sent_again(
    server: tuple[Index, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Deleting what is not there is no failure."""
    index, url = server
    index.answers = [lambda lines: taken(lines, 404)]
    search = Elasticsearch(url, at_once)
    search.submit([TAGGED, GONE])
    await search.close()
    assert len(index.bodies) == 1
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == [
        "the search index refuses data 61: no"
    ]


async def test_an_index_that_is_away_is_given_up_in_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for it, and later changes are still sent."""
    search = Elasticsearch("http://127.0.0.1:1/", at_once)
    search.submit([TAGGED])
    await search.close()
    assert "was not told of 1 changes: data 61" in caplog.text


async def test_an_index_that_is_too_slow_loses_the_oldest(
    server: tuple[Index, str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory does not grow with what cannot be sent."""
    monkeypatch.setattr("backend.search.elasticsearch.PENDING", 2)
    index, url = server
    search = Elasticsearch(url, at_once)
    search.submit([IndexChange("data", number, None) for number in range(5)])
    await search.close()
    assert [line["delete"]["_id"] for body in index.bodies for line in body] == ["3", "4"]
    assert "3 changes dropped" in caplog.text
