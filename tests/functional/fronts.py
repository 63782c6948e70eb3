"""A running proxy in front of a side that sees every byte, and what it counts."""

import http.client
import socket
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson

from tests.functional.echo import Echo, Message, Wire


class Front:
    """A running proxy in front of a side that sees every byte."""

    def __init__(self, url: str, admin: int, pid: int, echo: Echo) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self.address = (host, int(port))
        self.admin = admin
        self._pid = pid
        self.echo = echo
        self._connection: socket.socket | None = None
        self._wire: Wire | None = None

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._connection is not None:
            self._connection.close()
            self._connection = self._wire = None

    def descriptors(self) -> int:
        """How many files and sockets the proxy has open."""
        return len(list(Path(f"/proc/{self._pid}/fd").iterdir()))

    def connect(self) -> socket.socket:
        """A connection of one's own."""
        return socket.create_connection(self.address, timeout=30)

    def ask(self, request: bytes, method: bytes = b"GET") -> Message:
        """Send a request on a connection that is kept, and read its answer."""
        if self._connection is None or self._wire is None:
            self._connection = self.connect()
            self._wire = Wire(self._connection)
        self._connection.sendall(request)
        answer = self._wire.message(
            bodiless=lambda line: method == b"HEAD" or line.split()[1] in (b"204", b"304")
        )
        assert answer is not None, request[:300]
        if answer.field(b"connection") == b"close":
            self.close()
        return answer

    def totals(self) -> dict[str, Any]:
        """The counts, once nothing is pending."""
        for _ in range(400):
            with closing(http.client.HTTPConnection("127.0.0.1", self.admin, timeout=10)) as connection:
                connection.request("GET", "/-/totals")
                found: dict[str, Any] = orjson.loads(connection.getresponse().read())
            if not found["pending"] and found["received"] == _accounted(found):
                return found
            time.sleep(0.05)
        return found


def _accounted(found: dict[str, Any]) -> int:
    return int(found["served"] + found["refused"] + found["client_gone"])


def conserved(totals: dict[str, Any]) -> bool:
    """received = served + refused + client_gone, and each served one has its verdict."""
    verdicts = sum(totals["verdicts"].values())
    return bool(totals["received"] == _accounted(totals) and totals["served"] == verdicts)
