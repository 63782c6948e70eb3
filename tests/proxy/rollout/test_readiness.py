"""Is a route ready?"""

from collections import Counter
from dataclasses import replace

import pytest

from config.reports import ReadinessSettings
from proxy.compare.tally import Counts
from proxy.rollout.coverage import Coverage
from proxy.rollout.readiness import PairedLatency, Readiness, paired_latency, readiness

ALL = Coverage(frozenset({("parameter", "id")}), frozenset({("parameter", "id")}))
HALF = replace(ALL, known=ALL.known | {("role", "admin")})
FAST, SLOW = PairedLatency(0.5, 0.4, 0.6), PairedLatency(1.9, 1.5, 2.6)


def judged(
    coverage: Coverage = ALL, latency: PairedLatency | None = FAST, clusters: int = 0, **verdicts: int
) -> Readiness:
    """A route with these numbers."""
    return readiness("task.get", Counts(Counter(verdicts)), coverage, latency, clusters, ReadinessSettings())


def test_a_route_is_ready_when_nothing_speaks_against_it() -> None:
    """Three hundred without a mismatch bound the rate by one per cent."""
    assert judged(match=100, explained=200).sentence == (
        "task.get is ready: matched 300 of 300, mismatches at most 0.99%."
    )


def test_skipped_exchanges_prove_nothing() -> None:
    """Only what was compared counts."""
    counts = Counts(Counter({"match": 10, "skipped:write": 1000}))
    found = readiness("task.get", counts, ALL, FAST, 0, ReadinessSettings())
    assert found.sentence == (
        "task.get is collecting evidence: 10 of 300, without a mismatch; "
        "only 10 of at least 300 exchanges were compared."
    )


def test_an_answer_that_did_not_come_counts_against_the_new_side() -> None:
    """A side that is down is not ready."""
    found = judged(match=400, new_error=3, timeout=2)
    assert (found.matched, found.trials, found.ready) == (400, 405, False)
    assert "5 of 405 failed" in found.sentence


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (judged(match=300, mismatch=1), "1 of 301 failed, so up to 1.57% may, more than 1.00%"),
        (judged(match=300, clusters=2), "2 clusters are open, more than 0"),
        (judged(HALF, match=300), "1 of 2 known facts were compared, less than 80% (not role admin)"),
        (judged(ALL, SLOW, match=300), "the new side may take 2.6 times as long, more than 2 times"),
    ],
)
def test_each_reason_is_told_with_its_numbers(found: Readiness, told: str) -> None:
    """And with the threshold."""
    assert found.reasons == (told,)


def test_few_times_say_nothing() -> None:
    """Neither for nor against."""
    assert paired_latency({3: 5}) is None
    assert judged(ALL, None, match=300).ready


def test_the_document_holds_all_numbers() -> None:
    """For machines."""
    document = judged(match=300).document()
    assert (document["ready"], document["trials"], document["coverage"]) == (True, 300, 1.0)
    assert str(FAST) == "0.50 (0.40 to 0.60)"
    assert document["latency_ratio"] == {"median": 0.5, "low": 0.4, "high": 0.6}


def test_nothing_is_covered_of_a_route_that_nobody_asked() -> None:
    """Neither all of it nor none."""
    nothing = Coverage(frozenset(), frozenset())
    assert judged(nothing).covered is None
    assert judged(nothing, match=1).covered == 1.0


@pytest.mark.parametrize(
    ("found", "told", "collecting"),
    [
        (judged(match=300), "ready", False),
        (judged(), "not asked", True),
        (judged(match=120), "collecting evidence: 120 of 300", True),
        (judged(HALF, match=300), "collecting evidence: covers 1 of 2", True),
        (judged(HALF, match=120), "collecting evidence: 120 of 300", True),
        (judged(match=120, mismatch=1), "not ready", False),
        (judged(match=120, clusters=1), "not ready", False),
        (judged(ALL, SLOW, match=120), "not ready", False),
    ],
)
def test_where_a_route_stands(found: Readiness, told: str, collecting: bool) -> None:
    """Without a mismatch only evidence is lacking."""
    assert (found.stands, found.collecting) == (told, collecting)
    assert found.document()["stands"] == told


def test_a_strict_threshold_needs_more_evidence() -> None:
    """As many as bound the rate."""
    strict = ReadinessSettings(max_mismatch_rate=0.001)
    found = readiness("task.get", Counts(Counter({"match": 300})), ALL, FAST, 0, strict)
    assert found.stands == "collecting evidence: 300 of 2,995"
    assert readiness("task.get", Counts(Counter({"match": 2995})), ALL, FAST, 0, strict).ready
