"""Answers that must be whole before a client gets any of them, through real sockets."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from config.settings import Limits
from diffing.model import Observation
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.serving import RunningProxy
from proxy.runtime.capture_budget import CaptureBudget
from proxy.serve import adapt, unadaptable
from proxy.serve.telling import SHORT, Room, Telling

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]
Between = Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]
Verdicts = Callable[[RunningProxy], Awaitable[dict[str, int]]]
YOUNG = b"/datasets/features/qualities/list"
OLD = b"/api/v1/json/data/features/qualities/list"
HOST = ("Host", "openml.test")
FACE = '[[stage]]\nroutes = ["*"]\ndialects = ["legacy"]\nstage = "new"\n'


async def names(scope: Scope, receive: Receive, send: Send) -> None:
    """As many names as the request says, each of a hundred letters."""
    number = int(Request(scope).headers.get("x-number", 1))
    found = {"feature_qualities_list": {"quality": ["x" * 100] * number}}
    await JSONResponse(found)(scope, receive, send)


async def asked(client: Upstream, number: int) -> Observation:
    """What a client gets that asks for so many names in the new dialect."""
    return await observe(client, "GET", YOUNG, (HOST, ("X-Number", str(number))))


async def test_a_long_answer_is_read_where_nobody_waits_for_it(
    serve: Serve, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not on the loop, and one after the other: each takes many times its length."""
    places: list[threading.Thread] = []
    at_once = most = 0

    def watched(*arguments: Any) -> adapt.Adapted:
        nonlocal at_once, most
        places.append(threading.current_thread())
        at_once += 1
        most = max(most, at_once)
        found = adapt.adapt(*arguments)
        at_once -= 1
        return found

    monkeypatch.setattr("proxy.serve.served.adapt", watched)
    async with serve(names) as old, between(old, old) as (url, _), Upstream(url) as client:
        short = await asked(client, 5)
        found = await asyncio.gather(*(asked(client, 10_000) for _ in range(4)))
    assert orjson.loads(short.body) == ["x" * 100] * 5
    assert [orjson.loads(one.body) for one in found] == [["x" * 100] * 10_000] * 4
    loops = [one is threading.main_thread() for one in places]
    assert (loops, most) == ([True, False, False, False, False], 1)


async def test_what_finds_no_room_is_refused(serve: Serve, between: Between, verdicts: Verdicts) -> None:
    """503, and the next one that is shorter finds its room."""
    async with (
        serve(names) as old,
        between(old, old, limits=Limits(whole_bytes=100_000)) as (url, parts),
        Upstream(url) as client,
    ):
        found = [await asked(client, number) for number in (1_000, 3_000, 1_000, 1_000, 10)]
        seen = await verdicts(parts)
    assert [one.status for one in found] == [200, 503, 200, 200, 200]
    assert found[1].header("retry-after") == "1"
    assert seen["shed"] == 1


async def test_a_document_that_is_too_long_is_not_read(
    serve: Serve, between: Between, staged: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """502 that says so, where the new side may not help."""
    for module in (adapt, unadaptable):
        monkeypatch.setattr(module, "LONGEST", 10_000)
    config = staged('[[stage]]\nroutes = ["*"]\nstage = "legacy"\n')
    async with serve(names) as old, between(old, old, config=config) as (url, _), Upstream(url) as client:
        found = [await asked(client, number) for number in (50, 200)]
    assert [one.status for one in found] == [200, 502]
    assert b"more than 10000 bytes" in found[1].body


async def test_a_legacy_answer_that_breaks_is_no_fallback(
    serve: Serve,
    raw: Callable[..., AbstractAsyncContextManager[str]],
    between: Between,
    staged: Callable[[str], Path],
) -> None:
    """Its beginning is not passed on as if it were the whole."""

    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n[1")
        await writer.drain()

    async def sick(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("oops", 500)(scope, receive, send)

    async with (
        raw(broken) as old,
        serve(sick) as young,
        between(old, young, config=staged(FACE)) as (url, _),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", OLD, (HOST,))
    assert (found.status, found.body) == (500, b"oops")


async def test_long_whole_answers_go_out_unchanged(
    serve: Serve, between: Between, staged: Callable[[str], Path]
) -> None:
    """In pieces, because a slow client takes them one by one."""
    body = bytes(range(256)) * 4_001

    async def sick(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("oops", 500)(scope, receive, send)

    async with (
        serve(Response(body, media_type="application/json")) as old,
        serve(sick) as young,
        between(old, young, config=staged(FACE)) as (url, _),
        Upstream(url) as client,
    ):
        found = await observe(client, "GET", OLD, (HOST,))
    assert (found.status, found.body) == (200, body)


async def test_who_leaves_takes_the_turn_with_him_only_once_it_is_over() -> None:
    """A thread cannot be ended; the next answer waits for it."""
    telling, go_on = Telling(), threading.Event()
    long = Observation(200, (), b"x" * (SHORT + 1))
    first = asyncio.create_task(telling.read(long, go_on.wait), name="first")
    await asyncio.sleep(0.05)
    second = asyncio.create_task(telling.read(long, lambda: 2), name="second")
    first.cancel()
    await asyncio.sleep(0.05)
    assert not second.done()
    go_on.set()
    assert await second == 2
    with pytest.raises(asyncio.CancelledError):
        await first


def test_room_is_for_all_together() -> None:
    """But for a little of each; what one leaves, others have."""
    budget = CaptureBudget(100)
    first, second = Room(budget), Room(budget)
    assert first.take(SHORT)
    assert first.take(80)
    assert second.take(SHORT + 10)
    assert not second.take(20)
    with first:
        pass
    assert second.take(20)
    with second:
        pass
    assert budget.held == 0
