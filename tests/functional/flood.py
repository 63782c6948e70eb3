"""Requests without end on many connections, whether they are answered or not: HOST PORT CONNECTIONS."""

import selectors
import socket
import sys
from contextlib import suppress

_BLOCK = b"GET /api/v1/json/data/1 HTTP/1.1\r\nHost: h\r\n\r\n" * 1000


def main(host: str, port: int, connections: int) -> None:
    """Send and read until killed."""
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        one = socket.create_connection((host, port))
        one.setblocking(False)
        # What is left of the block that was begun: requests stay whole.
        selector.register(one, selectors.EVENT_READ | selectors.EVENT_WRITE, (one, [_BLOCK]))
    while True:
        for key, events in selector.select():
            rest: list[bytes]
            one, rest = key.data
            with suppress(BlockingIOError):
                if events & selectors.EVENT_READ and not one.recv(1024 * 1024):
                    sys.exit("the connection was closed")
                if events & selectors.EVENT_WRITE:
                    rest[0] = rest[0][one.send(rest[0]) :] or _BLOCK


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
