"""The proxy: receives a request, decides, serves one side's answer, hands the exchange to the shadow leg."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx
import orjson
from starlette.types import Receive, Scope, Send

from config.problems import ProblemType
from config.rollout import Dialect, Rollout
from config.routes import RouteMap
from config.settings import ProxySettings
from diffing.deviations import Registry
from diffing.model import Asked, Comparison, Headers, Observation, Outcome
from diffing.problem import MEDIA_TYPE
from proxy.adapt import Adapted, adapt
from proxy.forward import AnswerBroken, ClientGone, Gone, Intake, end_to_end, forward, take_in
from proxy.guard import Refusal, refusal
from proxy.jobs import Job
from proxy.ledger import Ledger
from proxy.observe import TIMEOUT, observe
from proxy.policy import Decision, Side, decide
from proxy.record import utc_now
from proxy.shadow import ShadowLeg
from proxy.translation import Request, Translation

_LOGGER = logging.getLogger(__name__)
_BAD_GATEWAY: Final = Refusal(
    502, "Bad Gateway", "The side that serves gave no answer.", ((b"retry-after", b"1"),)
)
_GATEWAY_TIMEOUT: Final = Refusal(504, "Gateway Timeout", "The side that serves gave no answer in time.")


@dataclass(frozen=True, slots=True)
class Contract:
    """What the configuration says of routes and answers; replaced as a whole when it is read again.

    Args:
        routes: The route map.
        rollout: The stages.
        registry: The documented deviations.
        problems: The table of problem types.
    """

    routes: RouteMap
    rollout: Rollout
    registry: Registry
    problems: dict[str, ProblemType]


@dataclass(frozen=True, slots=True)
class ServedSides:
    """The transports of the served leg.

    Args:
        reads: For requests that change nothing.
        writes: For those that may; every one gets a connection of its own.
    """

    reads: dict[Side, httpx.AsyncBaseTransport]
    writes: dict[Side, httpx.AsyncBaseTransport]


class Proxy:
    """The ASGI application that clients talk to.

    Args:
        sides: The transports of the served leg.
        contract: Gives the configuration in force.
        shadow: The shadow leg.
        ledger: Where everything is counted.
        settings: Limits and sizes.
        now: Tells the time.
    """

    def __init__(
        self,
        sides: ServedSides,
        contract: Callable[[], Contract],
        shadow: ShadowLeg,
        ledger: Ledger,
        settings: ProxySettings,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._sides = sides
        self._contract = contract
        self._shadow = shadow
        self._ledger = ledger
        self._settings = settings
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        self._ledger.received += 1
        query: bytes = scope["query_string"]
        target: bytes = scope["raw_path"] + (b"?" + query if query else b"")
        refused = refusal(target, scope["headers"], self._settings.limits)
        if refused is not None:
            await _answer(send, refused)
            self._ledger.refused += 1
            return
        try:
            await self._serve(scope, target, receive, send)
        except ClientGone:
            self._ledger.client_gone += 1
        except AnswerBroken:
            raise
        except Exception:
            # A fault of ours: the server below answers 500, and the request is still counted.
            self._ledger.refused += 1
            raise

    async def _serve(self, scope: Scope, target: bytes, receive: Receive, send: Send) -> None:
        intake = await take_in(receive, self._settings.shadow.request_bytes)
        request = Request(
            scope["method"],
            target,
            tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
            intake.start if intake.complete else b"",
        )
        contract = self._contract()
        decision = decide(request, contract.routes, contract.rollout, _caller(scope, target))
        keep = self._settings.shadow.answer_bytes if decision.skip is None and intake.complete else 0
        try:
            served: Observation | None
            if decision.served is decision.native:
                served = await self._native(scope, request, decision, intake, receive, send, keep)
            else:
                served = await self._translated(request, decision, intake, receive, send, contract, keep)
        except AnswerBroken as broken:
            self._settle(request, decision, intake, broken.observation)
            raise
        if served is not None:
            self._settle(request, decision, intake, served)

    async def _native(
        self,
        scope: Scope,
        request: Request,
        decision: Decision,
        intake: Intake,
        receive: Receive,
        send: Send,
        keep: int,
    ) -> Observation:
        side = self._side(decision, request.method)
        arguments = (side, request.method, request.target, scope["headers"], intake, receive, send)
        if not intake.complete:
            served = await forward(*arguments, keep=keep)
        else:
            with Gone(receive):
                served = await forward(*arguments, keep=keep)
        if served.status is None:
            await _answer(send, _GATEWAY_TIMEOUT if served.error == TIMEOUT else _BAD_GATEWAY, request.method)
        return served

    async def _translated(
        self,
        request: Request,
        decision: Decision,
        intake: Intake,
        receive: Receive,
        send: Send,
        contract: Contract,
        keep: int,
    ) -> Observation | None:
        translation = decision.translation
        assert isinstance(translation, Translation)
        if not intake.complete:
            most = self._settings.shadow.request_bytes
            self._ledger.refused += 1
            await _answer(
                send, Refusal(413, "Content Too Large", f"Bodies over {most} bytes cannot be translated.")
            )
            return None
        headers = _raw(translation.headers)
        if decision.dialect is Dialect.LEGACY:
            whole = Intake(translation.body, True)
            with Gone(receive):
                served = await forward(
                    self._side(decision, request.method),
                    translation.method,
                    translation.target,
                    headers,
                    whole,
                    receive,
                    send,
                    keep=keep,
                )
            if served.status is None:
                await _answer(send, _BAD_GATEWAY, request.method)
            return served
        with Gone(receive):
            served = await observe(
                self._side(decision, request.method),
                translation.method,
                translation.target,
                _text(end_to_end(headers)),
                translation.body,
                deadline=self._settings.timeouts.served,
            )
        asked = Asked(translation.route, request.method, translation.parameters)
        await _send_adapted(
            send, adapt(asked, served, contract.registry, contract.problems), head=request.method == "HEAD"
        )
        return served

    def _side(self, decision: Decision, method: str) -> httpx.AsyncBaseTransport:
        # A method that is not safe may write on a path that no route is known for.
        unsafe = decision.writes or (decision.route is None and method not in ("GET", "HEAD", "OPTIONS"))
        return (self._sides.writes if unsafe else self._sides.reads)[decision.served]

    def _settle(self, request: Request, decision: Decision, intake: Intake, served: Observation) -> None:
        self._ledger.served += 1
        job = Job(self._now(), decision, request, served)
        if decision.skip is not None:
            self._shadow.settle(job, Comparison(Outcome.SKIPPED, decision.skip))
        elif not intake.complete:
            self._shadow.settle(job, Comparison(Outcome.TOO_LARGE))
        else:
            self._shadow.offer(job)


def _caller(scope: Scope, target: bytes) -> bytes:
    """What makes a decision sticky: the key, else the client's address."""
    _, found, rest = target.partition(b"api_key=")
    if found:
        return rest.partition(b"&")[0]
    for name, value in scope["headers"]:
        if name == b"authorization":
            return bytes(value)
    client = scope.get("client")
    return client[0].encode() if client else b""


async def _answer(send: Send, answer: Refusal, method: str = "GET") -> None:
    document = {
        "type": "about:blank",
        "title": answer.title,
        "status": answer.status,
        "detail": answer.detail,
    }
    headers = (("content-type", MEDIA_TYPE), ("access-control-allow-origin", "*"))
    body = orjson.dumps(document)
    await _start(send, answer.status, [*_raw(headers), *answer.headers], body, head=method == "HEAD")


async def _send_adapted(send: Send, adapted: Adapted, *, head: bool) -> None:
    await _start(send, adapted.status, end_to_end(_raw(adapted.headers)), adapted.body, head=head)


async def _start(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, head: bool
) -> None:
    length = (b"content-length", str(len(body)).encode())
    try:
        await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
        await send({"type": "http.response.body", "body": b"" if head else body})
    except OSError as error:
        raise ClientGone from error


def _raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]


def _text(headers: list[tuple[bytes, bytes]]) -> Headers:
    return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
