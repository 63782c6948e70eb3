"""The client never notices the shadow, whatever the new side does (design, promise 1)."""

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

BODY = b'{"feature_qualities_list":{"quality":["Distinct"]}}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)
REQUEST = (
    b"GET /api/v1/json/data/features/qualities/list HTTP/1.1\r\nHost: openml.test\r\nX-Request-Id: 1\r\n\r\n"
)
# The proxy adds the id of the request, which it makes up when the client has none.
EXPECTED = ANSWER.replace(b"\r\n\r\n", b"\r\nX-Request-Id: 1\r\n\r\n").lower()
Serving = Callable[..., AbstractContextManager[Any]]
Behaviour = Callable[[socket.socket], None]


@contextmanager
def side(behave: Behaviour) -> Iterator[str]:
    """A server whose every connection is in the hands of a function."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                behave(self.request)

    class Threading(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

    with Threading(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def heads(connection: socket.socket) -> Iterator[bytes]:
    """The heads of the requests on a connection."""
    buffer = b""
    while chunk := connection.recv(65536):
        buffer += chunk
        while b"\r\n\r\n" in buffer:
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            yield head


def healthy(connection: socket.socket) -> None:
    """Answer at once."""
    for _ in heads(connection):
        connection.sendall(ANSWER)


def hangs(connection: socket.socket) -> None:
    """Never answer."""
    for _ in heads(connection):
        pass


def resets(connection: socket.socket) -> None:
    """Reset the connection in the middle of an answer."""
    for _ in heads(connection):
        connection.sendall(ANSWER[:60])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return


def trickles(connection: socket.socket) -> None:
    """One byte now and then."""
    for _ in heads(connection):
        for byte in ANSWER:
            connection.sendall(bytes([byte]))
            time.sleep(0.2)


def lies(connection: socket.socket) -> None:
    """Promise more than is sent."""
    for _ in heads(connection):
        connection.sendall(ANSWER.replace(b"Content-Length: ", b"Content-Length: 9"))
        return


def floods(connection: socket.socket) -> None:
    """An endless answer."""
    for _ in heads(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            connection.sendall(b"[" * 65536)


def babbles(connection: socket.socket) -> None:
    """No HTTP at all."""
    for _ in heads(connection):
        connection.sendall(b"\x00\xff" * 1000)
        return


def asked(url: str) -> list[bytes]:
    """What a client gets for some requests on one connection, byte for byte."""
    host, port = url.removeprefix("http://").split(":")
    answers = []
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for _ in range(10):
            connection.sendall(REQUEST)
            answer = b""
            while not answer.endswith(BODY):
                chunk = connection.recv(65536)
                assert chunk, answer
                answer += chunk
            answers.append(answer)
    return answers


@pytest.mark.parametrize(
    "new", [hangs, resets, trickles, lies, floods, babbles], ids=lambda new: new.__name__
)
def test_a_sick_new_side_changes_nothing(serving: Serving, tmp_path: Path, new: Behaviour) -> None:
    """The same bytes as with a healthy one, on one keep-alive connection, and no waiting."""
    results = {}
    for name, behave in (("healthy", healthy), ("sick", new)):
        with side(healthy) as legacy, side(behave) as other:
            log = f"sqlite:///{tmp_path / name}.db"
            arguments = ("--legacy", legacy, "--new", other, "--port", "0", "--admin-port", "0", "--log", log)
            with serving("proxy.cli", "serve", *arguments) as proxy:
                started = time.monotonic()
                results[name] = asked(proxy.url)
                assert time.monotonic() - started < 5
                proxy.process.kill()
    assert results["sick"] == results["healthy"]
    assert results["healthy"][0].lower() == EXPECTED


def test_an_absent_new_side_changes_nothing(serving: Serving, tmp_path: Path) -> None:
    """Nobody listens there."""
    log = f"sqlite:///{tmp_path / 'log'}.db"
    with side(healthy) as legacy:
        arguments = (
            "--legacy",
            legacy,
            "--new",
            "http://127.0.0.1:1",
            "--port",
            "0",
            "--admin-port",
            "0",
            "--log",
            log,
        )
        with serving("proxy.cli", "serve", *arguments) as proxy:
            assert {answer.lower() for answer in asked(proxy.url)} == {EXPECTED}
            proxy.process.kill()
