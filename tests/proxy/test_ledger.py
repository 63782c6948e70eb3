"""Every request is counted once, every served one gets one verdict."""

from datetime import UTC, datetime

from config.rollout import Dialect
from diffing.model import Comparison, Difference, Outcome
from proxy.comparer import Judgement
from proxy.ledger import Finding, Ledger
from proxy.policy import Side

AT = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)
MISMATCH = Comparison(Outcome.MISMATCH, differences=(Difference("$", "value"),), deviations=("d",))


def finding(comparison: Comparison, at: datetime = AT) -> Finding:
    """A verdict on a served exchange."""
    return Finding(
        at, "dataset.get", Dialect.LEGACY, Side.LEGACY, Judgement(comparison, "s"), (0.5, 0.25), {"n": at}
    )


def test_pending_is_what_has_no_verdict_yet() -> None:
    """served = verdicts + pending."""
    ledger = Ledger(served=3)
    ledger.add(finding(Comparison(Outcome.MATCH)))
    assert (ledger.judged, ledger.pending) == (1, 2)


def test_verdicts_are_counted_by_the_hour() -> None:
    """What is new since yesterday can be told."""
    ledger = Ledger()
    for hour in (12, 12, 13):
        ledger.add(finding(Comparison(Outcome.MATCH), AT.replace(hour=hour)))
    counts = {key[0].hour: flow.exchanges for key, flow in ledger.flows.items()}
    assert (counts, ledger.verdicts) == ({12: 2, 13: 1}, {"match": 3})


def test_latencies_of_both_sides_are_summed() -> None:
    """Means of the same exchanges can be compared."""
    ledger = Ledger()
    ledger.add(finding(Comparison(Outcome.MATCH)))
    [flow] = ledger.flows.values()
    assert (flow.legacy_seconds, flow.new_seconds) == (0.5, 0.25)


def test_mismatches_are_clustered() -> None:
    """The first is the example, the last one is dated."""
    ledger = Ledger()
    ledger.add(finding(MISMATCH))
    later = AT.replace(hour=14)
    ledger.add(finding(MISMATCH, later))
    cluster = ledger.clusters["s"]
    assert (cluster.exchanges, cluster.first, cluster.last, cluster.example) == (2, AT, later, {"n": AT})


def test_deviations_are_counted() -> None:
    """By route, once per exchange."""
    ledger = Ledger()
    ledger.add(finding(MISMATCH))
    assert list(ledger.hits.items()) == [((AT.replace(minute=0, second=0), "dataset.get", "d"), 1)]
