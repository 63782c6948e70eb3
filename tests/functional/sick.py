"""Sides that answer well, badly or never, byte by byte on sockets; the promises of isolation are tested with them."""

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Final

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
Behaviour = Callable[[socket.socket], None]


@contextmanager
def side(behave: Behaviour, port: int = 0) -> Iterator[str]:
    """A server whose every connection is in the hands of a function."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                behave(self.request)

    class Threading(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

    with Threading(("127.0.0.1", port), Handler) as server:
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
            time.sleep(1)


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


def many_headers(connection: socket.socket) -> None:
    """A head that does not end."""
    for _ in heads(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"x-header: value\r\n" * 4096)


def two_gigabytes(connection: socket.socket) -> None:
    """An answer of a length that nobody keeps."""
    for _ in heads(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
        for _ in range(2**31 // 65536):
            connection.sendall(b"x" * 65536)


@cache
def _bomb(depth: int) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (2 * depth)
    return head + b"[" * depth + b"]" * depth


def bombs(connection: socket.socket) -> None:
    """JSON that is expensive to understand: first deep, then 50 MB of it."""
    for number, _ in enumerate(heads(connection)):
        connection.sendall(_bomb(3_000_000 if number % 2 == 0 else 25_000_000))


def refuses(connection: socket.socket) -> None:
    """Closes at once."""
    connection.close()


SICK: Final[Mapping[str, Behaviour]] = {
    behave.__name__: behave
    for behave in (
        hangs,
        resets,
        trickles,
        lies,
        floods,
        babbles,
        many_headers,
        two_gigabytes,
        bombs,
        refuses,
    )
}
