"""Connections are few, are kept while they are good, and no request that may have arrived is sent twice."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream

pytestmark = pytest.mark.anyio
Raw = Callable[[Any], AbstractAsyncContextManager[str]]
ANSWER = b"HTTP/1.1 450 X\r\nContent-Length: 3\r\n\r\nabc"


class Closing:
    """Answers so many requests on each connection, then reads one more and closes it without a word."""

    def __init__(self, *answered: int) -> None:
        self.answered = list(answered)
        self.requests = 0
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for _ in range(self.answered.pop(0)):
            await reader.readuntil(b"\r\n\r\n")
            self.requests += 1
            writer.write(ANSWER)
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1


async def test_a_read_is_repeated_when_a_kept_connection_was_just_closed(raw: Raw) -> None:
    """On a new connection, and once."""
    closing = Closing(1, 1, 0)
    async with raw(closing) as url, Upstream(url) as side:
        assert [(await observe(side, "GET", b"/")).status for _ in range(2)] == [450, 450]
        assert (closing.connections, closing.requests) == (2, 3)
        assert "connection: the connection ended" in str((await observe(side, "GET", b"/")).error)
        assert (closing.connections, closing.requests) == (3, 5)


@pytest.mark.parametrize(("method", "body"), [("POST", b""), ("PATCH", b""), ("GET", b"x"), ("PUT", b"x")])
async def test_nothing_else_is_repeated(raw: Raw, method: str, body: bytes) -> None:
    """What may change something, or has a body, may have arrived."""
    closing = Closing(1)
    async with raw(closing) as url, Upstream(url) as side:
        await observe(side, "GET", b"/")
        assert (await observe(side, method, b"/", (), body)).status is None
    assert closing.connections == 1


async def test_on_a_new_connection_nothing_is_repeated(raw: Raw) -> None:
    """The side has seen it."""
    closing = Closing(0)
    async with raw(closing) as url, Upstream(url) as side:
        assert (await observe(side, "GET", b"/")).status is None
    assert (closing.connections, closing.requests) == (1, 1)


async def test_an_answer_that_has_begun_is_not_asked_for_again(raw: Raw) -> None:
    """The side has seen the request."""
    requests = 0

    async def begins(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        for answer in (ANSWER, b"HTTP/1.1 2"):
            await reader.readuntil(b"\r\n\r\n")
            requests += 1
            writer.write(answer)

    async with raw(begins) as url, Upstream(url) as side:
        await observe(side, "GET", b"/")
        assert "within the answer" in str((await observe(side, "GET", b"/")).error)
    assert requests == 2


async def test_a_connection_that_the_side_has_closed_is_not_used(raw: Raw) -> None:
    """Then anything may be asked."""
    connections = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)

    async with raw(once) as url, Upstream(url) as side:
        for _ in range(3):
            assert (await observe(side, "POST", b"/")).status == 450
            await asyncio.sleep(0.02)
    assert connections == 3


class Held:
    """Answers when it may, and counts its connections."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.open = self.most = self.connections = self.requests = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                self.requests += 1
                while not self.may.is_set() and not reader.at_eof():
                    await asyncio.sleep(0.001)
                writer.write(ANSWER)
        finally:
            self.open -= 1

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something that will be true."""
        async with asyncio.timeout(5):
            while not true():
                await asyncio.sleep(0.001)


async def test_connections_are_few_and_wait_for_one_another(raw: Raw) -> None:
    """As many as may be; each request has its turn."""
    held = Held()
    async with raw(held) as url, Upstream(url, connections=2) as side:
        asked = [asyncio.ensure_future(observe(side, "GET", b"/")) for _ in range(9)]
        await held.until(lambda: held.requests == 2)
        held.may.set()
        assert {found.status for found in await asyncio.gather(*asked)} == {450}
        assert (held.most, held.connections, held.requests) == (2, 2, 9)


async def test_who_waits_for_a_connection_too_long_gives_up(raw: Raw) -> None:
    """As if nobody were there; others have their turn."""
    held = Held()
    async with raw(held) as url, Upstream(url, connections=1, connect_timeout=0.05) as side:
        first = asyncio.ensure_future(observe(side, "GET", b"/"))
        await held.until(lambda: held.requests == 1)
        assert [(await observe(side, "GET", b"/")).error for _ in range(2)] == ["timeout", "timeout"]
        held.may.set()
        assert [(await first).status, (await observe(side, "GET", b"/")).status] == [450, 450]
    assert held.requests == 2


@pytest.mark.parametrize("reuse", [True, False])
async def test_who_leaves_closes_the_connection_and_makes_room(raw: Raw, reuse: bool) -> None:
    """Before an answer, within it, or before there is a connection at all."""
    held = Held()
    async with raw(held) as url, Upstream(url, connections=1, reuse=reuse) as side:
        for number in range(3):
            asked = asyncio.ensure_future(observe(side, "GET", b"/"))
            waits = asyncio.ensure_future(observe(side, "GET", b"/"))
            await held.until(lambda seen=number + 1: held.requests == seen)  # type: ignore[misc]  # a default has no type
            waits.cancel()
            asked.cancel()
            await held.until(lambda: not held.open)
        held.may.set()
        assert (await observe(side, "GET", b"/")).status == 450

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        held.open += 1
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nbegun")
        await reader.read()
        held.open -= 1

    async with raw(endless) as url, Upstream(url, connections=1, reuse=reuse) as side:
        for _ in range(3):
            answer = await side.ask("GET", b"/", ())
            assert held.open == 1
            await answer.aclose()
            await held.until(lambda: not held.open)


async def test_all_is_closed_at_the_end(raw: Raw) -> None:
    """What is kept and what is under way, before it is said to be."""
    held = Held()
    held.may.set()
    async with raw(held) as url:
        side = Upstream(url)
        await asyncio.gather(*(observe(side, "GET", b"/") for _ in range(3)))
        held.may.clear()
        asked = asyncio.ensure_future(observe(side, "GET", b"/"))
        await held.until(lambda: held.requests == 4)
        await side.aclose()
        assert "connection: " in str((await asked).error)
        assert "closed" in str((await observe(side, "GET", b"/")).error)
        await held.until(lambda: not held.open)
        assert [task for task in asyncio.all_tasks() if task.get_name() in ("request body", "connect")] == []
