"""The proxy: receives a request, decides, serves one side's answer, hands the exchange to the shadow."""

import hashlib
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from config.settings import ProxySettings
from diffing.model import Comparison, Observation, Outcome, SkipReason
from proxy.exchange.decision import Decision, Side, decide
from proxy.exchange.exchange import Exchange
from proxy.inbound.access_log import REQUEST_ID, AccessLog, AccessRecord
from proxy.inbound.answers import BUSY, LOOP, SLOW_BODY, refuse
from proxy.inbound.forwarded import Forwarding, Origin
from proxy.inbound.guard import Refusal, long_body, refusal
from proxy.inbound.request_body import BodyRefused, ClientGone, RequestBody, Terms, take_in
from proxy.inbound.scope import BODILESS, REFUSAL, TARGET
from proxy.log.counters import Counters
from proxy.log.writer import utc_now
from proxy.message.fields import to_text
from proxy.message.trace import FinishedSpan, SpanContext, entered
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import NOT_KEPT, TOO_LARGE
from proxy.rollout.caller import Callers
from proxy.rollout.live_config import LiveConfig
from proxy.runtime.capture_budget import CaptureBudget
from proxy.runtime.telemetry import Telemetry
from proxy.serve.forward import AnswerBroken, CapturePolicy
from proxy.serve.rehearse import Rehearsing
from proxy.serve.served import Responder, ServedSides
from proxy.serve.telling import Telling
from proxy.serve.watch import Watch
from proxy.shadow.link import ShadowLink

HOP: Final = b"parity-hop"
_TELL: Final = b"parity-tell"


class Proxy:
    """The ASGI application that clients talk to.

    Args:
        sides: The transports of what is served.
        in_force: Gives the configuration in force.
        counters: Where everything is counted.
        settings: Limits and sizes.
        now: Tells the time.
        telemetry: Where operators' numbers are counted.
        rehearsing: Rehearses writes; None for no rehearsals.
    """

    def __init__(
        self,
        sides: ServedSides,
        in_force: Callable[[], LiveConfig],
        shadow: ShadowLink,
        counters: Counters,
        settings: ProxySettings,
        now: Callable[[], datetime] = utc_now,
        *,
        telemetry: Telemetry | None = None,
        access: AccessLog | None = None,
        rehearsing: Rehearsing | None = None,
    ) -> None:
        self._telemetry = telemetry or Telemetry()
        self._served = Responder(
            sides,
            settings.timeouts,
            self._telemetry,
            hop_of(settings),
            may_help=self._may_help,
            telling=Telling(settings.limits.whole_bytes),
        )
        self._in_force = in_force
        self._shadow = shadow
        self._counters = counters
        self._settings = settings
        self._now = now
        self._access = access or AccessLog("")
        self._rehearsing = rehearsing
        self._forwarding = Forwarding(settings.trusted_proxies)
        self._callers = Callers(settings.sticky)
        self._hop = hop_of(settings)
        # For what is kept of exchanges under way: bodies of requests, and of answers.
        self._budget = CaptureBudget(settings.shadow.queue_bytes)
        self._terms = Terms(
            settings.shadow.request_bytes,
            settings.limits.body_bytes,
            settings.timeouts.client,
            settings.timeouts.client_total,
            self._budget,
        )

    def _may_help(self) -> bool:
        """Whether the new side may answer where legacy's answer has no new form: not while it is left alone."""
        return self._settings.unadaptable_by_new and Side.NEW.value not in self._shadow.open_breakers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        self._counters.received += 1
        self._telemetry.active += 1
        query: bytes = scope["query_string"]
        target: bytes = scope.get(TARGET) or scope["raw_path"] + (b"?" + query if query else b"")
        given = next((value for name, value in scope["headers"] if name == REQUEST_ID), None)
        record = AccessRecord(scope["method"], target, given, send)
        peer = scope["client"][0] if scope.get("client") else ""
        try:
            refused = self._refusal(scope, target)
            if refused is not None:
                await self._refuse(record, refused)
            else:
                await self._serve(scope, target, receive, record, peer)
        except ClientGone as gone:
            if gone.refused is None:
                self._counters.client_gone += 1
                record.facts["gone"] = True
            else:
                self._counters.refused += 1
                self._telemetry.refusals[gone.refused.status] += 1
                record.status = gone.refused.status
        except AnswerBroken:
            raise
        except Exception:
            # A fault of ours: the server below answers 500, and the request is still counted.
            self._counters.refused += 1
            raise
        finally:
            self._telemetry.active -= 1
            self._telemetry.answers[record.status] += 1
            self._access.add(record, str(record.facts.pop("client", peer)))

    def _refusal(self, scope: Scope, target: bytes) -> Refusal | None:
        if self._telemetry.active > self._settings.limits.concurrency:
            return BUSY
        headers = scope["headers"]
        # A shadow request is never shadowed again, whosever it is, and ours has come in a circle.
        for name, value in headers:
            if name == HOP and (value.startswith(b"shadow") or value.endswith(self._hop)):
                return LOOP
        if REFUSAL in scope:
            found: Refusal | None = scope[REFUSAL]
            return found
        return refusal(scope["method"], target, headers, self._settings.limits)

    async def _refuse(self, record: AccessRecord, refused: Refusal) -> None:
        self._telemetry.refusals[refused.status] += 1
        await refuse(record.send, refused, record.method)
        self._counters.refused += 1

    async def _serve(
        self, scope: Scope, target: bytes, receive: Receive, record: AccessRecord, peer: str
    ) -> None:
        if scope.get(BODILESS):
            await self._serve_whole(scope, target, receive, record, peer, RequestBody(b"", True, self._terms))
            return
        try:
            request_body = await take_in(receive, self._terms)
        except BodyRefused as refused:
            await self._refuse(record, SLOW_BODY if refused.slow else long_body(self._settings.limits))
            return
        try:
            await self._serve_whole(scope, target, receive, record, peer, request_body)
        finally:
            request_body.forget()

    async def _serve_whole(
        self,
        scope: Scope,
        target: bytes,
        receive: Receive,
        record: AccessRecord,
        peer: str,
        request_body: RequestBody,
    ) -> None:
        origin = self._forwarding.of(scope["headers"], peer, scope["scheme"])
        record.facts["client"] = origin.address
        request = self._request(record, target, origin, request_body.start if request_body.complete else b"")
        in_force = self._in_force()
        decision = decide(
            request,
            in_force.routes,
            in_force.rollout,
            lambda: self._callers.of(request, origin.address),
            rehearsals=self._rehearsing is not None,
        )
        exchange = Exchange(request, decision)
        if not decision.takes_it_as_sent(decision.served) and not request_body.complete:
            most = self._settings.shadow.request_bytes
            long = Refusal(413, "Content Too Large", f"Bodies over {most} bytes cannot be translated.")
            await self._refuse(record, BUSY if request_body.crowded else long)
            return
        # A body that came in one piece is whole, and may be longer than what is kept all the same.
        short = request_body.complete and len(request_body.start) <= self._settings.shadow.request_bytes
        if decision.rehearse and self._rehearsing is not None and short:
            with Watch(receive):
                exchange.new = await self._rehearsing.rehearse(request, _for_new(decision))
        await self._answer(exchange, in_force, request_body, receive, record, scope["headers"])

    async def _answer(
        self,
        exchange: Exchange,
        in_force: LiveConfig,
        request_body: RequestBody,
        receive: Receive,
        record: AccessRecord,
        headers: list[tuple[bytes, bytes]],
    ) -> None:
        keep = self._settings.shadow.answer_bytes
        kept = exchange.decision.skip is None and request_body.complete
        if self._settings.tell_served and any(name == _TELL for name, _ in headers):
            record.tell = exchange.decision.served.encode()
        started = time.perf_counter()
        try:
            served = await self._served.serve(
                exchange,
                in_force,
                request_body,
                receive,
                _telling(record, exchange),
                CapturePolicy(
                    keep if kept else 0,
                    digest=kept and exchange.passes_unchanged,
                    total=self._settings.timeouts.total,
                    budget=self._budget,
                ),
            )
        except BodyRefused as refused:
            await self._refuse(record, SLOW_BODY if refused.slow else long_body(self._settings.limits))
            return
        except AnswerBroken as broken:
            self._settle(exchange, broken.observation, request_body, record)
            raise
        self._telemetry.took("served", exchange.decision.served.value, time.perf_counter() - started)
        self._settle(exchange, served, request_body, record)

    def _request(self, record: AccessRecord, target: bytes, origin: Origin, body: bytes) -> Request:
        headers = [pair for pair in origin.headers if pair[0] not in (REQUEST_ID, HOP)]
        headers += [(REQUEST_ID, record.id)]
        tracing = self._settings.tracing
        headers, record.span = entered(headers, generate=tracing.generate, share=tracing.share)
        if record.span is not None:
            record.facts["trace"] = record.span.trace
        return Request(record.method, target, to_text(headers), body)

    def _settle(
        self, exchange: Exchange, served: Observation, request_body: RequestBody, record: AccessRecord
    ) -> None:
        decision = exchange.decision
        exchange.at = self._now()
        exchange.span = record.span
        exchange.put(decision.served, served)
        parts = exchange.parts()
        self._counters.serve([part.decision.asked for part in parts])
        record.facts |= {
            "route": exchange.route,
            "dialect": decision.dialect.value,
            "served": decision.served.value,
        }
        if record.span is not None:
            self._shadow.trace(_span_of(record, record.span))
        if exchange.fallback:
            record.facts["fallback"] = True
        if exchange.unadaptable:
            record.facts["unadaptable"] = True
        if served.error not in (None, TOO_LARGE, NOT_KEPT):
            record.facts["error"] = served.error
            self._telemetry.side_errors[decision.served.value] += 1
        for part in parts:
            self._judge(part, request_body)

    def _judge(self, exchange: Exchange, request_body: RequestBody) -> None:
        """Have one verdict of an exchange made: by the shadow, or here, where it is known."""
        decision, served = exchange.decision, exchange.served
        if exchange.unadaptable:
            # Nobody documented it for this exchange: it counts against the route.
            self._shadow.settle(exchange, Comparison(Outcome.LEGACY_ERROR))
        elif decision.skip is not None:
            self._shadow.settle(exchange, Comparison(Outcome.SKIPPED, decision.skip))
        elif decision.rehearse and exchange.other is None:
            self._shadow.settle(exchange, Comparison(Outcome.SKIPPED, SkipReason.TOO_LARGE_TO_REHEARSE))
        elif not request_body.complete and not request_body.crowded:
            self._shadow.settle(exchange, Comparison(Outcome.TOO_LARGE))
        elif served.error == NOT_KEPT or not request_body.complete:
            self._shadow.settle(exchange, Comparison(Outcome.SHED))
        else:
            self._shadow.offer(exchange)


def _for_new(decision: Decision) -> Translation | None:
    """What the new side is asked instead of what the client asked; None where that is the same."""
    translation = decision.translation
    translated = not decision.takes_it_as_sent(Side.NEW)
    return translation if translated and isinstance(translation, Translation) else None


def _span_of(record: AccessRecord, span: SpanContext) -> FinishedSpan:
    """The served request, from the head of the request to the last byte of the answer."""
    seconds = time.perf_counter() - record.started
    about: dict[str, str | int] = {
        "http.request.method": record.method,
        "http.response.status_code": record.status,
        "parity.served": str(record.facts["served"]),
        "parity.request_id": record.id.decode(),
    }
    name = f"served {record.facts['route']}"
    return FinishedSpan(name, span, time.time() - seconds, seconds, about, record.status >= 500)


def hop_of(settings: ProxySettings) -> bytes:
    """How requests that passed a proxy between these two sides are marked; the same on every replica."""
    sides = f"{settings.legacy} {settings.new}"
    return hashlib.blake2b(sides.encode(), digest_size=8).hexdigest().encode()


def _telling(record: AccessRecord, exchange: Exchange) -> Any:
    """Tell who served at the time when the answer begins: a fallback is known only then."""
    if record.tell is None:
        return record.send

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            told = exchange.decision.served.encode()
            if exchange.unadaptable:
                told = b"new; unadaptable"
            record.tell = told + b"; fallback" if exchange.fallback else told
        await record.send(message)

    return send
