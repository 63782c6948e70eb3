"""What the proxy refuses before anybody is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from config import text
from config.settings import Limits
from diffing.problem import MEDIA_TYPE

RawHeaders = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that the proxy gives itself.

    Args:
        title: What it is called.
        detail: What was wrong, without anything secret.
        headers: Further header fields.
    """

    status: int
    title: str
    detail: str
    headers: tuple[tuple[bytes, bytes], ...] = ()

    def written(self) -> bytes:
        """The whole answer, after which the connection ends."""
        body = text.json_bytes(
            {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        )
        lines = [
            f"HTTP/1.1 {self.status} {self.title}".encode(),
            b"content-type: " + MEDIA_TYPE.encode(),
            b"content-length: %d" % len(body),
            *(pair[0] + b": " + pair[1] for pair in self.headers if pair[0] != b"connection"),
            b"connection: close",
        ]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body


_LATER: Final = ((b"retry-after", b"1"),)
SLOW_HEAD: Final = Refusal(408, "Request Timeout", "The head of the request did not come in time.")
FULL: Final = Refusal(503, "Service Unavailable", "Too many connections.", _LATER)
CROWDED: Final = Refusal(503, "Service Unavailable", "Too much is being received.", _LATER)
_METHODS: Final = ((b"allow", b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),)
# host [":" port] of RFC 3986, without the comma that would make two of it.
AUTHORITY: Final = re.compile(
    rb"(?:(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?"
)
# More digits say no length that any message has.
_LENGTH: Final = re.compile(rb"[0-9]{1,19}")
# What the proxy itself tells the sides; a client's Connection removes none of it.
OF_THE_PROXY: Final = frozenset(
    {
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-server",
        b"x-real-ip",
        b"x-request-id",
        b"parity-hop",
    }
)
# A client that names these in Connection would have them dropped on the way (RFC 9110, 7.6.1).
_NEEDED: Final = frozenset({b"host", b"content-length", b"content-type", b"authorization", b"cookie"})
_UNDERSCORE: Final = "A header name holds an underscore. Write a hyphen: PHP reads both as one."
_TWIN: Final = (
    "PHP would read this header name as one of the proxy's own: names are of letters, digits and hyphens."
)
_CLOSE: Final = ((b"connection", b"close"),)
_PLAIN: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-"
# What stands before PHP makes underscores of all other signs, PHP of dots: X_Y, X.Y and X-Y are one field for it, so
# with such a sign a client could speak in the proxy's name.
_HYPHENS: Final = bytes(sign if sign in _PLAIN else ord("-") for sign in range(256))
_SPOOFED: Final = OF_THE_PROXY | _NEEDED | {b"connection", b"transfer-encoding", b"parity-shadow"}


def refusal(
    method: str, target: bytes, headers: RawHeaders, limits: Limits, version: str = "1.1"
) -> Refusal | None:
    """Whether a request is refused by its head alone. Returns the answer, or None when the request is accepted.

    Args:
        target: The target as it came.
        headers: Pairs with lower-case names, as ASGI has them.
        limits: What is accepted.
        version: Of HTTP.
    """
    if method in ("TRACE", "CONNECT"):
        return Refusal(405, "Method Not Allowed", f"{method} is not known here.", _METHODS)
    if len(target) > limits.target_bytes:
        return long_target(limits)
    if not target.startswith(b"/") or b"#" in target:
        return Refusal(400, "Bad Request", "The target is no path.")
    if len(headers) > limits.header_count:
        return many_headers(limits)
    return _by_fields(headers, limits, version)


def long_target(limits: Limits) -> Refusal:
    """The answer to a target that is too long."""
    return Refusal(414, "URI Too Long", f"The target is longer than {limits.target_bytes} bytes.")


def many_headers(limits: Limits) -> Refusal:
    """The answer to too many fields."""
    return Refusal(431, "Request Header Fields Too Large", f"More than {limits.header_count} header fields.")


def long_head(limits: Limits) -> Refusal:
    """The answer to a header section that is too long."""
    return Refusal(
        431,
        "Request Header Fields Too Large",
        f"The header section is longer than {limits.header_bytes} bytes.",
    )


def long_body(limits: Limits) -> Refusal:
    """The answer to a body that is too long."""
    return Refusal(413, "Content Too Large", f"The body is longer than {limits.body_bytes} bytes.")


def _by_fields(headers: RawHeaders, limits: Limits, version: str) -> Refusal | None:
    size = 0
    hosts = lengths = codings = 0
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name == b"host":
            hosts += 1
            if AUTHORITY.fullmatch(value) is None:
                return Refusal(400, "Bad Request", "The Host is none.")
        elif name == b"content-length":
            lengths += 1
            if _LENGTH.fullmatch(value) is None:
                return Refusal(400, "Bad Request", "Content-Length is no length.")
            if int(value) > limits.body_bytes:
                return long_body(limits)
        elif name == b"transfer-encoding":
            codings += 1
            if value.lower() != b"chunked":
                return Refusal(501, "Not Implemented", "The only transfer coding known is chunked.", _CLOSE)
        elif name == b"expect":
            if value.lower() != b"100-continue":
                return Refusal(417, "Expectation Failed", "The only expectation known is 100-continue.")
        elif name == b"connection":
            if _NEEDED.intersection(token.strip(b" \t") for token in value.lower().split(b",")):
                return Refusal(400, "Bad Request", "Connection names a field that is not of one hop.")
        elif name.translate(None, _PLAIN):
            if b"_" in name and limits.strict_names:
                return Refusal(400, "Bad Request", _UNDERSCORE)
            if name.translate(_HYPHENS) in _SPOOFED:
                return Refusal(400, "Bad Request", _TWIN)
    if size > limits.header_bytes:
        return long_head(limits)
    if hosts != 1 and (hosts or version != "1.0"):
        return Refusal(400, "Bad Request", f"Exactly one Host is needed, not {hosts}.")
    if lengths + codings > 1:
        return Refusal(400, "Bad Request", "The length of the body is said twice.", _CLOSE)
    if codings and version == "1.0":
        return Refusal(400, "Bad Request", "HTTP/1.0 has no transfer codings.", _CLOSE)
    return None
