"""Bodies of requests by their framing (RFC 9112, 6 and 7.1): a length that was said, or chunks."""

import re
from collections.abc import Sequence
from typing import Final, Protocol

from config.settings import Limits
from proxy.inbound.guard import long_head, many_headers
from proxy.inbound.head import BAD, Refused

_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED: Final = rb'"(?:[\t\x20\x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t\x20-\x7e\x80-\xff])*"'
_SIZE: Final = re.compile(
    rb"([0-9A-Fa-f]{1,16})(?:[ \t]*;[ \t]*%b(?:[ \t]*=[ \t]*(?:%b|%b))?)*" % (_TOKEN, _TOKEN, _QUOTED)
)
_TRAILER: Final = re.compile(_TOKEN + rb":[\t\x20-\x7e\x80-\xff]*")
# Digits of a size and the ends of its lines are a chunk's own; what else stands there is extension.
_OWN: Final = 18


class Body(Protocol):
    """A body that is being received."""

    over: bool

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        """Split what came into bytes of the body and what stands behind it. Raises Refused: it is not framed as it
        must be.
        """


class Sized:
    """A body whose length was said. ``length``: its bytes."""

    def __init__(self, length: int) -> None:
        self._missing = length
        self.over = not length

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        """Split what came into bytes of the body and what stands behind it."""
        taken = data[: self._missing]
        self._missing -= len(taken)
        self.over = not self._missing
        return taken, data[len(taken) :]


class Chunked:
    """A body in chunks; extensions and trailers are read, bounded, and dropped. ``limits``: what is accepted: both
    together are as long as a header section at most.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._line = bytearray()
        self._missing = 0
        self._ends = False
        self._trailers: int | None = None
        self._extra = 0
        self.over = False

    def take(self, data: bytes) -> tuple[bytes, bytes]:
        """Split what came into bytes of the body and what stands behind it. Raises Refused: it is not framed as it
        must be, or what is not body is too long.
        """
        parts: list[bytes] = []
        at = 0
        while at < len(data) and not self.over:
            if self._missing:
                part = data[at : at + self._missing]
                parts.append(part)
                at += len(part)
                self._missing -= len(part)
                self._ends = not self._missing
                continue
            end = data.find(b"\n", at)
            stop = len(data) if end < 0 else end + 1
            self._line += data[at:stop]
            at = stop
            if len(self._line) + self._extra > self._limits.header_bytes:
                raise Refused(long_head(self._limits))
            if self._ends and not b"\r\n".startswith(self._line):
                raise Refused(BAD)
            if end >= 0:
                line = bytes(self._line)
                self._line.clear()
                if not line.endswith(b"\r\n"):
                    raise Refused(BAD)
                self._take_line(line[:-2])
        return b"".join(parts), data[at:] if self.over else b""

    def _take_line(self, line: bytes) -> None:
        if self._ends:
            self._ends = False
        elif self._trailers is None:
            found = _SIZE.fullmatch(line)
            if found is None:
                raise Refused(BAD)
            self._extra += max(0, len(line) - _OWN)
            self._missing = int(found[1], 16)
            if not self._missing:
                self._trailers = 0
        elif not line:
            self.over = True
        else:
            self._trailers += 1
            self._extra += len(line) + 2
            if self._trailers > self._limits.header_count:
                raise Refused(many_headers(self._limits))
            if _TRAILER.fullmatch(line) is None:
                raise Refused(BAD)


def body_of(fields: Sequence[tuple[bytes, bytes]], limits: Limits) -> Body:
    """The body of a request whose head the guard has accepted."""
    for name, value in fields:
        if name == b"content-length":
            return Sized(int(value))
        if name == b"transfer-encoding":
            return Chunked(limits)
    return Sized(0)
