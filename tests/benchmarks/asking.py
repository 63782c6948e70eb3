"""Requests of a benchmark as bytes, over sockets of its own: what asking costs is no part of what is measured."""

from __future__ import annotations

import contextlib
import socket
import time


def address(url: str) -> tuple[str, int]:
    """Host and port of a URL."""
    host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
    return host, int(port)


def raw(path: str) -> bytes:
    """A request as bytes."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


def answered(where: tuple[str, int], request: bytes) -> bytes:
    """The bytes of an answer."""
    with socket.create_connection(where, 30) as connection:
        return one(connection, request)


def one(connection: socket.socket, request: bytes) -> bytes:
    """One request on a connection, and its answer, which says its length."""
    connection.sendall(request)
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def reachable(where: tuple[str, int]) -> None:
    """Wait until somebody listens."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(where, 1):
            return
        time.sleep(0.01)
    raise SystemExit(f"nobody listens on {where}")
