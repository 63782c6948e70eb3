"""One side over the network, over a wire of our own.

Errors are httpx's, and tell nothing of what a side sent or was asked:

httpx.TransportError
├── httpx.ConnectTimeout, httpx.ReadTimeout   the side did not answer in time
├── httpx.ConnectError                        nobody listens there, no such name, TLS
├── httpx.ReadError                           the connection broke before the answer had come
├── httpx.WriteError                          the body of the request did not come to its end
├── httpx.RemoteProtocolError                 what came is no HTTP
└── httpx.LocalProtocolError                  what was to be sent is none
"""

import base64
import re
from collections.abc import AsyncIterable, AsyncIterator
from types import TracebackType
from typing import Final

import httpx

from proxy.message.fields import Pairs
from proxy.outbound.transport import SideAnswer
from proxy.wire.connection import Wire, WireRequest
from proxy.wire.pool import Pool

_REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_OWN: Final = frozenset({b"host", b"connection", b"content-length", b"transfer-encoding", b"authorization"})
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LENGTH: Final = re.compile(rb"[0-9]{1,19}")
# What a head may hold.
_LEGAL: Final = bytes({*b"\t\r\n", *range(0x20, 0x100)} - {0x7F})


class Upstream:
    """One side behind its own pool of connections; nothing in it is shared with another instance.

    No cookies are kept, no redirect is followed, no content coding undone and no proxy taken from the environment.

    Args:
        base: URL of the side; a path in it is put before every target.
        connections: Most connections at a time.
        connect_timeout: Seconds to wait for a connection.
        first_byte_timeout: Seconds to wait for the beginning of an answer, from the end of the request on; None for as
            long as for its next bytes.
        read_timeout: Seconds to wait for the next bytes of an answer.
        reuse: Keep connections alive. Off for writes: a write on a connection that the other end is just closing could
            neither be repeated nor be known to have arrived.
    """

    def __init__(
        self,
        base: str,
        *,
        connections: int = 100,
        connect_timeout: float = 5.0,
        first_byte_timeout: float | None = None,
        read_timeout: float = 60.0,
        reuse: bool = True,
    ) -> None:
        self.base = base.rstrip("/")
        url = httpx.URL(self.base)
        self._path = url.raw_path.rstrip(b"/")
        self._host = url.netloc
        user = f"{url.username}:{url.password}".encode("latin-1")
        self._authorization = b"Basic " + base64.b64encode(user) if url.userinfo else b""
        self._pool = Pool(
            url,
            most=connections,
            connect=connect_timeout,
            first=first_byte_timeout or read_timeout,
            gap=read_timeout,
            reuse=reuse,
        )
        self._reuse = reuse

    async def ask(
        self, method: str, target: bytes, headers: Pairs, body: bytes | AsyncIterable[bytes] = b""
    ) -> SideAnswer:
        """Send one request (``proxy.outbound.transport.Transport``). Raises httpx.TransportError: as drawn in the
        module's docstring.
        """
        wire = await self._pool.answered(self._asking(method, target, headers, body))
        answer = wire.answer
        if not answer.whole:
            return _StreamedAnswer(self._pool, wire)
        # A short one: nobody needs to wait for it piece by piece, and its connection is free again.
        found = SideAnswer(answer.status, answer.fields, answer.take(), answer.reason)
        self._pool.release(wire)
        return found

    async def __aenter__(self) -> "Upstream":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections; no other is made."""
        await self._pool.aclose()

    def _asking(
        self, method: str, target: bytes, headers: Pairs, body: bytes | AsyncIterable[bytes]
    ) -> WireRequest:
        """A request as it goes on the wire, its body framed anew. Raises httpx.LocalProtocolError: it would not be one
        request.
        """
        target = self._path + target
        if target[:1] in (b"", b"?"):
            target = b"/" + target
        if _TOKEN.fullmatch(method) is None:
            raise httpx.LocalProtocolError("the method is no token")
        lines = [b"%b %b HTTP/1.1" % (method.encode(), target)]
        own: dict[bytes, bytes] = {}
        for name, value in headers:
            lower = name.lower()
            if lower in _OWN:
                if lower == b"content-length" and lower in own:
                    raise httpx.LocalProtocolError("the length of the body is said twice")
                own[lower] = value
                if lower == b"transfer-encoding":
                    continue
            lines.append(b"%b: %b" % (name, value))
        if b"host" not in own:
            lines.insert(1, b"Host: " + self._host)
        if self._authorization and b"authorization" not in own:
            lines.append(b"Authorization: " + self._authorization)
        length = _length(own.get(b"content-length"))
        if isinstance(body, bytes):
            if length is not None and length != len(body):
                raise httpx.LocalProtocolError("the body is not as long as it says")
            if length is None and (body or method not in _WITHOUT_BODY):
                lines.append(b"Content-Length: %d" % len(body))
        elif length is None:
            lines.append(b"Transfer-Encoding: chunked")
        if not self._reuse and b"connection" not in own:
            lines.append(b"Connection: close")
        head = b"\r\n".join(lines)
        ends = len(lines) - 1
        if not head.count(b"\r") == head.count(b"\n") == ends or head.translate(None, _LEGAL):
            raise httpx.LocalProtocolError("a control character in the head of a request")
        return WireRequest(
            head + b"\r\n\r\n", body, length, method == "HEAD", not body and method in _REPEATABLE
        )


class _StreamedAnswer(SideAnswer):
    """An answer whose body is read as it is asked for: a slow reader slows the sender down."""

    __slots__ = ("_pool", "_wire")

    def __init__(self, pool: Pool, wire: Wire) -> None:
        answer = wire.answer
        super().__init__(answer.status, answer.fields, None, answer.reason)
        self._pool = pool
        self._wire: Wire | None = wire

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self._wire is not None:
            piece = await self._wire.read()
            if self._wire.over:
                await self.aclose()
            if piece:
                yield piece

    async def aclose(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            self._pool.release(wire)


def _length(value: bytes | None) -> int | None:
    if value is not None and _LENGTH.fullmatch(value) is None:
        raise httpx.LocalProtocolError("the length of the body is none")
    return None if value is None else int(value)
