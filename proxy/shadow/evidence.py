"""What is kept of an exchange that differs, without what is secret in it."""

from collections.abc import Mapping
from typing import Any

from diffing.model import Observation
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import LazySample
from proxy.exchange.sample import SampleSide, sample, size_of
from proxy.message.redact import Redactor, secrets_of
from proxy.message.translation import Request


def evidence_of(exchange: Exchange, redactor: Redactor) -> LazySample:
    """The whole exchange, made only where somebody keeps it.

    Args:
        exchange: It was compared, and has a translation.
        redactor: Takes secrets out.
    """
    asked, translated = exchange.asked, exchange.translated.request
    assert asked is not None
    as_sent, sent = exchange.decision.takes_it_as_sent, exchange.request
    legacy, new = (
        SampleSide(sent if as_sent(side) else translated, answer)
        for side, answer in zip(Side, exchange.pair, strict=True)
    )
    comparison, at = exchange.comparison, exchange.at
    trace = exchange.span.trace if exchange.span is not None else None

    # What makes it must not refer to the exchange, which refers to it: both would stay until the collector comes.
    def make() -> Mapping[str, Any]:
        known = secrets_of_both(sent, legacy.answer, new.answer)
        return redactor.scrubbed(sample(asked, at, legacy, new, comparison, redactor, trace), known)

    return LazySample(size_of(legacy, new, keyed=asked.role != "none"), make)


def secrets_in(exchange: Exchange) -> frozenset[str]:
    """What must not be kept of an exchange: the client's secrets, and those that a side made."""
    return secrets_of_both(exchange.request, exchange.legacy, exchange.new)


def secrets_of_both(request: Request, *answers: Observation | None) -> frozenset[str]:
    """The secrets of a request and of its answers."""
    known = secrets_of(request.target, request.headers, request.body)
    for answer in answers:
        if answer is not None:
            known |= secrets_of(b"", answer.headers, answer.body)
    return known
