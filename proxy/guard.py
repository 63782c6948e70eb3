"""What the proxy refuses before anybody is asked (design, promise 3)."""

from collections.abc import Sequence
from dataclasses import dataclass

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


def refusal(target: bytes, headers: RawHeaders, limits: Limits) -> Refusal | None:
    """Whether a request is refused by its head alone.

    Args:
        target: Path and query.
        headers: Pairs with lower-case names, as ASGI has them.
        limits: What is accepted.

    Returns:
        The answer, or None when the request is accepted.
    """
    if len(target) > limits.target_bytes:
        return Refusal(414, "URI Too Long", f"The target is longer than {limits.target_bytes} bytes.")
    if len(headers) > limits.header_count:
        return Refusal(
            431, "Request Header Fields Too Large", f"More than {limits.header_count} header fields."
        )
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
                return Refusal(
                    413, "Content Too Large", f"The body is longer than {limits.body_bytes} bytes."
                )
        elif name == b"transfer-encoding":
            chunked = True
            if value.strip().lower() != b"chunked":
                return Refusal(501, "Not Implemented", "The only transfer coding known is chunked.")
        elif b"_" in name:
            # PHP reads X_Y and X-Y as one header, so a client could speak in the proxy's name.
            return Refusal(400, "Bad Request", "A header name holds an underscore.")
    if size > limits.header_bytes:
        return Refusal(
            431,
            "Request Header Fields Too Large",
            f"The header section is longer than {limits.header_bytes} bytes.",
        )
    if hosts != 1:
        return Refusal(400, "Bad Request", f"Exactly one Host is needed, not {hosts}.")
    if lengths > 1 or (lengths and chunked):
        return Refusal(400, "Bad Request", "The length of the body is said twice.")
    return None
