"""The shadow of a fleet: proxies without a key ask and hand both answers on; workers judge what was handed on."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from diffing.model import Asked, Headers, Observation
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.fleet.sender import TOO_MANY_SECRETS, CaptureSender
from proxy.message.redact import MOST_SECRETS, Redactor
from proxy.message.translation import Request
from proxy.outbound.observe import NOT_RECORDED
from proxy.recordings.callers import is_guess
from proxy.shadow.evidence import secrets_in
from proxy.shadow.workers import ShadowWorkers


class AskedSender(ShadowWorkers):
    """Asks the other side, and hands on what both answered, without secrets."""

    def __init__(self, *arguments: Any, sender: CaptureSender, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._sender = sender
        self._salted = Redactor()

    async def _answered(self, exchange: Exchange, *, fresh: bool) -> None:  # noqa: ARG002  # of the base
        known = secrets_in(exchange)
        if len(known) > MOST_SECRETS:
            # Each would have to be looked for in everything that is handed on.
            self._sender.shed(exchange, TOO_MANY_SECRETS)
            return
        role = self._asked(exchange).role
        self._sender.offer(without_secrets(exchange, self._salted, known), role)


class CaptureWorkers(ShadowWorkers):
    """Judges captures. Of one without its secrets nobody is asked anything: its caller cannot be."""

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._roles: dict[int, str] = {}

    def offer_captured(self, exchange: Exchange, role: str | None) -> None:
        """Take an exchange over. ``role``: the caller's, of whom there is nothing else; None where there is."""
        if role is not None:
            self._roles[exchange.number] = role
        self.offer(exchange)

    async def _work_on(self, exchange: Exchange) -> None:
        try:
            await super()._work_on(exchange)
        finally:
            self._roles.pop(exchange.number, None)

    def _asked(self, exchange: Exchange) -> Asked:
        asked, role = super()._asked(exchange), self._roles.get(exchange.number)
        return asked if role is None else replace(asked, role=role, guessed=is_guess(role))

    async def _send(self, exchange: Exchange, side: Side, request: Request) -> Observation:
        return (
            NOT_RECORDED if exchange.number in self._roles else await super()._send(exchange, side, request)
        )


def without_secrets(exchange: Exchange, redactor: Redactor, known: Collection[str]) -> Exchange:
    """An exchange whose secrets are replaced in request and answers; equal ones stay equal. ``known``: those that it
    holds (``secrets_in``), wherever they are repeated.
    """

    def headers(told: Headers) -> Headers:
        return tuple(redactor.scrubbed(pair, known) for pair in redactor.headers(told))

    def body(told: bytes, of: Headers) -> bytes:
        return redactor.without(redactor.body(told, of), known)

    def hidden(answer: Observation | None) -> Observation | None:
        return answer and replace(
            answer, headers=headers(answer.headers), body=body(answer.body, answer.headers)
        )

    request = exchange.request
    return replace(
        exchange,
        request=replace(
            request,
            target=redactor.without(redactor.target(request.target), known),
            headers=headers(request.headers),
            body=body(request.body, request.headers),
        ),
        legacy=hidden(exchange.legacy),
        new=hidden(exchange.new),
    )
