"""One request to one side and its answer back, byte for byte. This is the hot path.

Nothing here waits for the shadow or shares anything with it.
"""

import hashlib
import time
from dataclasses import dataclass, field
from typing import Final

import httpx
from starlette.types import Message, Receive, Send

from config import text
from diffing.model import Headers, Observation
from proxy.inbound.cycle import REASON, WITH_BODY
from proxy.inbound.guard import OF_THE_PROXY
from proxy.inbound.request_body import ClientGone, RequestBody, Rest
from proxy.message.fields import Pairs, to_text
from proxy.outbound.observe import HOP_BY_HOP, NOT_KEPT, TIMEOUT, TOO_LARGE, digest_of
from proxy.outbound.transport import SideAnswer, Transport
from proxy.runtime.capture_budget import CaptureBudget
from proxy.runtime.listen import BrokenOff
from proxy.serve.watch import Watch

_NEVER_OF_ONE_HOP: Final = OF_THE_PROXY | {b"host", b"content-length", b"content-type"}
LATER: Final = b"retry-after"


class NotServed(Exception):
    """The side gave no answer, or one that was held back; nothing was sent to the client."""

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.error or observation.status)
        self.observation = observation


class AnswerBroken(BrokenOff):
    """The side failed within its answer, so the client's is broken off too. ``observation``: what came until then, and
    the error.
    """

    def __init__(self, observation: Observation) -> None:
        super().__init__(observation.error)
        self.observation = observation


@dataclass(frozen=True, slots=True)
class CapturePolicy:
    """What is kept of an answer for comparing.

    Args:
        most: Most bytes of the body; a longer body is not kept; 0 keeps none.
        digest: Of a longer body, keep length and hash.
        total: Seconds for the whole exchange.
        hold: Hold an answer of 500 and above back, and one that says when to come again, as that of the legacy face
            without its database; any other until it is whole, because another side may serve.
        late: Most bytes of an answer that is held until it is whole; a longer one begins to be sent then.
        budget: What all answers under way may keep together.
    """

    most: int = 0
    digest: bool = False
    total: float | None = None
    hold: bool = False
    late: int = 0
    budget: CaptureBudget = field(default_factory=CaptureBudget)


async def forward(
    side: Transport,
    method: str,
    target: bytes,
    headers: Pairs,
    request_body: RequestBody,
    receive: Receive,
    send: Send,
    *,
    capture: CapturePolicy,
) -> Observation:
    """Send a request to a side and its answer to the client. Returns what the side answered.

    Args:
        side: The side that serves.
        target: Path and query, byte for byte.
        headers: The client's pairs; those of one hop are left out.
        request_body: The body, or its beginning.
        receive: ASGI's, for the rest of the body.
        send: ASGI's.
        capture: What is kept of the answer.

    Raises:
        ClientGone: The client went away.
        BodyRefused: The client's body is too long or too slow.
        NotServed: The side gave no answer, or one that was held back.
        AnswerBroken: The side failed within its answer.
    """
    rest = None if request_body.complete else Rest(request_body, receive)
    relay = _Relay(method, send, capture)
    try:
        # While a body is still coming, whoever reads it sees its client leave.
        with Watch(receive if rest is None else None, capture.total):
            answer = await side.ask(method, target, end_to_end(headers), rest or request_body.start)
            try:
                return await relay.run(answer)
            finally:
                await answer.aclose()
    except httpx.TransportError as error:
        if rest is not None and rest.gone is not None:
            raise ClientGone(rest.gone.refused) from error
        if rest is not None and rest.refused is not None and not relay.begun:
            raise rest.refused from error
        raise relay.failed(told(error)) from error
    except TimeoutError as error:
        raise relay.failed(TIMEOUT) from error
    finally:
        relay.close()


def end_to_end(headers: Pairs) -> list[tuple[bytes, bytes]]:
    """Header pairs without those of one hop, also those that Connection names (RFC 9110, 7.6.1)."""
    kept: list[tuple[bytes, bytes]] = []
    named: list[bytes] = []
    for pair in headers:
        name = pair[0].lower()
        if name == b"connection":
            named += pair[1].lower().split(b",")
        elif name not in HOP_BY_HOP:
            kept.append(pair)
    if named and named != [b"keep-alive"]:
        # Whoever names these would have them vanish: they say where the message goes, where it ends and who sent it.
        dropped = {token.strip() for token in named} - _NEVER_OF_ONE_HOP
        kept = [pair for pair in kept if pair[0].lower() not in dropped]
    return kept


def told(error: httpx.TransportError) -> str:
    """A transport's error in the words of an observation."""
    late = isinstance(error, httpx.TimeoutException)
    return TIMEOUT if late else text.clean(f"connection: {error}", text.SENTENCE)


class _Relay:
    """An answer on its way to the client, and what is kept of it."""

    def __init__(self, method: str, send: Send, capture: CapturePolicy) -> None:
        self._method = method
        self._send = send
        self._capture = capture
        self._started = time.perf_counter()
        self._kept: list[bytes] = []
        self._late: list[bytes] = []
        self._late_alone = 0
        self._held = 0
        self._crowded = False
        self._size = 0
        self._hash = hashlib.sha256() if capture.digest else None
        self._status: int | None = None
        self._pairs: Headers = ()
        self.begun = False

    async def run(self, answer: SideAnswer) -> Observation:
        """Relay it all."""
        headers = end_to_end(answer.fields)
        self._pairs = to_text(headers)
        self._status = status = answer.status
        held = self._capture.hold and (status >= 500 or any(name.lower() == LATER for name, _ in headers))
        bodiless = self._method == "HEAD" or status in (204, 304)
        if bodiless and self._method != "HEAD":
            # The server below would wait for the bytes that the length promises.
            headers = [pair for pair in headers if pair[0].lower() != b"content-length"]
        start: Message = {"type": "http.response.start", "status": status, "headers": headers}
        if answer.reason is not None:
            start[REASON] = answer.reason
        if answer.whole is not None and not held:
            body = b"" if bodiless else answer.whole
            self._keep(body)
            self.begun = start[WITH_BODY] = True
            await _send(self._send, start)
            await _send(self._send, {"type": "http.response.body", "body": body})
            return self.observation()
        if not held and not self._capture.hold:
            await self._begin(start)
        if not bodiless:
            async for chunk in answer:
                kept = self._keep(chunk)
                if held and self._capture.most:
                    if self._size > self._capture.most:
                        break
                elif held:
                    # Nothing is compared; where nobody else can serve, this is the answer.
                    if not self._is_late(chunk, kept):
                        raise NotServed(self.observation(TOO_LARGE))
                elif self.begun or not self._is_late(chunk, kept):
                    await self._begin(start)
                    await self._pass_on(chunk)
        if held:
            raise NotServed(self.observation())
        await self._begin(start)
        await _send(self._send, {"type": "http.response.body", "body": b""})
        return self.observation()

    async def _begin(self, start: Message) -> None:
        """Send the head, and what was held behind it; nothing when that was done."""
        if self.begun:
            return
        self.begun = True
        await _send(self._send, start)
        late, self._late = self._late, []
        for chunk in late:
            await self._pass_on(chunk)

    async def _pass_on(self, chunk: bytes) -> None:
        await _send(self._send, {"type": "http.response.body", "body": chunk, "more_body": True})

    def _is_late(self, chunk: bytes, kept: bool) -> bool:
        """Whether a part of the answer waits for the rest of it: there is room, or it is kept anyway."""
        if self._size > self._capture.late:
            return False
        if not kept:
            if self._capture.most or not self._capture.budget.take(len(chunk)):
                return False
            self._late_alone += len(chunk)
        self._late.append(chunk)
        return True

    def failed(self, error: str) -> NotServed | AnswerBroken:
        """What a failure of the side means, now."""
        return (AnswerBroken if self.begun else NotServed)(self.observation(error))

    def observation(self, error: str | None = None) -> Observation:
        """What came until now."""
        body = b"".join(self._kept or self._late)
        if error is None and self._capture.most and self._size > self._capture.most:
            error = TOO_LARGE
            body = digest_of(self._size, self._hash) if self._hash is not None else b""
        elif error is None and self._crowded:
            error = NOT_KEPT
        status = self._status if self.begun or error is None else None
        return Observation(status, self._pairs, body, time.perf_counter() - self._started, error)

    def _keep(self, chunk: bytes) -> bool:
        """Keep a part of the answer, if there is room for it."""
        self._size += len(chunk)
        if self._hash is not None:
            self._hash.update(chunk)
        if self._size > self._capture.most or self._crowded:
            self.forget()
        elif self._capture.budget.take(len(chunk)):
            self._held += len(chunk)
            self._kept.append(chunk)
            return True
        else:
            self._crowded = True
            self.forget()
        return False

    def close(self) -> None:
        """Hold nothing any longer."""
        self._late.clear()
        self._capture.budget.give(self._late_alone)
        self._late_alone = 0
        self.forget()

    def forget(self) -> None:
        """Keep nothing any longer."""
        self._capture.budget.give(self._held)
        self._held = 0
        self._kept.clear()


async def _send(send: Send, message: Message) -> None:
    try:
        await send(message)
    except OSError as error:
        raise ClientGone from error
