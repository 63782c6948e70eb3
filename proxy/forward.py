"""The served leg: one request to one side and its answer back, byte for byte. This is the hot path.

Nothing here waits for the shadow leg or shares anything with it (design, promise 1).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Final

import httpx
from starlette.types import Receive, Send

from diffing.model import Observation
from proxy.listen import BrokenOff
from proxy.observe import TIMEOUT, TOO_LARGE
from proxy.upstream import SEAM_URL

# Fields of one hop (RFC 9110, 7.6.1), those that only a proxy or a server reads, and the rehearsal's (promise 5).
HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"proxy-connection",
        b"keep-alive",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"expect",
        b"parity-shadow",
    }
)
_WATCH_AFTER: Final = 0.05

RawHeaders = Iterable[tuple[bytes, bytes]]


class ClientGone(Exception):
    """The client went away before it had its answer."""


class AnswerBroken(BrokenOff):
    """The side failed within its answer, so the client's is broken off too.

    Args:
        observation: What came until then, and the error.
    """

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.error)
        self.observation = observation


@dataclass(frozen=True, slots=True)
class Intake:
    """A request body: whole, or its beginning.

    Args:
        start: The bytes received so far.
        complete: Whether that is all.
    """

    start: bytes
    complete: bool


async def take_in(receive: Receive, most: int) -> Intake:
    """Receive a body until it ends or is longer than what is kept.

    Args:
        receive: ASGI's.
        most: Bytes that are kept.

    Returns:
        What was received.

    Raises:
        ClientGone: The client went away.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return Intake(body, True)
    parts = [body]
    size = len(body)
    while size <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body", False):
            return Intake(b"".join(parts), True)
    return Intake(b"".join(parts), False)


class _Rest(httpx.AsyncByteStream):
    """The start of a body and, as the side reads on, the rest of it: a slow side slows the client down."""

    def __init__(self, start: bytes, receive: Receive) -> None:
        self._start = start
        self._receive = receive
        self.gone = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._start
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                # Raised within the client library, which tells of it as a failure of its own.
                self.gone = True
                raise ClientGone
            if message.get("body"):
                yield message["body"]
            more = message.get("more_body", False)


class Gone:
    """Watches for a client that leaves while its request is under way, and cancels the request then.

    Most answers come at once, so watching begins a little later and costs those nothing.

    Args:
        receive: ASGI's; the request's body must have been received.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._serving = asyncio.current_task()
        self._watching: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.left = False

    def __enter__(self) -> "Gone":
        self._timer = asyncio.get_running_loop().call_later(_WATCH_AFTER, self._begin)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self.left and kind is asyncio.CancelledError and self._serving is not None:
            self._serving.uncancel()
            raise ClientGone

    def _begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch(), name="client watch")

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.left = True
        if self._serving is not None:
            self._serving.cancel()


async def forward(
    side: httpx.AsyncBaseTransport,
    method: str,
    target: bytes,
    headers: RawHeaders,
    intake: Intake,
    receive: Receive,
    send: Send,
    *,
    keep: int,
) -> Observation:
    """Send a request to a side and its answer to the client.

    Args:
        side: The side that serves.
        method: The method.
        target: Path and query, byte for byte.
        headers: The client's pairs; those of one hop are left out.
        intake: The body, or its beginning.
        receive: ASGI's, for the rest of the body.
        send: ASGI's.
        keep: Most bytes of the answer's body that are kept for comparing; 0 keeps none.

    Returns:
        What the side answered; when it failed before an answer had begun, nothing was sent yet.

    Raises:
        ClientGone: The client went away.
        AnswerBroken: The side failed within its answer.
    """
    rest = None if intake.complete else _Rest(intake.start, receive)
    request = httpx.Request(
        method,
        SEAM_URL,
        headers=end_to_end(headers),
        stream=rest or httpx.ByteStream(intake.start),
        extensions={"target": target},
    )
    started = time.perf_counter()
    try:
        response = await side.handle_async_request(request)
    except httpx.TransportError as error:
        if rest is not None and rest.gone:
            raise ClientGone from error
        return Observation(None, (), b"", time.perf_counter() - started, told(error))
    try:
        return await _relay(response, method, send, keep, started)
    finally:
        await response.aclose()


def end_to_end(headers: RawHeaders) -> list[tuple[bytes, bytes]]:
    """Header pairs without those of one hop, also those that Connection names (RFC 9110, 7.6.1)."""
    pairs = list(headers)
    dropped = HOP_BY_HOP
    named = [value for name, value in pairs if name.lower() == b"connection"]
    if named:
        dropped = dropped | {token.strip().lower() for value in named for token in value.split(b",")}
        # Whoever names these would have them vanish: they say where the message goes and where it ends.
        dropped -= {b"host", b"content-length", b"content-type"}
    return [pair for pair in pairs if pair[0].lower() not in dropped]


def told(error: httpx.TransportError) -> str:
    """A transport's error in the words of an observation."""
    return TIMEOUT if isinstance(error, httpx.TimeoutException) else f"connection: {error}"


async def _relay(response: httpx.Response, method: str, send: Send, keep: int, started: float) -> Observation:
    headers = end_to_end(response.headers.raw)
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
    status = response.status_code
    bodiless = method == "HEAD" or status in (204, 304)
    if bodiless and method != "HEAD":
        # The server below would wait for the bytes that the length promises.
        headers = [pair for pair in headers if pair[0].lower() != b"content-length"]
    kept: list[bytes] = []
    size = 0
    error: str | None = None
    await _send(send, {"type": "http.response.start", "status": status, "headers": headers})
    try:
        assert isinstance(response.stream, httpx.AsyncByteStream)
        if not bodiless:
            async for chunk in response.stream:
                size += len(chunk)
                if size <= keep:
                    kept.append(chunk)
                await _send(send, {"type": "http.response.body", "body": chunk, "more_body": True})
    except httpx.TransportError as failure:
        error = told(failure)
        seconds = time.perf_counter() - started
        raise AnswerBroken(Observation(status, pairs, b"".join(kept), seconds, error)) from failure
    await _send(send, {"type": "http.response.body", "body": b""})
    if keep and size > keep:
        kept, error = [], TOO_LARGE
    return Observation(status, pairs, b"".join(kept), time.perf_counter() - started, error)


async def _send(send: Send, message: dict[str, object]) -> None:
    try:
        await send(message)
    except OSError as error:
        raise ClientGone from error
