"""What the shadow asks and compares: facts of an exchange, and requests made from it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from config import text
from config.rollout import Dialect
from config.routes import gives_files
from diffing.model import Comparison, Observation
from proxy.compare.comparer import Judgement, Question
from proxy.exchange.decision import Decision, Side, route_name, told
from proxy.exchange.exchange import Exchange
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.recordings.callers import is_guess, key_in, role_of_key
from proxy.recordings.recording import PLAYER

PLAYED: Final = ("legacy", "recordings")
"""The fact that the legacy side was a player of recordings."""
CALLER: Final = "Parity-Caller"
"""The header in which the backend tells the id of the user whose key a rehearsal has."""


def passes_unchanged(decision: Decision) -> bool:
    """Answers that no deviation touches (downloads) are compared by length and hash when they are long."""
    return gives_files(decision.route)


def only_reads(method: str, translation: Translation | Untranslatable) -> bool:
    """Whether a request may be sent again: it is safe by its method, or by its route (lists and searches by POST)."""
    if not isinstance(translation, Translation) or translation.writes:
        return False
    return method in ("GET", "HEAD", "OPTIONS") or translation.route is not None


def without_differences(decision: Decision, comparison: Comparison) -> Judgement:
    """The judgement on an exchange of which nothing was compared."""
    return Judgement(comparison, f"{told(route_name(decision), decision.asked)} {comparison.verdict}")


def question_of(
    exchange: Exchange,
    translation: Translation,
    legacy: Observation,
    new: Observation,
    admin_keys: Collection[str],
) -> Question:
    """What is to be compared when both sides have answered."""
    role = role_of_key(key_in(translation), admin_keys, legacy)
    head = exchange.request.method == "HEAD" and exchange.decision.dialect is Dialect.NEW
    return Question(
        route=translation.route.name if translation.route else None,
        method="GET" if head else exchange.request.method,
        parameters=dict(translation.parameters),
        role=role,
        format=translation.format,
        known=translation.known,
        legacy=legacy,
        new=new,
        rehearsed=exchange.decision.rehearse,
        caller=new.header(CALLER) if exchange.decision.rehearse else None,
        guessed=is_guess(role),
        face=exchange.decision.face,
    )


def facts_of(question: Question) -> tuple[tuple[str, str], ...]:
    """What the exchange covers of its route."""
    return (
        ("status", f"{(question.legacy.status or 0) // 100}xx"),
        ("role", question.role),
        ("format", question.format),
        *(("parameter", text.name(name)) for name in question.parameters),
        *((PLAYED,) if question.legacy.header("server") == PLAYER else ()),
    )


def request_for(exchange: Exchange, side: Side) -> Request:
    """What a side is asked about an exchange that has a translation."""
    translation = exchange.decision.translation
    assert isinstance(translation, Translation)
    if not exchange.decision.takes_it_as_sent(side):
        return translation.request
    if exchange.request.method == "HEAD" and exchange.decision.native is Side.NEW:
        return replace(exchange.request, method="GET")
    return exchange.request
