"""What is kept of an exchange that differs, without what is secret in it."""

from diffing.model import Comparison, Observation
from proxy.compare.comparer import Question
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.sample import SampleSide, sample, size_of
from proxy.log.counters import LazySample
from proxy.message.redact import Redactor, secrets_of
from proxy.message.translation import Request, Translation


def evidence_of(
    exchange: Exchange, comparison: Comparison, question: Question, redactor: Redactor
) -> LazySample:
    """The whole exchange, made only where somebody keeps it.

    Args:
        exchange: What was served; it has a translation.
        comparison: What was found.
        question: What was compared.
        redactor: Takes secrets out.
    """
    translation = exchange.decision.translation
    assert isinstance(translation, Translation)
    translated = Request(translation.method, translation.target, translation.headers, translation.body)
    as_sent = exchange.decision.takes_it_as_sent
    legacy = SampleSide(exchange.request if as_sent(Side.LEGACY) else translated, question.legacy)
    new = SampleSide(exchange.request if as_sent(Side.NEW) else translated, question.new)
    trace = exchange.span.trace if exchange.span is not None else None
    asked = question.asked(translation.route)
    return LazySample(
        size_of(legacy, new, keyed=question.role != "none"),
        lambda: redactor.scrubbed(
            sample(asked, exchange.at, legacy, new, comparison, redactor, trace),
            secrets_in(exchange, (question.legacy, question.new)),
        ),
    )


def secrets_in(exchange: Exchange, sides: tuple[Observation, Observation] | None) -> frozenset[str]:
    """What must not be kept of an exchange: the client's secrets, and those that a side made."""
    request = exchange.request
    known = secrets_of(request.target, request.headers, request.body)
    for answer in sides or ():
        known |= secrets_of(b"", answer.headers, answer.body)
    return known
