"""The front door: uvicorn's protocol with limits that hold while a head is still coming (design, promise 3).

uvicorn and httptools keep a head of any length and wait for it for any time, and answer a broken request in the
midst of the answer before it. What is refused here never reaches the application; ``refused`` counts it.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Any, ClassVar, Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from config.settings import Limits, Timeouts
from diffing.problem import MEDIA_TYPE
from proxy.door.guard import Refusal, long_head, long_target, many_headers

# What llhttp reads of the registry; any other token is a method to PHP, and the parser must not be asked about it.
_REGISTERED: Final = frozenset(
    b"DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND"
    b" UNBIND ACL REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK"
    b" UNLINK SOURCE QUERY PRI".split()
)
_STAND_IN: Final = b"SOURCE"
_METHOD: Final = re.compile(rb"(?:\r\n)*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})( ?)")
# Under this name the scope has the target as it was on the wire, which ASGI does not tell.
TARGET: Final = "parity.target"
_BAD: Final = Refusal(400, "Bad Request", "This is no HTTP/1.1 request.")
_SLOW: Final = Refusal(408, "Request Timeout", "The head of the request did not come in time.")
_FULL: Final = Refusal(503, "Service Unavailable", "Too many connections.", ((b"retry-after", b"1"),))
_NO_TUNNEL: Final = Refusal(405, "Method Not Allowed", "CONNECT is not known here.", ((b"allow", b"GET"),))


class FrontProtocol(HttpToolsProtocol):
    """One connection of a client; ``front`` makes the class with its limits."""

    limits: ClassVar[Limits] = Limits()
    timeouts: ClassVar[Timeouts] = Timeouts()
    refused: ClassVar[Callable[[], None]] = staticmethod(lambda: None)

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._refusal: Refusal | None = None
        self._in_head = True
        self._begun = False
        self._deaf = False
        self._head_bytes = 0
        self._held = b""
        self._method: str | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        """Begin to wait for a head, or turn the connection away."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._say(_FULL)
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._cancel_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, as long as the head is not too long and nothing was refused."""
        if self._deaf:
            return
        if self._in_head:
            self._head_bytes += len(data)
            if not self._begun:
                data = self._registered(self._held + data)
        if not data:
            return
        super().data_received(data)
        most = self.limits.header_bytes + self.limits.target_bytes
        if self._in_head and self._head_bytes > most and not self._deaf:
            self._refusal = long_head(self.limits)
            self.send_400_response("")

    def _registered(self, data: bytes) -> bytes:
        """The beginning of a request with a method that the parser knows; nothing while the method is still coming."""
        self._held = b""
        found = _METHOD.match(data)
        if found is None:
            return data
        if not found[2] and found.end() == len(data) and len(found[1]) < 64:
            self._held = data
            if self._timer is None:
                self._await_head()
            return b""
        if not found[2] or found[1] in _REGISTERED:
            return data
        self._method = found[1].decode("ascii")
        return _STAND_IN + data[found.end(1) :]

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head = self._begun = True
        if self._timer is None:
            self._await_head()

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        super().on_url(url)
        if len(self.url) > self.limits.target_bytes:
            self._refuse(long_target(self.limits))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one field."""
        super().on_header(name, value)
        if len(self.headers) > self.limits.header_count:
            self._refuse(many_headers(self.limits))

    def on_headers_complete(self) -> None:
        """Hand the request on, with its target as it came."""
        self._in_head = False
        self._head_bytes = 0
        self._cancel_timer()
        if self.parser.get_method() == b"CONNECT":
            self._refuse(_NO_TUNNEL)
        self.scope[TARGET] = self.url  # type: ignore[typeddict-unknown-key]  # a name of our own
        super().on_headers_complete()
        if self._method is not None:
            self.scope["method"], self._method = self._method, None
        if self.parser.should_upgrade():
            # No other protocol is spoken here; what follows cannot be told apart from one, so this request is the last.
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The next head may begin; without data no time runs, keep-alive has a limit of its own."""
        super().on_message_complete()
        self._in_head, self._begun, self._head_bytes = True, False, 0

    def _unsupported_upgrade_warning(self) -> None:
        self._deaf = True

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's words are not ours
        """Refuse a request that cannot be parsed, without touching the answers before it."""
        refusal = self._refusal or _BAD
        self._deaf = True
        self._cancel_timer()
        type(self).refused()
        current = self.cycle
        if current is not None and not current.response_complete:
            if self._in_head:
                # The requests before it are answered; then the connection ends.
                current.keep_alive = False
                return
            current.disconnected = True
            current.message_event.set()
            if current.response_started or self.pipeline:
                self.transport.close()
                return
        self._say(refusal)

    def _say(self, refusal: Refusal) -> None:
        self._deaf = True
        body = orjson.dumps(
            {
                "type": "about:blank",
                "title": refusal.title,
                "status": refusal.status,
                "detail": refusal.detail,
            }
        )
        lines = [
            f"HTTP/1.1 {refusal.status} {refusal.title}".encode(),
            b"content-type: " + MEDIA_TYPE.encode(),
            b"content-length: %d" % len(body),
            *(name + b": " + value for name, value in refusal.headers),
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.close()

    def _refuse(self, refusal: Refusal) -> None:
        self._refusal = refusal
        # httptools stops parsing, and uvicorn calls send_400_response.
        raise ValueError(refusal.title)

    def _await_head(self) -> None:
        self._timer = self.loop.call_later(self.timeouts.head, self._too_slow)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._timer = None
        if self.transport.is_closing():
            return
        if not self._begun and not self._held:
            self.transport.close()
            return
        self._refusal = _SLOW
        self.send_400_response("")


def front(limits: Limits, timeouts: Timeouts, refused: Callable[[], None]) -> type[FrontProtocol]:
    """The protocol of a listener.

    Args:
        limits: What is accepted of a client.
        timeouts: How long it may take.
        refused: Called for each request that is refused here.
    """
    return type(
        "Front", (FrontProtocol,), {"limits": limits, "timeouts": timeouts, "refused": staticmethod(refused)}
    )
