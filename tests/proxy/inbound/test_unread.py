"""Clients that do not read their answers, at raw sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from config.settings import Limits, Timeouts
from proxy.inbound.protocol import front
from proxy.runtime.listen import Listener, bind

pytestmark = pytest.mark.anyio
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
SIZE = 16 * 1024 * 1024
PATIENCE = 0.4


class Served:
    """A listener whose answers are larger than all buffers between it and a client."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.under_way = 0

    def client(self) -> socket.socket:
        """One that has asked twice."""
        found = socket.socket()
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        found.connect(("127.0.0.1", self.port))
        found.sendall(GET * 2)
        found.setblocking(False)
        return found


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """Serve on a free port."""
    bound = bind("127.0.0.1", 0)
    found = Served(bound.getsockname()[1])

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        found.under_way += 1
        head = [(b"content-length", b"%d" % SIZE)]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"x" * SIZE})
        found.under_way -= 1

    ready = asyncio.Event()
    listener = Listener(
        app,
        bound,
        ready=lambda _url: ready.set(),
        lifespan=False,
        signals=False,
        protocol=front(Limits(), Timeouts(client=PATIENCE), lambda: None),
    )
    task = asyncio.create_task(listener.run_bound())
    await ready.wait()
    yield found
    listener.should_exit = True
    await task


async def test_who_reads_nothing_is_not_waited_for(served: Served) -> None:
    """Neither is the request behind his answer, which would hold a place of those under way for ever."""
    with served.client() as client:
        while not served.under_way:
            await asyncio.sleep(0.01)
        async with asyncio.timeout(10 * PATIENCE):
            while served.under_way:
                await asyncio.sleep(0.01)
        got = 0
        while part := await asyncio.get_running_loop().sock_recv(client, 65536):
            got += len(part)
        assert got < SIZE


async def test_who_reads_slowly_gets_all(served: Served) -> None:
    """What counts is the time between two of his reads, not all of it."""
    loop = asyncio.get_running_loop()
    with served.client() as client:
        got = 0
        end = loop.time() + 4 * PATIENCE
        while got < SIZE and (part := await loop.sock_recv(client, 1024 * 1024)):
            got += len(part)
            if loop.time() < end:
                await asyncio.sleep(PATIENCE / 4)
        assert got >= SIZE
