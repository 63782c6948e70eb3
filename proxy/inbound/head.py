"""Heads of requests, read to the letter (RFC 9112): what a lenient reader would repair is refused."""

import re
from dataclasses import dataclass
from typing import Final

from config.settings import Limits
from proxy.inbound.guard import AUTHORITY, Refusal, long_head, long_target, many_headers

_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}) ([\x21-\x7e\x80-\xff]+) HTTP/(\d)\.(\d)")
# What a head may hold; of a head of many kilobytes, an expression would take milliseconds.
_LEGAL: Final = bytes({*b"\t\r\n", *range(0x20, 0x100)} - {0x7F})
_ABSOLUTE: Final = re.compile(rb"(?i)https?://([^/?#]*)([^#]*)")
END: Final = b"\r\n\r\n"
# So much of a head is looked at while it is still coming: a longer one is looked at once, when it is whole.
_EARLY: Final = 4096
# Room for a method and a version beside the target.
_LINE_BYTES: Final = 80
BAD: Final = Refusal(400, "Bad Request", "This is no HTTP/1.1 request.")
_VERSION: Final = Refusal(505, "HTTP Version Not Supported", "HTTP/1.0 and HTTP/1.1 are spoken here.")
_NO_TUNNEL: Final = Refusal(405, "Method Not Allowed", "CONNECT is not known here.", ((b"allow", b"GET"),))


class Refused(Exception):
    """What came is refused. ``refusal``: the answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.title)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a request.

    Args:
        method: The method, as it was written.
        target: Path and query, byte for byte; of an absolute-form target, what stands behind the authority.
        version: ``1.0`` or ``1.1``.
        fields: Pairs with lower-case names and values without the blanks around them. An absolute-form target's
            authority is the Host (RFC 9112, 3.2.2).
    """

    method: str
    target: bytes
    version: str
    fields: list[tuple[bytes, bytes]]

    @property
    def is_last(self) -> bool:
        """Whether no other request follows: the client says so, or another protocol may."""
        for name, value in self.fields:
            if name == b"upgrade" or (name == b"connection" and b"close" in _tokens(value)):
                return True
        return False


class HeadReader:
    """Collects the bytes of heads; what comes behind a head stays for later. ``limits``: how long a head may be."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = bytearray()
        # Up to where no end is, and up to where all is legal.
        self._searched = self._looked = 0

    def __len__(self) -> int:
        return len(self._bytes)

    def add(self, data: bytes) -> None:
        """Take what came."""
        self._bytes += data

    def rest(self) -> bytes:
        """What stands behind a head; it is forgotten."""
        found = bytes(self._bytes)
        self.clear()
        return found

    def clear(self) -> None:
        """Forget all."""
        self._bytes.clear()
        self._searched = self._looked = 0

    def head(self) -> Head | None:
        """The next head; None while it is not there as a whole. Raises Refused: what came is no head, or too long a
        one.
        """
        if not self._bytes:
            return None
        self._skip_line_ends()
        # A head may come byte by byte, so no end is looked for twice in the same bytes.
        end = self._bytes.find(END, max(0, self._searched - 3))
        last = len(self._bytes) if end < 0 else end
        if not self._is_legal(last, whole=end >= 0):
            raise Refused(BAD)
        if last > self._limits.header_bytes + self._limits.target_bytes:
            line = self._bytes.find(b"\r\n")
            long = not 0 <= line <= self._limits.target_bytes + _LINE_BYTES
            raise Refused(long_target(self._limits) if long else long_head(self._limits))
        self._searched = last
        if end < 0:
            return None
        head = bytes(self._bytes[:end])
        del self._bytes[: end + len(END)]
        self._searched = self._looked = 0
        return _read(head, self._limits)

    def _is_legal(self, last: int, *, whole: bool) -> bool:
        """Whether what has come since the last look can be part of a head: no control characters, no CR or LF alone."""
        start = self._looked
        if not whole:
            last = min(last, _EARLY)
        if start and self._bytes[start - 1] == 0x0D:
            start -= 1
        new = self._bytes[start:last]
        self._looked = max(start, last)
        returns, ends = new.count(b"\r"), new.count(b"\r\n")
        if not whole and new.endswith(b"\r"):
            returns -= 1
        return returns == ends == new.count(b"\n") and not new.translate(None, _LEGAL)

    def _skip_line_ends(self) -> None:
        start = 0
        while self._bytes.startswith(b"\r\n", start):
            start += 2
        if start:
            del self._bytes[:start]
            self._searched = self._looked = 0


def _tokens(value: bytes) -> list[bytes]:
    return [token.strip(b" \t") for token in value.lower().split(b",")]


def _read(head: bytes, limits: Limits) -> Head:
    if head.count(b"\r\n") > limits.header_count:
        raise Refused(many_headers(limits))
    first, *lines = head.split(b"\r\n")
    line = _LINE.fullmatch(first)
    if line is None:
        raise Refused(BAD)
    method, target, major, minor = line.groups()
    if major != b"1":
        raise Refused(_VERSION)
    if len(target) > limits.target_bytes:
        raise Refused(long_target(limits))
    if method == b"CONNECT":
        raise Refused(_NO_TUNNEL)
    fields = [_field(text) for text in lines]
    version = "1.0" if minor == b"0" else "1.1"
    if not target.startswith(b"/"):
        target, fields = _origin_form(target, fields, version)
    return Head(method.decode("ascii"), target, version, fields)


def _field(line: bytes) -> tuple[bytes, bytes]:
    name, colon, value = line.partition(b":")
    if not colon or _TOKEN.fullmatch(name) is None:
        raise Refused(BAD)
    return name.lower(), value.strip(b" \t")


def _origin_form(
    target: bytes, fields: list[tuple[bytes, bytes]], version: str
) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    found = _ABSOLUTE.fullmatch(target)
    if found is None or AUTHORITY.fullmatch(found[1]) is None:
        # Of no form that a method here has; the guard says so.
        return target, fields
    path = found[2] if found[2].startswith(b"/") else b"/" + found[2]
    named = [(name, found[1] if name == b"host" else value) for name, value in fields]
    if version == "1.0" and all(name != b"host" for name, _ in named):
        named.insert(0, (b"host", found[1]))
    return path, named
