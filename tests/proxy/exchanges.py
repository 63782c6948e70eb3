"""Exchanges as tests count, store and show them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from config.location import config_directory
from config.rollout import Dialect
from config.routes import load_routes
from diffing.model import Asked, Comparison, Observation
from proxy.checking.replay import ReplayedExchange, replayed
from proxy.exchange.decision import Decision, Side, dialect_of
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.recordings.recording import Recording
from proxy.translate.to_new import legacy_to_new, new_to_legacy

ROUTES = load_routes(config_directory())
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def judged_exchange(at: datetime, route: str, judgement: Judgement, asked: Dialect = Dialect.NEW) -> Exchange:
    """A request that PHP served, with what came of comparing; the route may be invented."""
    known = ROUTES.routes.get(route) or replace(ROUTES["dataset.get"], name=route)
    face = asked is Dialect.LEGACY
    decision = Decision(
        Dialect.LEGACY, known, Untranslatable("test"), Side.LEGACY, None, writes=False, face=face
    )
    return Exchange(Request("GET", b"/"), decision, at=at, judgement=judgement)


def changed(exchange: Exchange, asked: Dialect | None = None, **judgement: Any) -> Exchange:
    """The same with another judgement, or of the new side asked in another dialect."""
    assert exchange.judgement is not None
    face = exchange.decision.face if asked is None else asked is Dialect.LEGACY
    decision = replace(exchange.decision, face=face)
    return replace(exchange, decision=decision, judgement=replace(exchange.judgement, **judgement))


def served(
    method: str, target: bytes, body: bytes = b"", *, face: bool = False, rehearse: bool = False
) -> Exchange:
    """A request that nobody has answered yet; PHP serves what speaks its dialect."""
    request = Request(method, target, FORM if body else (), body)
    dialect = dialect_of(target, method, ROUTES)
    legacy = dialect is Dialect.LEGACY
    translation = (legacy_to_new if legacy else new_to_legacy)(request, ROUTES)
    decision = Decision(
        dialect,
        translation.route if isinstance(translation, Translation) else None,
        translation,
        Side.LEGACY if legacy else Side.NEW,
        None,
        writes=isinstance(translation, Translation) and translation.writes,
        rehearse=rehearse,
        face=face,
    )
    return Exchange(request, decision)


def replayed_exchange(
    recording: Recording,
    translation: Translation | Untranslatable,
    asked: Asked | None,
    new: Observation | None,
    comparison: Comparison,
) -> ReplayedExchange:
    """A recording that was replayed."""
    exchange = replayed(recording, translation)
    exchange.asked, exchange.new = asked, new
    exchange.judgement = exchange.settled(comparison) if new is None else exchange.judged(comparison)
    return exchange
