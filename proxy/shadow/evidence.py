"""What is kept of an exchange that differs, without what is secret in it."""

from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import LazySample
from proxy.exchange.sample import SampleSide, sample, size_of
from proxy.message.redact import Redactor, secrets_of


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
    comparison = exchange.comparison
    trace = exchange.span.trace if exchange.span is not None else None
    return LazySample(
        size_of(legacy, new, keyed=asked.role != "none"),
        lambda: redactor.scrubbed(
            sample(asked, exchange.at, legacy, new, comparison, redactor, trace), secrets_in(exchange)
        ),
    )


def secrets_in(exchange: Exchange) -> frozenset[str]:
    """What must not be kept of an exchange: the client's secrets, and those that a side made."""
    request = exchange.request
    known = secrets_of(request.target, request.headers, request.body)
    for answer in (exchange.legacy, exchange.new):
        if answer is not None:
            known |= secrets_of(b"", answer.headers, answer.body)
    return known
