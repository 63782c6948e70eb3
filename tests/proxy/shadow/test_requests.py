"""One request of the shadow: what it carries, and what is counted of it."""

from datetime import UTC, datetime

import pytest

from config.rollout import Dialect
from config.settings import ProxySettings
from diffing.model import Observation, SkipReason
from proxy.exchange.decision import Decision, Side
from proxy.exchange.exchange import Exchange
from proxy.message.fields import Pairs
from proxy.message.trace import FinishedSpan, SpanContext
from proxy.message.translation import Request, Untranslatable
from proxy.outbound.transport import SideAnswer
from proxy.runtime.telemetry import Telemetry
from proxy.shadow.requests import ShadowRequests

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).replace(tzinfo=None)
SERVED = SpanContext("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", None, 1)
REQUEST = Request(
    "GET", b"/x", (("host", "openml.test"), ("traceparent", SERVED.traceparent), ("te", "trailers"))
)


class Kept:
    """Takes spans."""

    def __init__(self) -> None:
        self.spans: list[FinishedSpan] = []

    def add(self, span: FinishedSpan) -> None:
        self.spans.append(span)


def exchange(span: SpanContext | None) -> Exchange:
    """One that has no route."""
    decision = Decision(
        Dialect.LEGACY, None, Untranslatable("no route"), Side.LEGACY, SkipReason.NO_ROUTE, False
    )
    return Exchange(REQUEST, decision, Observation(200, (), b""), at=AT, span=span)


class Unwell:
    """A side that answers 503, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}

    async def ask(self, _method: str, _target: bytes, headers: Pairs, _body: object = b"") -> SideAnswer:
        """Answer."""
        self.asked = {name.decode().lower(): value.decode() for name, value in headers}
        return SideAnswer(503, [], b"")


async def sent(span: SpanContext | None) -> tuple[dict[str, str], Kept, Telemetry]:
    """What the side was asked, and what was noted."""
    kept, telemetry, side = Kept(), Telemetry(), Unwell()
    requests = ShadowRequests({Side.NEW: side}, ProxySettings(), telemetry, b"me", kept)
    await requests.send(exchange(span), Side.NEW, REQUEST)
    return side.asked, kept, telemetry


async def test_a_leg_is_a_span_of_its_own() -> None:
    """The side is told of it, below the served request; a 5xx is a failed span."""
    headers, kept, _ = await sent(SERVED)
    (span,) = kept.spans
    assert headers["traceparent"] == span.context.traceparent
    assert (span.context.trace, span.context.parent) == (SERVED.trace, SERVED.id)
    assert (span.failed, span.attributes["parity.side"]) == (True, "new")
    assert span.attributes["http.response.status_code"] == 503


async def test_fields_of_one_hop_do_not_go_on() -> None:
    """And the proxy's mark does; what took how long is counted by side."""
    headers, kept, telemetry = await sent(None)
    assert (headers["host"], headers["parity-hop"]) == ("openml.test", "shadow; me")
    assert not {"te", "traceparent"} & set(headers)
    assert sum(telemetry.durations["asked new"].counts) == 1
    assert kept.spans == []
