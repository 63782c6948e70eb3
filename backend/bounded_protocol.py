"""uvicorn's protocol with bounds on what is no body: heads, trailers and extensions of chunks.

Without them the parser would keep a head as long as it comes, and copy all of it with each piece.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD: Final = 128 * 1024
"""Bytes of a request that may come without any of a body; the proxy passes on fewer."""
HEAD_SECONDS: Final = 30.0
"""Longest time for a head to come; as long a connection may be silent before its first."""
_TITLE: Final = b"Request Header Fields Too Large"
_DETAIL: Final = b'{"type":"about:blank","title":"%b","status":431,"detail":"The head is too long."}' % _TITLE
_TOO_LONG: Final = (
    b"HTTP/1.1 431 %b\r\ncontent-type: application/problem+json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
) % (_TITLE, len(_DETAIL), _DETAIL)


class BoundedProtocol(HttpToolsProtocol):
    """One connection; what of a request is no body is bounded in bytes, and its head in time."""

    _idle = 0
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; refuse what is too long."""
        if self.transport.is_closing():
            return
        self._idle += len(data)
        super().data_received(data)
        if self._idle > MOST_HEAD and not self.transport.is_closing():
            if not self._answering():
                self.transport.write(_TOO_LONG)
            # To whoever has an answer coming, no other can be sent; the request is broken off.
            self.transport.close()
        elif self._idle and self._timer is None and not self._answering():
            self._wait()

    def on_headers_complete(self) -> None:
        """Count anew."""
        self._idle = 0
        self._came()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count anew."""
        self._idle = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Count anew."""
        self._idle = 0
        super().on_message_complete()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _came(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
