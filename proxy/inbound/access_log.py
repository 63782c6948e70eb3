"""The access log: one JSON line per request, without secrets, written by a thread: no client waits for a disk."""

import logging
import os
import queue
import random
import re
import sys
import threading
import time
from pathlib import Path
from typing import Any, BinaryIO, Final

from starlette.types import Message, Send

from config import text
from proxy.message.redact import redacted_target
from proxy.message.trace import SpanContext

_LOGGER = logging.getLogger(__name__)
REQUEST_ID: Final = b"x-request-id"
_ID: Final = re.compile(rb"[0-9A-Za-z._:-]{1,128}")
_MOST_WAITING: Final = 10_000
_MOST_BYTES: Final = 16 * 1024 * 1024
_LONGEST: Final = 65_536


class AccessRecord:
    """One request of a client: what it is called and what it was sent. ``given``: the request id that came with it, if
    any. ``send``: ASGI's.
    """

    __slots__ = ("_send", "bytes", "facts", "id", "method", "span", "started", "status", "target", "tell")

    def __init__(self, method: str, target: bytes, given: bytes | None, send: Send) -> None:
        self.method = method
        self.target = target
        # An id of the client's is kept when it can stand in a log line; it may not be a secret.
        self.id = given if given is not None and _ID.fullmatch(given) else b"%032x" % random.getrandbits(128)
        self.status = 0
        self.bytes = 0
        self.started = time.perf_counter()
        self.facts: dict[str, Any] = {}
        self.tell: bytes | None = None
        self.span: SpanContext | None = None
        self._send = send

    async def send(self, message: Message) -> None:
        """ASGI's, with the id on the answer, counting what goes out."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [pair for pair in message["headers"] if pair[0].lower() != REQUEST_ID]
            headers.append((REQUEST_ID, self.id))
            if self.tell is not None:
                headers.append((b"parity-served", self.tell))
            message = {**message, "headers": headers}
        else:
            self.bytes += len(message.get("body", b""))
        await self._send(message)


class AccessLog:
    """Writes the lines; lines that cannot be written are dropped and counted, no request waits for them. ``place``: a
    file, ``-`` for standard output, empty for nowhere.
    """

    def __init__(self, place: str) -> None:
        self.dropped = 0
        self._place = place
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # Each is counted by one thread only.
        self._put = self._taken = 0
        self._thread: threading.Thread | None = None
        if place:
            self._thread = threading.Thread(target=self._write, name="access log", daemon=True)
            self._thread.start()

    def add(self, record: AccessRecord, client: str) -> None:
        """Write the line of a request that is over."""
        if self._thread is None:
            return
        if self._lines.qsize() >= _MOST_WAITING or self._put - self._taken >= _MOST_BYTES:
            self.dropped += 1
            return
        line = {
            "at": time.time(),
            "id": record.id.decode(),
            "client": text.clean(client, text.NAME),
            "method": text.clean(record.method, text.NAME),
            "target": text.clean(redacted_target(record.target), _LONGEST),
            "status": record.status,
            "bytes": record.bytes,
            "seconds": round(time.perf_counter() - record.started, 6),
            **record.facts,
        }
        written = text.json_bytes(line) + b"\n"
        self._put += len(written)
        self._lines.put(written)

    def close(self) -> None:
        """Write what waits, for two seconds at most."""
        if self._thread is not None:
            self._lines.put(None)
            self._thread.join(2)
            self._thread = None

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                # Opened for each batch, so that a rotated file is left behind at once.
                with self._opened() as file:
                    while line is not None:
                        self._taken += len(line)
                        file.write(line)
                        line = self._lines.get_nowait() if not self._lines.empty() else b""
                        if not line:
                            break
                if line is None:
                    return
            except Exception as error:
                # Whatever it is, the lines of other requests are still written.
                if not isinstance(error, OSError):
                    _LOGGER.exception("a line of the access log cannot be written")
                self.dropped += 1

    def _opened(self) -> BinaryIO:
        if self._place == "-":
            return os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        return Path(self._place).open("ab")
