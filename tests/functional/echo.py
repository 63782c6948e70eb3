"""A side whose every byte is seen: it keeps what it receives and answers what it is told to."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer: its first line, its fields as they came, its body without framing."""

    line: bytes
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def field(self, name: bytes) -> bytes | None:
        """The first value of a field."""
        return next((value for key, value in self.fields if key.lower() == name), None)


class Wire:
    """Reads messages from a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""

    def message(self, *, bodiless: Callable[[bytes], bool] = lambda _line: False) -> Message | None:
        """The next message, None at the end of the connection."""
        head = self._until(b"\r\n\r\n")
        if head is None:
            return None
        line, *rest = head.split(b"\r\n")
        fields = []
        for text in rest:
            name, _, value = text.partition(b":")
            fields.append((name, value.strip(b" \t")))
        message = Message(line, tuple(fields), b"")
        return Message(line, tuple(fields), b"" if bodiless(line) else self._body(message))

    def _body(self, message: Message) -> bytes:
        if (message.field(b"transfer-encoding") or b"").lower() == b"chunked":
            parts = []
            while size := int(self._until(b"\r\n") or b"0", 16):
                parts.append(self._exactly(size))
                self._exactly(2)
            self._until(b"\r\n")
            return b"".join(parts)
        length = message.field(b"content-length")
        return self._exactly(int(length)) if length is not None else b""

    def _until(self, end: bytes) -> bytes | None:
        while end not in self._buffer:
            chunk = self._connection.recv(262144)
            if not chunk:
                return None
            self._buffer += chunk
        found, _, self._buffer = self._buffer.partition(end)
        return found

    def _exactly(self, size: int) -> bytes:
        parts = [self._buffer[:size]]
        self._buffer = self._buffer[size:]
        missing = size - len(parts[0])
        while missing:
            chunk = self._connection.recv(min(missing, 262144))
            if not chunk:
                raise ConnectionError("the connection ended within a body")
            parts.append(chunk)
            missing -= len(chunk)
        return b"".join(parts)


@dataclass(slots=True)
class Echo:
    """What the side received, and what it answers. ``received``: all requests, whole, in the order of their end.
    ``answer``: the bytes that it answers next.
    """

    url: str = ""
    received: list[Message] = field(default_factory=list)
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def echoing() -> Iterator[Echo]:
    """Serve on a free port."""
    echo = Echo()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire = Wire(self.request)
            with suppress(OSError, ValueError):
                while (message := wire.message()) is not None:
                    echo.received.append(message)
                    self.request.sendall(echo.answer)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True
        request_queue_size = 512

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        echo.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield echo
        server.shutdown()
