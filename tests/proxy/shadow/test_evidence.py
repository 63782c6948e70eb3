"""What is kept of an exchange that differs."""

import gc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from config.rollout import Dialect
from config.routes import load_routes
from diffing.model import Comparison, Difference, Observation, Outcome
from proxy.compare.facts import asked_by
from proxy.exchange.decision import Decision, Side
from proxy.exchange.exchange import Exchange
from proxy.message.redact import Redactor
from proxy.message.translation import Request, Translation
from proxy.shadow.evidence import evidence_of, secrets_in
from proxy.translate.to_new import legacy_to_new

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).replace(tzinfo=None)
KEY = "ad000000000000000000000000000000"
MADE = "be111111111111111111111111111111"


def exchange(config: Path) -> Exchange:
    """An exchange with a key."""
    request = Request("GET", f"/api/v1/json/data/61?api_key={KEY}".encode(), (), b"")
    translation = legacy_to_new(request, load_routes(config))
    assert isinstance(translation, Translation)
    decision = Decision(Dialect.LEGACY, translation.route, translation, Side.LEGACY, None, False)
    return Exchange(request, decision, at=AT)


def judged(config: Path) -> Exchange:
    """An exchange whose sides differ; a side made a key up."""
    found = exchange(config)
    legacy = Observation(200, (("content-type", "application/json"),), orjson.dumps({"api_key": MADE}))
    new = Observation(200, (("content-type", "application/json"),), orjson.dumps({"name": "ada"}))
    found.legacy, found.new = legacy, new
    found.asked = asked_by(found, ())
    difference = Difference("$.name", "value", "Ada", "ada")
    found.judgement = found.judged(Comparison(Outcome.MISMATCH, differences=(difference,)))
    return found


def test_an_exchange_is_kept_without_its_secrets(config: Path) -> None:
    """Neither the client's key nor one that a side made up; what differs is there."""
    found = judged(config)
    assert {KEY, MADE} <= secrets_in(found)
    kept = evidence_of(found, Redactor())
    assert kept.size > 0
    told = repr(kept.make())
    assert (KEY in told, MADE in told, "data/61" in told) == (False, False, True)


def test_an_exchange_goes_when_nobody_needs_it(config: Path) -> None:
    """At once: bodies that wait for the collector of circles could fill the memory."""

    def come_and_go() -> None:
        found = judged(config)
        assert found.judgement is not None
        found.judgement = replace(found.judgement, evidence=evidence_of(found, Redactor()))

    come_and_go()
    gc.collect()
    gc.disable()
    try:
        come_and_go()
        assert gc.collect() == 0
    finally:
        gc.enable()
