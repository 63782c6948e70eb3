"""Limits that hold while a head is still coming, and broken requests that spoil no other, at raw sockets."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from config.settings import Limits, Timeouts
from proxy.inbound.protocol import front
from proxy.inbound.scope import TARGET
from proxy.runtime.listen import Listener, bind

pytestmark = pytest.mark.anyio
LIMITS = Limits(target_bytes=100, header_count=5, header_bytes=500, connections=2)
TIMEOUTS = Timeouts(head=0.3)
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
Ask = Callable[..., Any]


class Front:
    """A listener with what it has refused."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.refused = 0
        self.targets: list[bytes] = []
        self.methods: list[str] = []
        self.active = self.most = self.left = 0

    def refuse(self) -> None:
        """Count one."""
        self.refused += 1

    async def ask(self, *pieces: bytes) -> bytes:
        """What a connection gives until the other end closes it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        async with asyncio.timeout(5):
            found = await reader.read(-1)
        writer.close()
        return found


@asynccontextmanager
async def opened(limits: Limits = LIMITS) -> AsyncIterator[Front]:
    """Serve an application that says which target it was asked for."""
    bound = bind("127.0.0.1", 0)
    found = Front(bound.getsockname()[1])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        found.targets.append(scope[TARGET])
        found.methods.append(scope["method"])
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            if scope[TARGET] == b"/wait":
                assert (await receive())["type"] == "http.disconnect"
                found.left += 1
                return
            more = message.get("more_body", False)
        found.active += 1
        found.most = max(found.most, found.active)
        for _ in range(10):
            await asyncio.sleep(0)
        found.active -= 1
        await PlainTextResponse("ok")(scope, receive, send)

    ready = asyncio.Event()
    listener = Listener(
        app,
        bound,
        ready=lambda _: ready.set(),
        lifespan=False,
        signals=False,
        drain=1,
        protocol=front(limits, TIMEOUTS, found.refuse),
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(listener.run_bound(), name="listener")
        await ready.wait()
        yield found
        listener.should_exit = True


@pytest.fixture
def fronts() -> Callable[[], AbstractAsyncContextManager[Front]]:
    """Opens a listener."""
    return opened


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"x" * 200 + b" HTTP/1.1\r\nHost: h\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 6 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: h\r\na: " + b"x" * 2000, 431),
        (b"GET / HTTP/1.1\nHost: h", 400),
        (b"\x16\x03\x01", 400),
        (b"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        (b"nonsense\r\n\r\n", 400),
        (b"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        (b"GET / HTTP/1.1\r\nHo", 408),
    ],
)
async def test_what_cannot_be_is_refused_unread(fronts: Any, request_: bytes, status: int) -> None:
    """With its standard answer, counted, and the connection closed."""
    async with fronts() as found:
        answer = await found.ask(request_)
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer
        assert b"connection: close" in answer
        assert (found.refused, found.targets) == (1, [])


async def test_a_connection_on_which_nothing_comes_is_closed(fronts: Any) -> None:
    """Without a word: there is nothing to answer."""
    async with fronts() as found:
        assert (await found.ask(), found.refused) == (b"", 0)


async def test_garbage_behind_a_request_spoils_not_its_answer(fronts: Any) -> None:
    """The answer comes whole, then the garbage has its own, then the connection ends."""
    async with fronts() as found:
        answer = await found.ask(GET + b"garbage\r\n\r\n")
        first, _, second = answer.partition(b"ok")
        assert (first[:15], second[:12], found.refused) == (b"HTTP/1.1 200 OK", b"HTTP/1.1 400", 1)


async def test_a_body_that_breaks_is_refused(fronts: Any) -> None:
    """The application is told that the client has gone."""
    async with fronts() as found:
        head = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        answer = await found.ask(head, b"zz\r\n")
        assert (answer.startswith(b"HTTP/1.1 400"), found.targets) == (True, [b"/"])


async def test_an_upgrade_is_answered_as_a_plain_request_and_is_the_last(fronts: Any) -> None:
    """What follows may be another protocol, so it is not read."""
    async with fronts() as found:
        head = b"GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        answer = await found.ask(head + GET, GET)
        assert (answer.count(b"HTTP/1.1 200"), found.targets) == (1, [b"/a"])


async def test_the_target_is_told_as_it_came(fronts: Any) -> None:
    """Also the question mark of an empty query and bytes that are no ASCII; an authority becomes the Host."""
    async with fronts() as found:
        for target in (b"/a//%2F?", b"/\xc3\xa9?\xff", b"HTTP://other:80/x?y", b"http://h?y"):
            await found.ask(b"GET " + target + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert found.targets == [b"/a//%2F?", b"/\xc3\xa9?\xff", b"/x?y", b"/?y"]


async def test_any_token_is_a_method(fronts: Any) -> None:
    """PHP takes any word for one, so it must arrive; also in pieces, and on a connection that is kept."""
    rest = b" / HTTP/1.1\r\nHost: h\r\n"
    async with fronts() as found:
        for pieces in (
            (b"FOO" + rest,),
            (b"ge", b"t" + rest),
            (b"G", b"ET" + rest),
            (b"\r\nBREW-COFFEE" + rest,),
        ):
            await found.ask(*pieces, b"Connection: close\r\n\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", found.port)
        for method in (b"FOO", b"GET", b"bar"):
            writer.write(method + rest + b"\r\n")
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        writer.close()
    assert found.methods == ["FOO", "get", "GET", "BREW-COFFEE", "FOO", "GET", "bar"]


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        ((b"F(O / HTTP/1.1\r\nHost: h\r\n\r\n",), 400),
        ((b"x" * 65 + b" / HTTP/1.1\r\nHost: h\r\n\r\n",), 400),
        ((b"FOO\t/ HTTP/1.1\r\nHost: h\r\n\r\n",), 400),
        ((b"FO",), 408),
    ],
)
async def test_what_is_no_method_is_refused(fronts: Any, pieces: tuple[bytes, ...], status: int) -> None:
    """No token, one of a length that nobody means, or one that does not end."""
    async with fronts() as found:
        assert (await found.ask(*pieces)).startswith(b"HTTP/1.1 %d " % status)
        assert (found.refused, found.targets) == (1, [])


async def test_too_many_connections_are_turned_away(fronts: Any) -> None:
    """With word of when to come again; those on which nothing is under way make place."""
    async with fronts() as found:
        silent = [await asyncio.open_connection("127.0.0.1", found.port) for _ in range(2)]
        silent[1][1].write(b"\r\n\r\n")
        busy = []
        for _ in range(2):
            busy.append(await asyncio.open_connection("127.0.0.1", found.port))
            busy[-1][1].write(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n")
        for reader, _ in silent:
            assert await reader.read() == b""
        answer = await found.ask(GET)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1" in answer
        busy[0][1].write(b"x")
        assert (await busy[0][0].readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        assert (await found.ask(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))).endswith(b"ok")
        for _, writer in (*silent, *busy):
            writer.close()


@pytest.mark.parametrize("body", [b"", b"xyz"])
async def test_who_does_not_wait_for_answers_waits_for_turns(fronts: Any, body: bytes) -> None:
    """Few requests of such clients are begun at a time; each client gets all its answers, in order."""
    clients, each = 20, 30
    async with fronts(Limits(pipelined=3)) as found:
        head = b"POST /%d/%d HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%b"
        crowd = []
        for client in range(clients):
            crowd.append(await asyncio.open_connection("127.0.0.1", found.port))
            crowd[-1][1].write(head % (client, 0, len(body), body))
        for reader, _ in crowd:
            await reader.readuntil(b"ok")
        found.most = 0
        for client, (_, writer) in enumerate(crowd):
            writer.write(b"".join(head % (client, n, len(body), body) for n in range(1, each)))
        for reader, writer in crowd:
            for _ in range(1, each):
                await reader.readuntil(b"ok")
            writer.close()
    # Where it ends is not known of a first request with a body: nor is whether others stand behind it.
    assert found.most <= (clients + 3 if body else 3)
    for client in range(clients):
        mine = [target for target in found.targets if target.startswith(b"/%d/" % client)]
        assert mine == [b"/%d/%d" % (client, n) for n in range(each)]


async def test_who_waits_for_answers_passes_who_does_not(fronts: Any) -> None:
    """However many of the others wait for their turns."""
    async with fronts(Limits(pipelined=1)) as found:
        writers = []
        for _ in range(50):
            writers.append((await asyncio.open_connection("127.0.0.1", found.port))[1])
            writers[-1].write(GET * 20)
        while len(found.targets) < 20:
            await asyncio.sleep(0)
        before = len(found.targets)
        answer = await found.ask(b"GET /own HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert answer.endswith(b"ok")
        assert found.targets.index(b"/own") - before <= 5
        for writer in writers:
            writer.close()


async def test_a_long_head_is_read_a_little_later(fronts: Any) -> None:
    """As a whole, or refused when there is no room for it; either way it is counted."""
    fields = b"".join(b"X-%d: %b\r\n" % (n, b"x" * 5000) for n in range(9))
    long = b"GET /long HTTP/1.1\r\nHost: h\r\n" + fields
    async with fronts(Limits()) as found:
        assert (await found.ask(long, b"Connection: close\r\n\r\n")).endswith(b"ok")
        assert (await found.ask(long + fields * 2)).startswith(b"HTTP/1.1 431 ")
        assert (found.targets, found.refused) == ([b"/long"], 1)
    async with fronts(Limits(held_bytes=20_000)) as found:
        assert (await found.ask(long)).startswith(b"HTTP/1.1 503 ")
        assert (await found.ask(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))).endswith(b"ok")
        assert (found.targets, found.refused) == ([b"/"], 1)


async def test_who_leaves_is_missed_although_more_was_sent(fronts: Any) -> None:
    """What stands behind the request keeps nobody from seeing the connection end."""
    async with fronts() as found:
        _, writer = await asyncio.open_connection("127.0.0.1", found.port)
        writer.write(GET.replace(b"/", b"/wait", 1) + GET * 3)
        while not found.targets:
            await asyncio.sleep(0.01)
        # A connection that is closed may be half closed; one that is reset is not.
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        writer.close()
        async with asyncio.timeout(5):
            while not found.left:
                await asyncio.sleep(0.01)
        assert found.targets == [b"/wait"]


async def test_a_body_that_breaks_behind_others_is_counted(fronts: Any) -> None:
    """The application has not seen its request yet."""
    async with fronts() as found:
        bad = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
        answer = await found.ask(GET + GET + bad)
        assert (answer.count(b"HTTP/1.1 200"), answer.count(b"HTTP/1.1 400")) == (2, 1)
        assert len(found.targets) + found.refused == 3
