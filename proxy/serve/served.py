"""Who answers the client: the side that the decision names, or legacy when the new side fails a safe request."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import httpx
from starlette.types import Receive, Send

from config.rollout import Dialect, Stage
from config.settings import Timeouts
from diffing.model import Asked, Observation
from proxy.exchange.decision import Decision, Side, route_name
from proxy.inbound.answers import BAD_GATEWAY, GATEWAY_TIMEOUT, raw, refuse, send_whole, text
from proxy.inbound.request_body import RequestBody
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import TIMEOUT, observe
from proxy.rollout.live_config import LiveConfig
from proxy.runtime.telemetry import Telemetry
from proxy.serve.adapt import Adapted, adapt
from proxy.serve.forward import CapturePolicy, DisconnectWatcher, NotServed, end_to_end, forward
from proxy.serve.unadaptable import unadaptable

_LATE: Final = 8 * 1024 * 1024
"""So many bytes of an answer to a read wait until it is whole, so that legacy can answer where the new side breaks."""


@dataclass(frozen=True, slots=True)
class ServedSides:
    """The transports of what is served. ``reads``: for requests that change nothing. ``writes``: for those that may;
    every one gets a connection of its own.
    """

    reads: dict[Side, httpx.AsyncBaseTransport]
    writes: dict[Side, httpx.AsyncBaseTransport]


@dataclass(slots=True)
class RequestContext:
    """What becomes of one request.

    Args:
        request: The request, with what the sides are told of the client.
        decision: What was decided; who served in the end, once that is known.
        in_force: The configuration that it is served by.
        other: What the other side has answered already; it is not asked again.
        fallback: Legacy served because the new side failed.
        unadaptable: The new side answered what legacy's answer has no new form for.
    """

    request: Request
    decision: Decision
    request_body: RequestBody
    in_force: LiveConfig
    other: Observation | None = None
    fallback: bool = False
    unadaptable: bool = False


class Responder:
    """Asks the side that serves and gives its answer to the client.

    Args:
        sides: The transports.
        timeouts: How long it waits.
        telemetry: Where fallbacks are counted.
        hop: Marks what this proxy sends, so that it is known when it comes back.
        may_help: Whether the new side may answer where legacy's answer has no new form.
    """

    def __init__(
        self,
        sides: ServedSides,
        timeouts: Timeouts,
        telemetry: Telemetry,
        hop: bytes = b"",
        may_help: Callable[[], bool] = lambda: False,
    ) -> None:
        self._may_help = may_help
        self._sides = sides
        self._timeouts = timeouts
        self._telemetry = telemetry
        self._mark = (b"parity-hop", b"served; " + hop)

    async def serve(
        self, context: RequestContext, receive: Receive, send: Send, capture: CapturePolicy
    ) -> Observation:
        """Serve one request. Returns what the side that served answered.

        Args:
            context: The request; who served and what the other side said is written there.
            receive: ASGI's.
            send: ASGI's.
            capture: What is kept of the answer.

        Raises:
            ClientGone: The client went away.
            BodyRefused: The client's body is too long or too slow; nothing was sent.
            AnswerBroken: The side failed within its answer.
        """
        decision = context.decision
        held = (
            decision.served is Side.NEW
            and not self._unsafe(context)
            and context.request_body.complete
            and (decision.face or isinstance(decision.translation, Translation))
        )
        capture = replace(capture, total=self._timeouts.total, hold=held, late=_LATE)
        try:
            return await self._by(context, receive, send, capture)
        except NotServed as failed:
            if held:
                return await self._fall_back(context, failed.observation, receive, send)
            late = failed.observation.error == TIMEOUT
            await refuse(send, GATEWAY_TIMEOUT if late else BAD_GATEWAY, context.request.method)
            return failed.observation

    async def _fall_back(
        self, context: RequestContext, failed: Observation, receive: Receive, send: Send
    ) -> Observation:
        """Legacy serves in the shapes that the new side would have given."""
        self._telemetry.fallbacks[route_name(context.decision)] += 1
        request, method = context.request, context.request.method
        if context.decision.dialect is Dialect.NEW:
            translation = context.decision.translation
            assert isinstance(translation, Translation)
            request = Request(translation.method, translation.target, translation.headers, translation.body)
        with DisconnectWatcher(receive):
            legacy = await self._observe(Side.LEGACY, request)
        if legacy.status is None or legacy.status >= 500:
            # Nobody could serve it: the new side's answer is as good as any.
            if failed.status is not None and failed.error is None:
                await send_whole(send, failed.status, raw(failed.headers), failed.body, head=method == "HEAD")
            else:
                await refuse(send, GATEWAY_TIMEOUT if failed.error == TIMEOUT else BAD_GATEWAY, method)
            context.other = legacy
            return failed
        context.decision = replace(context.decision, served=Side.LEGACY)
        context.other = failed
        context.fallback = True
        if context.decision.face:
            pairs = end_to_end(raw(legacy.headers))
            await send_whole(send, legacy.status, pairs, legacy.body, head=method == "HEAD")
        else:
            await self._send_adapted(context, self._adapt(context, legacy), send)
        return legacy

    async def _by(
        self, context: RequestContext, receive: Receive, send: Send, capture: CapturePolicy
    ) -> Observation:
        decision, request = context.decision, context.request
        if decision.takes_it_as_sent(decision.served):
            method, target, request_body = request.method, request.target, context.request_body
            headers = raw(request.headers)
        else:
            translation = decision.translation
            assert isinstance(translation, Translation)
            method, target, headers = translation.method, translation.target, raw(translation.headers)
            request_body = RequestBody(translation.body, True)
            if decision.dialect is Dialect.NEW:
                translated = Request(method, target, translation.headers, translation.body)
                with DisconnectWatcher(receive):
                    legacy = await self._observe(Side.LEGACY, translated, unsafe=self._unsafe(context))
                    why, answer = self._adapted(context, legacy)
                    helped = why is not None and await self._helped(context)
                if helped and context.other is not None:
                    new = context.other
                    await send_whole(
                        send, new.status or 502, end_to_end(raw(new.headers)), new.body, head=method == "HEAD"
                    )
                elif why is not None:
                    await refuse(send, replace(BAD_GATEWAY, detail=why, headers=()), context.request.method)
                else:
                    await self._send_adapted(context, answer, send)
                return legacy
        headers.append(self._mark)
        side = (self._sides.writes if self._unsafe(context) else self._sides.reads)[decision.served]
        if not request_body.complete:
            return await forward(side, method, target, headers, request_body, receive, send, capture=capture)
        with DisconnectWatcher(receive):
            return await forward(side, method, target, headers, request_body, receive, send, capture=capture)

    def _adapted(self, context: RequestContext, legacy: Observation) -> tuple[str | None, Adapted]:
        """The answer in its new form, and why it has none; of a write it is told as it is, for it was carried out."""
        translation = context.decision.translation
        assert isinstance(translation, Translation)
        answer = self._adapt(context, legacy)
        if legacy.status is None or legacy.error is not None or self._unsafe(context):
            return None, answer
        asked = Asked(translation.route, translation.method, translation.parameters)
        unfit = answer.unfit and f"The legacy side's answer is not as the schema has it: {answer.unfit}."
        return unadaptable(asked, legacy, context.in_force.registry) or unfit, answer

    async def _helped(self, context: RequestContext) -> bool:
        """Whether the new side has answered instead: a safe read of a route beyond stage legacy that is not held."""
        route, rollout = context.decision.route, context.in_force.rollout
        if (
            route is None
            or not route.implemented
            or context.request.method not in ("GET", "HEAD")
            or rollout.kill_switch
            or rollout.of(route, Dialect.NEW).stage is Stage.LEGACY
            or route.name in context.in_force.held
            or not self._may_help()
        ):
            return False
        new = await self._observe(Side.NEW, context.request)
        if new.status is None or new.error is not None or new.status >= 500:
            return False
        context.other, context.unadaptable = new, True
        return True

    async def _observe(self, side: Side, request: Request, *, unsafe: bool = False) -> Observation:
        return await observe(
            (self._sides.writes if unsafe else self._sides.reads)[side],
            request.method,
            request.target,
            text([*end_to_end(raw(request.headers)), self._mark]),
            request.body,
            deadline=self._timeouts.served,
        )

    def _adapt(self, context: RequestContext, legacy: Observation) -> Adapted:
        translation, in_force = context.decision.translation, context.in_force
        assert isinstance(translation, Translation)
        asked = Asked(translation.route, context.request.method, translation.parameters)
        return adapt(asked, legacy, in_force.registry, in_force.problems)

    async def _send_adapted(self, context: RequestContext, answer: Adapted, send: Send) -> None:
        pairs = end_to_end(raw(answer.headers))
        await send_whole(send, answer.status, pairs, answer.body, head=context.request.method == "HEAD")

    def _unsafe(self, context: RequestContext) -> bool:
        # A method that is not safe may write on a path that no route is known for.
        decision = context.decision
        return decision.writes or (
            decision.route is None and context.request.method not in ("GET", "HEAD", "OPTIONS")
        )
