"""Facts of an exchange: what comparing must know of the request, and what the exchange covers of its route."""

from collections.abc import Collection
from typing import Final

from config import text
from config.rollout import Dialect
from diffing.model import Asked
from proxy.exchange.exchange import Exchange
from proxy.recordings.callers import is_guess, key_in, role_of_key
from proxy.recordings.recording import PLAYER

PLAYED: Final = ("legacy", "recordings")
"""The fact that the legacy side answered from recordings."""
CALLER: Final = "Parity-Caller"
"""The header in which the backend tells the id of the user whose key a rehearsal has."""


def asked_by(exchange: Exchange, admin_keys: Collection[str]) -> Asked:
    """What comparing must know of the request. ``exchange``: both sides have answered."""
    translation, decision = exchange.translated, exchange.decision
    legacy, new = exchange.pair
    role = role_of_key(key_in(translation), admin_keys, legacy)
    head = exchange.request.method == "HEAD" and decision.dialect is Dialect.NEW
    return Asked(
        translation.route,
        "GET" if head else exchange.request.method,
        dict(translation.parameters),
        role,
        translation.format,
        translation.known,
        decision.rehearse,
        new.header(CALLER) if decision.rehearse else None,
        is_guess(role),
    )


def facts_of(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    """What the exchange covers of its route. ``exchange``: both sides have answered."""
    asked, legacy = exchange.asked, exchange.legacy
    assert asked is not None
    assert legacy is not None
    return (
        ("status", f"{(legacy.status or 0) // 100}xx"),
        ("role", asked.role),
        ("format", asked.format),
        *(("parameter", text.name(name)) for name in asked.parameters),
        *((PLAYED,) if legacy.header("server") == PLAYER else ()),
    )
