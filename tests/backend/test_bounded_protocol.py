"""What of a request is no body has bounds, at raw sockets."""

import asyncio
import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from backend.bounded_protocol import BoundedProtocol
from tests.backend.test_serve import backend

HEAD = b"GET /datasets/61 HTTP/1.1\r\nHost: h\r\n"
CHUNKED = (
    b"POST /datasets/tag HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
MUCH = 8 * 1024 * 1024


@pytest.fixture(scope="module")
def address(sqlite_url: str) -> Iterator[tuple[str, int]]:
    """A running backend."""
    with backend(sqlite_url) as (_, url):
        host, _, port = url.removeprefix("http://").partition(":")
        yield host, int(port)


def sent(address: tuple[str, int], first: bytes, rest: bytes) -> tuple[int, bytes]:
    """How much of what follows could be sent, and the beginning of the answer."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(first)
        size = 0
        answer = b""
        with suppress(OSError):
            while size < MUCH:
                connection.sendall(rest)
                size += len(rest)
                # A reset would take the answer with it.
                time.sleep(0.001)
        with suppress(OSError):
            answer = connection.recv(100)
    return size, answer


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        (HEAD + b"X: ", b"x" * 16384),
        (b"GET /", b"x" * 16384),
        (HEAD, b"x: y\r\n" * 2000),
        (CHUNKED + b"0\r\n", b"x: y\r\n" * 2000),
        (CHUNKED + b"1;", b"x" * 16384),
    ],
    ids=["value", "target", "fields", "trailers", "extension"],
)
def test_what_is_no_body_is_refused_when_it_is_long(
    address: tuple[str, int], first: bytes, rest: bytes
) -> None:
    """Long before it is large; others are served as before."""
    size, answer = sent(address, first, rest)
    assert size < MUCH
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    connection = http.client.HTTPConnection(*address, timeout=10)
    connection.request("GET", "/datasets/61")
    assert connection.getresponse().status == 200
    connection.close()


def test_the_answer_says_why(address: tuple[str, int]) -> None:
    """To a client that stops when it hears it."""
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(HEAD + b"X: " + b"x" * 140_000)
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_long_body_in_short_chunks_is_none_of_that(address: tuple[str, int]) -> None:
    """Each brings something."""
    chunks = b"1\r\n&\r\n" * 100_000
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(CHUNKED + chunks + b"0\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 4")


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that is asked nothing."""


@pytest.mark.anyio
async def test_a_head_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So has the silence before it."""
    monkeypatch.setattr("backend.bounded_protocol.HEAD_SECONDS", 0.2)
    config = Config(nothing)
    config.load()
    server = await asyncio.get_running_loop().create_server(
        lambda: BoundedProtocol(config, ServerState(), {}), "127.0.0.1", 0
    )
    async with server:
        for beginning in (b"", HEAD):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(beginning)
            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()
