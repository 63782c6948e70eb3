"""What the shadow sends: one request to one side, marked, timed, and a span of its own."""

import time
from collections.abc import Mapping
from typing import Final

from config.settings import ProxySettings
from diffing.model import Observation
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.message.trace import TRACEPARENT
from proxy.message.translation import Request
from proxy.outbound.observe import HOP_BY_HOP, UNPACED, observe
from proxy.outbound.transport import Transport
from proxy.runtime.pace import Pace
from proxy.runtime.telemetry import Telemetry
from proxy.shadow.spans import NO_SPANS, Spans, finished

_ITS_OWN: Final = HOP_BY_HOP | {TRACEPARENT.encode()}


class ShadowRequests:
    """Asks the sides.

    Args:
        sides: A transport for each side, shared with nobody else.
        telemetry: Where the time of each answer is counted.
        hop: Marks what this proxy sends, so that it is known when it comes back.
        spans: Takes the span of each request.
    """

    def __init__(
        self,
        sides: Mapping[Side, Transport],
        settings: ProxySettings,
        telemetry: Telemetry,
        hop: bytes = b"",
        spans: Spans = NO_SPANS,
    ) -> None:
        self._sides = sides
        self._deadline = settings.timeouts.shadow
        self._body_cap = settings.shadow.answer_bytes
        self._pace = Pace(rate) if (rate := settings.shadow.bytes_per_second) else UNPACED
        self._mark = ("Parity-Hop", f"shadow; {hop.decode()}")
        self._telemetry = telemetry
        self._spans = spans

    async def send(self, exchange: Exchange, side: Side, request: Request) -> Observation:
        """Ask a side. ``request``: the exchange's own, its translation, or one that a follow-up needs."""
        kept = [pair for pair in request.headers if pair[0].lower().encode() not in _ITS_OWN]
        span = exchange.span.child() if exchange.span is not None else None
        if span is not None:
            kept.append((TRACEPARENT, span.traceparent))
        started = time.time()
        answer = await observe(
            self._sides[side],
            request.method,
            request.target,
            (*kept, self._mark),
            request.body,
            deadline=self._deadline,
            body_cap=self._body_cap,
            digest=exchange.passes_unchanged,
            pace=self._pace,
        )
        self._telemetry.took("asked", side.value, answer.seconds)
        if span is not None:
            about = {"parity.side": side.value, "http.request.method": request.method}
            self._spans.add(finished(f"asked {exchange.route}", span, started, answer, about))
        return answer
