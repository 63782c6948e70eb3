"""A connection carries one exchange at a time, waits no longer than it may, and holds little."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from proxy.wire.connection import Wire, WireRequest

pytestmark = pytest.mark.anyio
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Raw = Callable[[Handler], AbstractAsyncContextManager[str]]

OK = b"HTTP/1.1 200 OK\r\n"
ASKING = WireRequest(b"GET / HTTP/1.1\r\n\r\n", b"", None, bodiless=False, repeatable=True)


@asynccontextmanager
async def connected(raw: Raw, handler: Handler, first: float = 5, gap: float = 5) -> AsyncIterator[Wire]:
    """A connection to a side; its end is waited for."""
    gone = asyncio.Event()
    async with raw(handler) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        _, wire = await asyncio.get_running_loop().create_connection(
            lambda: Wire(lambda _: gone.set(), first, gap), host, int(port)
        )
        try:
            yield wire
        finally:
            wire.close()
            await gone.wait()


def answering(*answers: bytes) -> Handler:
    """A side that gives one answer after the other and then waits."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            await writer.drain()
        await reader.read()

    return handler


async def whole(wire: Wire) -> bytes:
    """A body to its end."""
    parts = []
    while not wire.over:
        parts.append(await wire.read())
    return b"".join(parts)


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    """A body as it comes."""
    for part in parts:
        yield part


async def test_one_exchange_after_the_other(raw: Raw) -> None:
    """A connection that was kept says so, and knows nothing of the answer before."""
    async with connected(
        raw, answering(OK + b"A: 1\r\nContent-Length: 2\r\n\r\nok", OK + b"\r\nend")
    ) as wire:
        assert (await wire.ask(ASKING)).fields == [(b"A", b"1"), (b"Content-Length", b"2")]
        assert (await whole(wire), wire.kept, wire.keep(5), wire.kept) == (b"ok", False, True, True)
        assert (await wire.ask(ASKING)).fields == []
        assert (wire.over, wire.keep(5)) == (False, False)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "the connection ended before an answer"),
        (OK, "the connection ended within the answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "the connection ended within the answer"),
    ],
)
async def test_a_side_that_leaves_gives_no_answer(raw: Raw, answer: bytes, told: str) -> None:
    """Whether anything came is said: only then a request may have been seen."""

    async def leaves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    async with connected(raw, leaves) as wire:
        with pytest.raises(httpx.ReadError, match=told):
            await wire.ask(ASKING)
        assert (wire.heard, wire.open) == (bool(answer), False)
        with pytest.raises(httpx.ReadError, match="before an answer"):
            await wire.ask(ASKING)


async def test_a_connection_that_is_ending_is_not_written_to(raw: Raw) -> None:
    """Its transport knows before it is told."""
    async with connected(raw, answering(OK + b"Content-Length: 0\r\n\r\n")) as wire:
        await wire.ask(ASKING)
        assert wire.keep(5)
        wire._transport.abort()
        assert not wire.open
        with pytest.raises(httpx.ReadError, match="before an answer"):
            await wire.ask(ASKING)


async def test_the_end_of_the_connection_may_be_the_end_of_the_answer(raw: Raw) -> None:
    """But not where a length was said."""

    async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"\r\n" + b"x" * 300_000)
        await writer.drain()

    async with connected(raw, closes) as wire:
        await wire.ask(ASKING)
        assert len(await whole(wire)) == 300_000
        assert not wire.keep(5)

    async def cuts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Content-Length: 9\r\n\r\nhalf")

    async with connected(raw, cuts) as wire:
        await wire.ask(ASKING)
        assert await wire.read() == b"half"
        with pytest.raises(httpx.ReadError, match="within the answer"):
            await wire.read()


async def test_what_is_no_http_spoils_the_head_before_it(raw: Raw) -> None:
    """When both came at once; nothing of it has been passed on then."""
    async with connected(raw, answering(OK + b"Content-Length: 2\r\n\r\nok?")) as wire:
        with pytest.raises(httpx.RemoteProtocolError, match="longer"):
            await wire.ask(ASKING)
        assert not wire.open


@pytest.mark.parametrize("when", ["read", "kept"])
async def test_bytes_that_nobody_asked_for_end_the_connection(raw: Raw, when: str) -> None:
    """They are never taken for the next answer."""
    more = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Content-Length: 2\r\n\r\nok")
        await more.wait()
        writer.write(OK + b"Content-Length: 4\r\n\r\nevil")
        await reader.read()

    async with connected(raw, handler) as wire:
        await wire.ask(ASKING)
        assert when == "read" or wire.keep(5)
        more.set()
        async with asyncio.timeout(5):
            while wire.open:
                await asyncio.sleep(0)
        if when == "read":
            assert (await whole(wire), wire.keep(5)) == (b"ok", False)


async def test_a_slow_reader_stops_a_fast_side(raw: Raw) -> None:
    """What waits is bounded, and no time runs out over it."""
    sent = 0

    async def floods(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Content-Length: 60000000\r\n\r\n")
        for _ in range(60):
            writer.write(b"x" * 1_000_000)
            await writer.drain()
            sent += 1

    async with connected(raw, floods, gap=0.2) as wire:
        answer = await wire.ask(ASKING)
        await asyncio.sleep(0.5)
        stopped, waiting = sent, answer.waiting
        await asyncio.sleep(0.1)
        assert (sent, answer.waiting) == (stopped, waiting)
        assert stopped < 60
        assert waiting < 2 * 65_536
        assert len(await whole(wire)) == 60_000_000


async def test_times_run_out(raw: Raw) -> None:
    """For the beginning of an answer, for its next bytes, and for another exchange."""
    async with connected(raw, answering(b""), first=0.05) as wire:
        with pytest.raises(httpx.ReadTimeout):
            await wire.ask(ASKING)
        assert not wire.open
    async with connected(raw, answering(OK + b"Content-Length: 9\r\n\r\nhalf"), gap=0.05) as wire:
        await wire.ask(ASKING)
        assert await wire.read() == b"half"
        with pytest.raises(httpx.ReadTimeout):
            await wire.read()
    answers = [OK + b"Content-Length: 0\r\n\r\n"] * 2
    async with connected(raw, answering(*answers)) as wire:
        for _ in answers:
            await wire.ask(ASKING)
            assert wire.keep(0.05)
        async with asyncio.timeout(5):
            while wire.open:
                await asyncio.sleep(0.01)


async def test_an_answer_may_take_long_as_long_as_it_comes(raw: Raw) -> None:
    """It is the gap that counts."""

    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"Content-Length: 10\r\n\r\n")
        for _ in range(10):
            await asyncio.sleep(0.05)
            writer.write(b"x")

    async with connected(raw, drips, first=0.3, gap=0.3) as wire:
        await wire.ask(ASKING)
        assert await whole(wire) == b"x" * 10


async def test_the_time_for_an_answer_begins_with_the_end_of_the_request(raw: Raw) -> None:
    """Whether its body is there or still comes."""

    async def reads_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.3)
        await reader.readexactly(30_000_000)
        writer.write(OK + b"Content-Length: 0\r\n\r\n")

    async def slowly() -> AsyncIterator[bytes]:
        for _ in range(3):
            await asyncio.sleep(0.1)
            yield b"x" * 10_000_000

    for body in (b"x" * 30_000_000, slowly()):
        async with connected(raw, reads_late, first=0.2) as wire:
            answer = await wire.ask(WireRequest(b"POST / HTTP/1.1\r\n\r\n", body, 30_000_000, False, False))
            assert (answer.whole, wire.keep(5)) == (True, True)


async def test_nothing_runs_out_while_a_body_goes_out(raw: Raw) -> None:
    """Neither the time that a connection is kept, nor one that an answer before the answer began."""

    async def continues(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await reader.readuntil(b"END")
            writer.write(OK + b"Content-Length: 0\r\n\r\n")
        await reader.read()

    async def slowly() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.3)
        yield b"END"

    async with connected(raw, continues, first=0.15) as wire:
        for _ in range(2):
            await wire.ask(WireRequest(b"POST / HTTP/1.1\r\n\r\n", slowly(), 3, False, False))
            assert wire.keep(0.1)


async def test_a_body_goes_out_as_it_comes(raw: Raw) -> None:
    """In chunks, or as long as was said."""
    received = bytearray()

    async def reads(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.extend(await reader.readuntil(b"END" if not received else b"0\r\n\r\n"))
        writer.write(OK + b"Content-Length: 0\r\n\r\n")

    for length in (5, None):
        async with connected(raw, reads) as wire:
            await wire.ask(WireRequest(b"HEAD\r\n\r\n", pieces(b"he", b"", b"END"), length, False, False))
            assert wire.keep(5)
    assert received == b"HEAD\r\n\r\nheENDHEAD\r\n\r\n2\r\nhe\r\n3\r\nEND\r\n0\r\n\r\n"


@pytest.mark.parametrize("length", [4, 6])
async def test_a_body_of_another_length_is_no_request(raw: Raw, length: int) -> None:
    """Nothing of it can be taken for the next request."""
    async with connected(raw, answering()) as wire:
        with pytest.raises(httpx.WriteError):
            await wire.ask(WireRequest(b"HEAD\r\n\r\n", pieces(b"he", b"llo"), length, False, False))
        assert not wire.keep(5)


async def test_a_body_that_breaks_off_fails_the_request(raw: Raw) -> None:
    """What its source raised is the cause."""

    async def breaks() -> AsyncIterator[bytes]:
        yield b"he"
        raise KeyError("secret")

    async with connected(raw, answering()) as wire:
        with pytest.raises(httpx.WriteError) as raised:
            await wire.ask(WireRequest(b"HEAD\r\n\r\n", breaks(), None, False, False))
    assert isinstance(raised.value.__cause__, KeyError)
    assert "secret" not in str(raised.value)


async def test_an_answer_may_come_before_the_body_has_gone(raw: Raw) -> None:
    """Nobody waits for the rest of it; its connection is not used again, and nobody goes on reading the body."""
    left = asyncio.Event()

    async def never() -> AsyncIterator[bytes]:
        try:
            yield b"he"
            await asyncio.Event().wait()
        finally:
            left.set()

    async with connected(raw, answering(OK + b"Content-Length: 2\r\n\r\nno")) as wire:
        await wire.ask(WireRequest(b"HEAD\r\n\r\n", never(), None, False, False))
        assert (await whole(wire), wire.keep(5)) == (b"no", False)
        wire.close()
        async with asyncio.timeout(5):
            await left.wait()
