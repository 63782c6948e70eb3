"""What the proxy refuses before anybody is asked (design, promise 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from config.settings import Limits

RawHeaders = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that the proxy gives itself.

    Args:
        status: Its status.
        title: What it is called.
        detail: What was wrong, without anything secret.
        headers: Further header fields.
    """

    status: int
    title: str
    detail: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


_METHODS: Final = ((b"allow", b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),)
# A client that names these in Connection would have them dropped on the way (RFC 9110, 7.6.1).
_NEEDED: Final = frozenset(
    {b"host", b"content-length", b"content-type", b"authorization", b"cookie", b"x-forwarded-for"}
)


def refusal(method: str, target: bytes, headers: RawHeaders, limits: Limits) -> Refusal | None:
    """Whether a request is refused by its head alone.

    Args:
        method: The method.
        target: The target as it came.
        headers: Pairs with lower-case names, as ASGI has them.
        limits: What is accepted.

    Returns:
        The answer, or None when the request is accepted.
    """
    if method in ("TRACE", "CONNECT"):
        return Refusal(405, "Method Not Allowed", f"{method} is not known here.", _METHODS)
    if len(target) > limits.target_bytes:
        return long_target(limits)
    if not target.startswith(b"/") or b"#" in target:
        return Refusal(400, "Bad Request", "The target is no path.")
    if len(headers) > limits.header_count:
        return many_headers(limits)
    return _by_fields(headers, limits)


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


def _by_fields(headers: RawHeaders, limits: Limits) -> Refusal | None:
    size = 0
    hosts = lengths = 0
    chunked = False
    for name, value in headers:
        size += len(name) + len(value) + 4
        if name == b"host":
            hosts += 1
        elif name == b"content-length":
            lengths += 1
            if not value.isdigit():
                return Refusal(400, "Bad Request", "Content-Length is no number.")
            if int(value) > limits.body_bytes:
                return long_body(limits)
        elif name == b"transfer-encoding":
            chunked = True
            if value.strip().lower() != b"chunked":
                return Refusal(501, "Not Implemented", "The only transfer coding known is chunked.")
        elif name == b"expect":
            if value.strip().lower() != b"100-continue":
                return Refusal(417, "Expectation Failed", "The only expectation known is 100-continue.")
        elif name == b"connection":
            if _NEEDED.intersection(token.strip() for token in value.lower().split(b",")):
                return Refusal(400, "Bad Request", "Connection names a field that is not of one hop.")
        elif b"_" in name:
            # PHP reads X_Y and X-Y as one header, so a client could speak in the proxy's name.
            return Refusal(400, "Bad Request", "A header name holds an underscore.")
    if size > limits.header_bytes:
        return long_head(limits)
    if hosts != 1:
        return Refusal(400, "Bad Request", f"Exactly one Host is needed, not {hosts}.")
    if lengths > 1 or (lengths and chunked):
        return Refusal(400, "Bad Request", "The length of the body is said twice.")
    return None
