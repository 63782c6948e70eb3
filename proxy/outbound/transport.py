"""The seam between the proxy and a side: bytes out, bytes back. httpx's objects cost a tenth of a request."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol

from proxy.message.fields import Pairs


class SideAnswer:
    """An answer as soon as its head is there; iterating gives its body. This one came as a whole.

    Args:
        fields: Pairs as received.
        whole: The body; None for one that is still coming.
        reason: The reason phrase; None where there is none on the way.
    """

    __slots__ = ("fields", "reason", "status", "whole")

    def __init__(
        self, status: int, fields: list[tuple[bytes, bytes]], whole: bytes | None, reason: bytes | None = None
    ) -> None:
        self.status = status
        self.fields = fields
        self.whole = whole
        self.reason = reason

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self.whole:
            yield self.whole

    async def aclose(self) -> None:
        """Read no further."""


class Transport(Protocol):
    """How a side is asked."""

    async def ask(
        self, method: str, target: bytes, headers: Pairs, body: bytes | AsyncIterable[bytes] = b""
    ) -> SideAnswer:
        """Send one request and give its answer as soon as the head is there; it is closed by whoever gets it.

        ``target``: path and query, byte for byte. ``body``: whole, or as it comes. Raises httpx.TransportError: no
        answer came; so does iterating over the answer.
        """
