"""One request and its answer on a connection of a client: ASGI's receive and send."""

import asyncio
import http
import logging
import re
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Scope
from uvicorn.protocols.http.flow_control import FlowControl

from proxy.inbound.guard import Refusal
from proxy.runtime.listen import BrokenOff

_LOGGER = logging.getLogger(__name__)
# Under this key the beginning of an answer has its reason phrase, which ASGI does not tell.
REASON: Final = "parity.reason"
# So the beginning of an answer says that the body follows at once: one write does for both.
WITH_BODY: Final = "parity.with-body"
_PHRASES: Final = {status.value: status.phrase.encode() for status in http.HTTPStatus}
_NO_NAME: Final = re.compile(rb"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
NO_VALUE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_FAILED: Final = b"Internal Server Error"
# Under this key a disconnect has the refusal of its body, which the connection answers itself.
REFUSED: Final = "parity.refused"
# So many bytes of a body wait for the application before the client has to.
_ENOUGH: Final = 65536


class Cycle:
    """A request that is being answered.

    Args:
        scope: ASGI's.
        continues: The client waits for 100 (Continue) before it sends the body.
        want: Called when the application waits for the client.
        done: Called once the answer is complete.
    """

    def __init__(
        self,
        scope: Scope,
        transport: asyncio.Transport,
        flow: FlowControl,
        *,
        continues: bool,
        want: Callable[[], None],
        done: Callable[[], None],
    ) -> None:
        self._scope = scope
        self._transport = transport
        self._flow = flow
        self._continues = continues
        self._want = want
        self._done = done
        self._old = scope["http_version"] == "1.0"
        self._bodiless = scope["method"] == "HEAD"
        self._body: list[bytes] = []
        self._waiting = 0
        self._news = asyncio.Event()
        self._ended = self._told = False
        # A head that waits for the body which follows at once.
        self._kept_head = b""
        # None for an answer whose length is not said: chunks, or the end of the connection.
        self._missing: int | None = None
        self._refused: Refusal | None = None
        self.keep_alive = True
        self.gone = False
        # The application has it; it has begun to answer.
        self.begun = False
        self.started = False
        self.complete = False

    @property
    def ended(self) -> bool:
        """The whole body of the request has come."""
        return self._ended

    @property
    def waiting(self) -> int:
        """Bytes of the body that the application has not taken yet."""
        return self._waiting

    @property
    def enough(self) -> bool:
        """The application has much to take before more is wanted."""
        return self._waiting > _ENOUGH

    def feed(self, data: bytes, *, over: bool) -> None:
        """Give the application more of the body."""
        if data:
            self._body.append(data)
            self._waiting += len(data)
        self._ended = over
        self._news.set()

    def leave(self, refused: Refusal | None = None) -> None:
        """Tell the application that the client has gone, or that its body was refused."""
        self._refused = refused
        self.gone = True
        self._news.set()

    async def run(self, app: ASGIApp) -> None:
        """Have the application answer; one that fails is answered for, and logged."""
        try:
            await app(self._scope, self.receive, self.send)
        except (BrokenOff, asyncio.CancelledError):
            self._transport.close()
        except Exception:
            _LOGGER.exception("a request failed")
            await self._fail()
        else:
            if not self.complete and not self.gone:
                _LOGGER.error("a request was not answered to its end")
                await self._fail()

    async def receive(self) -> Message:
        """ASGI's: the next bytes of the body; behind its end, waits for the client to leave."""
        if self._continues and not (self._body or self._ended or self.gone):
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._continues = False
        while not (self.gone or self.complete or self._body or (self._ended and not self._told)):
            self._news.clear()
            self._want()
            await self._news.wait()
        if self.gone or self.complete:
            left: Message = {"type": "http.disconnect"}
            return left if self._refused is None else {**left, REFUSED: self._refused}
        # One piece is handed on as it is: of many large bodies, each copy would be felt by all clients.
        body = b"".join(self._body)
        self._body.clear()
        self._waiting = 0
        self._told = self._ended
        self._want()
        return {"type": "http.request", "body": body, "more_body": not self._ended}

    async def send(self, message: Message) -> None:
        """ASGI's: the head of the answer, then its body. Raises RuntimeError: what is said is no answer."""
        if self._flow.write_paused and not self.gone:
            await self._flow.drain()
        if self.gone:
            return
        if not self.started:
            head = self._head(message)
            if WITH_BODY in message:
                self._kept_head = head
            else:
                self._transport.write(head)
            self.started = True
            return
        if self.complete or message["type"] != "http.response.body":
            raise RuntimeError(f"an answer goes on with {message['type']}")
        body: bytes = message.get("body", b"")
        more: bool = message.get("more_body", False)
        framed = self._framed(body, last=not more)
        if self._kept_head:
            self._transport.writelines((self._kept_head, framed))
            self._kept_head = b""
        elif framed:
            self._transport.write(framed)
        if not more:
            self.complete = True
            self._news.set()
            self._done()

    def _head(self, message: Message) -> bytes:
        if message["type"] != "http.response.start":
            raise RuntimeError(f"an answer begins with {message['type']}")
        status: int = message["status"]
        self._bodiless = self._bodiless or status in (204, 304)
        phrase = message.get(REASON)
        if phrase is None or NO_VALUE.search(phrase):
            phrase = _PHRASES.get(status, b"")
        parts = [b"HTTP/1.1 %d %s\r\n" % (status, phrase)]
        closing = False
        length: int | None = None
        pairs = list(message.get("headers", ()))
        names = [name for name, _ in pairs]
        # Two searches for all fields, instead of two for each.
        if (
            _NO_NAME.search(b"".join(names))
            or not all(names)
            or NO_VALUE.search(b" ".join([value for _, value in pairs]))
        ):
            raise RuntimeError("an answer has a field that is none")
        for name, value in pairs:
            lower = name.lower()
            if lower == b"connection":
                closing = closing or b"close" in value.lower()
            elif lower == b"content-length" and not self._bodiless:
                length = int(value)
            parts += (lower, b": ", value, b"\r\n")
        chunked = not self._bodiless and length is None and not self._old
        if chunked:
            parts.append(b"transfer-encoding: chunked\r\n")
        # Behind a body that has not come to its end yet, no other request can be found.
        if closing or not self._ended or (length is None and self._old and not self._bodiless):
            self.keep_alive = False
        if not self.keep_alive and not closing:
            parts.append(b"connection: close\r\n")
        self._missing = length
        return b"".join((*parts, b"\r\n"))

    def _framed(self, body: bytes, *, last: bool) -> bytes:
        if self._bodiless:
            return b""
        if self._missing is not None:
            self._missing -= len(body)
            if self._missing < 0 or (last and self._missing):
                raise RuntimeError("an answer is not as long as it said")
            return body
        if self._old:
            return body
        chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
        return chunk + b"0\r\n\r\n" if last else chunk

    async def _fail(self) -> None:
        if self.started or self.gone:
            self._transport.close()
            return
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(_FAILED)),
            (b"connection", b"close"),
        ]
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body", "body": _FAILED})
