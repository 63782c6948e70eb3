"""Who answers the client: the side that the decision names, or legacy when the new side fails a safe request."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from starlette.types import Receive, Send

from config.rollout import Dialect, Stage
from config.settings import Timeouts
from diffing.model import Asked, Observation
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.inbound.answers import BAD_GATEWAY, CROWDED, GATEWAY_TIMEOUT, refuse, send_whole
from proxy.inbound.guard import Refusal
from proxy.inbound.request_body import RequestBody
from proxy.message.fields import to_bytes, to_text
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import NOT_KEPT, TIMEOUT, observe
from proxy.outbound.transport import Transport
from proxy.rollout.live_config import LiveConfig
from proxy.runtime.telemetry import Telemetry
from proxy.serve.adapt import Adapted, adapt
from proxy.serve.forward import (
    AnswerBroken,
    CapturePolicy,
    NotServed,
    end_to_end,
    forward,
)
from proxy.serve.telling import Room, Telling
from proxy.serve.unadaptable import unadaptable
from proxy.serve.watch import Watch

_LATE: Final = 8 * 1024 * 1024
"""So many bytes of an answer to a read wait until it is whole, so that legacy can answer where the new side breaks."""


@dataclass(frozen=True, slots=True)
class ServedSides:
    """The transports of what is served. ``reads``: for requests that change nothing. ``writes``: for those that may;
    every one gets a connection of its own.
    """

    reads: dict[Side, Transport]
    writes: dict[Side, Transport]


class Responder:
    """Asks the side that serves and gives its answer to the client.

    Args:
        sides: The transports.
        timeouts: How long it waits.
        telemetry: Where fallbacks are counted.
        hop: Marks what this proxy sends, so that it is known when it comes back.
        may_help: Whether the new side may answer where legacy's answer has no new form.
        telling: Holds the answers that must be whole before a client gets any of them.
    """

    def __init__(
        self,
        sides: ServedSides,
        timeouts: Timeouts,
        telemetry: Telemetry,
        hop: bytes = b"",
        may_help: Callable[[], bool] = lambda: False,
        telling: Telling | None = None,
    ) -> None:
        self._may_help = may_help
        self._telling = telling or Telling()
        self._sides = sides
        self._timeouts = timeouts
        self._telemetry = telemetry
        self._mark = (b"parity-hop", b"served; " + hop)

    async def serve(
        self,
        exchange: Exchange,
        in_force: LiveConfig,
        request_body: RequestBody,
        receive: Receive,
        send: Send,
        capture: CapturePolicy,
    ) -> Observation:
        """Serve one request. Returns what the side that served answered.

        Args:
            exchange: The request; who served and what the other side said is written there.
            in_force: The configuration that it is served by.
            receive: ASGI's.
            send: ASGI's.
            capture: What is kept of the answer.

        Raises:
            ClientGone: The client went away.
            BodyRefused: The client's body is too long or too slow; nothing was sent.
            AnswerBroken: The side failed within its answer.
        """
        decision = exchange.decision
        held = (
            decision.served is Side.NEW
            and not self._unsafe(exchange)
            and request_body.complete
            and (decision.face or isinstance(decision.translation, Translation))
        )
        if held:
            capture = replace(capture, hold=True, late=_LATE)
        try:
            # Most are: they need no room for whole answers, which would be four calls of each request.
            if not held and decision.takes_it_as_sent(decision.served):
                return await self._pass_on(exchange.request, exchange, request_body, receive, send, capture)
            with self._telling.room() as room:
                try:
                    return await self._by(exchange, in_force, request_body, receive, send, capture, room)
                except NotServed as failed:
                    if not held:
                        raise
                    return await self._fall_back(exchange, in_force, failed.observation, receive, send, room)
        except NotServed as failed:
            await refuse(send, _instead_of(failed.observation), exchange.request.method)
            return failed.observation

    async def _fall_back(
        self,
        exchange: Exchange,
        in_force: LiveConfig,
        failed: Observation,
        receive: Receive,
        send: Send,
        room: Room,
    ) -> Observation:
        """Legacy serves in the shapes that the new side would have given."""
        self._telemetry.fallbacks[exchange.route] += 1
        request, method = exchange.request, exchange.request.method
        if exchange.decision.dialect is Dialect.NEW:
            request = exchange.translated.request
        with Watch(receive):
            legacy = await self._observe(Side.LEGACY, request, room)
            answer = None
            if legacy.error is None and not exchange.decision.face:
                answer = await self._telling.read(legacy, lambda: self._adapt(exchange, in_force, legacy))
        if legacy.status is None or legacy.error is not None or legacy.status >= 500:
            # Nobody could serve it: the new side's answer is as good as any.
            if failed.status is not None and failed.error is None:
                await self._give(failed, to_bytes(failed.headers), failed.body, send, method)
            else:
                await refuse(send, _instead_of(failed), method)
            exchange.legacy = legacy
            return failed
        exchange.decision = replace(exchange.decision, served=Side.LEGACY)
        exchange.new = failed
        exchange.fallback = True
        if answer is None:
            await self._give(legacy, end_to_end(to_bytes(legacy.headers)), legacy.body, send, method)
        else:
            await self._send_adapted(exchange, legacy, answer, send)
        return legacy

    async def _by(
        self,
        exchange: Exchange,
        in_force: LiveConfig,
        request_body: RequestBody,
        receive: Receive,
        send: Send,
        capture: CapturePolicy,
        room: Room,
    ) -> Observation:
        decision = exchange.decision
        if decision.takes_it_as_sent(decision.served):
            return await self._pass_on(exchange.request, exchange, request_body, receive, send, capture)
        translation = exchange.translated
        if decision.dialect is not Dialect.NEW:
            request_body = RequestBody(translation.body, True)
            return await self._pass_on(translation.request, exchange, request_body, receive, send, capture)
        with Watch(receive):
            legacy = await self._observe(
                Side.LEGACY, translation.request, room, unsafe=self._unsafe(exchange)
            )
            why, answer = await self._telling.read(legacy, lambda: self._adapted(exchange, in_force, legacy))
            helped = why is not None and await self._helped(exchange, in_force, room)
        if helped and exchange.new is not None:
            new = exchange.new
            await self._give(new, end_to_end(to_bytes(new.headers)), new.body, send, translation.method)
        elif why is not None:
            await refuse(send, replace(BAD_GATEWAY, detail=why, headers=()), exchange.request.method)
        elif legacy.error == NOT_KEPT:
            await refuse(send, CROWDED, exchange.request.method)
        else:
            await self._send_adapted(exchange, legacy, answer, send)
        return legacy

    async def _pass_on(
        self,
        request: Request,
        exchange: Exchange,
        request_body: RequestBody,
        receive: Receive,
        send: Send,
        capture: CapturePolicy,
    ) -> Observation:
        """Send a request to the side that serves, and its answer to the client."""
        headers = to_bytes(request.headers)
        headers.append(self._mark)
        side = (self._sides.writes if self._unsafe(exchange) else self._sides.reads)[exchange.decision.served]
        return await forward(
            side, request.method, request.target, headers, request_body, receive, send, capture=capture
        )

    def _adapted(
        self, exchange: Exchange, in_force: LiveConfig, legacy: Observation
    ) -> tuple[str | None, Adapted]:
        """The answer in its new form, and why it has none; of a write it is told as it is, for it was carried out."""
        translation = exchange.translated
        answer = self._adapt(exchange, in_force, legacy)
        if legacy.status is None or legacy.error is not None or self._unsafe(exchange):
            return None, answer
        asked = Asked(translation.route, translation.method, translation.parameters)
        unfit = answer.unfit and f"The legacy side's answer is not as the schema has it: {answer.unfit}."
        return unadaptable(asked, legacy, in_force.registry) or unfit, answer

    async def _helped(self, exchange: Exchange, in_force: LiveConfig, room: Room) -> bool:
        """Whether the new side has answered instead: a safe read of a route beyond stage legacy that is not held."""
        route, rollout = exchange.decision.route, in_force.rollout
        if (
            route is None
            or not route.implemented
            or exchange.request.method not in ("GET", "HEAD")
            or rollout.kill_switch
            or rollout.of(route, Dialect.NEW).stage is Stage.LEGACY
            or route.name in in_force.held
            or not self._may_help()
        ):
            return False
        new = await self._observe(Side.NEW, exchange.request, room)
        if new.status is None or new.error is not None or new.status >= 500:
            return False
        exchange.new, exchange.unadaptable = new, True
        return True

    async def _observe(
        self, side: Side, request: Request, room: Room, *, unsafe: bool = False
    ) -> Observation:
        return await observe(
            (self._sides.writes if unsafe else self._sides.reads)[side],
            request.method,
            request.target,
            to_text([*end_to_end(to_bytes(request.headers)), self._mark]),
            request.body,
            deadline=self._timeouts.served,
            # What a write has done is told, however much is held.
            fits=room.take if not unsafe else lambda _size: True,
        )

    def _adapt(self, exchange: Exchange, in_force: LiveConfig, legacy: Observation) -> Adapted:
        translation = exchange.translated
        asked = Asked(translation.route, exchange.request.method, translation.parameters)
        return adapt(asked, legacy, in_force.registry, in_force.problems)

    async def _send_adapted(
        self, exchange: Exchange, legacy: Observation, answer: Adapted, send: Send
    ) -> None:
        told = replace(legacy, status=answer.status)
        await self._give(
            told, end_to_end(to_bytes(answer.headers)), answer.body, send, exchange.request.method
        )

    async def _give(
        self, answer: Observation, pairs: list[tuple[bytes, bytes]], body: bytes, send: Send, method: str
    ) -> None:
        """Send a whole answer, which is held until its client has taken it."""
        try:
            async with asyncio.timeout(self._timeouts.total):
                await send_whole(send, answer.status or 502, pairs, body, head=method == "HEAD")
        except TimeoutError as error:
            raise AnswerBroken(replace(answer, error=TIMEOUT)) from error

    def _unsafe(self, exchange: Exchange) -> bool:
        # A method that is not safe may write on a path that no route is known for.
        decision = exchange.decision
        return decision.writes or (
            decision.route is None and exchange.request.method not in ("GET", "HEAD", "OPTIONS")
        )


def _instead_of(failed: Observation) -> Refusal:
    """What a client is told where a side gave no answer."""
    return GATEWAY_TIMEOUT if failed.error == TIMEOUT else BAD_GATEWAY
