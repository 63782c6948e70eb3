"""Every request is counted once, every served one gets one verdict."""

from datetime import UTC, datetime, timedelta

import pytest

from config.rollout import Dialect
from diffing.model import Comparison, Difference, Outcome
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement, LazySample
from proxy.log import counters as log_counters
from proxy.log.counters import KEPT, MOST_REQUESTS, Counters
from tests.proxy.exchanges import changed, judged_exchange

AT = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)
MISMATCH = Comparison(Outcome.MISMATCH, differences=(Difference("$", "value"),), deviations=("d",))


def finding(comparison: Comparison, at: datetime = AT) -> Exchange:
    """A verdict on a served exchange."""
    judgement = Judgement(comparison, "s", seconds=(0.5, 0.25), example={"n": at})
    return judged_exchange(at, "dataset.get", judgement)


def test_pending_is_what_has_no_verdict_yet() -> None:
    """served = verdicts + pending."""
    counters = Counters(served=3)
    counters.add(finding(Comparison(Outcome.MATCH)))
    assert (counters.judged, counters.pending) == (1, 2)


def test_a_verdict_of_a_worker_takes_the_place_of_queued() -> None:
    """Over proxy and worker together as much is queued as waits; of the worker alone nothing is due."""
    proxy, worker = Counters(served=3), Counters()
    for _ in range(3):
        proxy.add(changed(finding(Comparison(Outcome.QUEUED)), seconds=None))
    worker.replace_queued(finding(Comparison(Outcome.MATCH)))
    assert (proxy.pending, worker.pending) == (0, 0)
    assert proxy.verdicts["queued"] + worker.verdicts["queued"] == 2
    assert worker.verdicts["match"] == 1
    [queued] = [flow for key, flow in worker.flows.items() if key[4] == "queued"]
    assert queued.row() == {"exchanges": -1, "legacy_seconds": 0.0, "new_seconds": 0.0}
    assert {key[1:]: flow.exchanges for key, flow in worker.moments.items() if key[3] == "queued"} == {
        key[1:]: -flow.exchanges // 3 for key, flow in proxy.moments.items()
    }


def test_verdicts_are_counted_by_the_hour() -> None:
    """What is new since yesterday can be told."""
    counters = Counters()
    for hour in (12, 12, 13):
        counters.add(finding(Comparison(Outcome.MATCH), AT.replace(hour=hour)))
    counts = {key[0].hour: flow.exchanges for key, flow in counters.flows.items()}
    assert (counts, counters.verdicts) == ({12: 2, 13: 1}, {"match": 3})


def test_latencies_of_both_sides_are_summed() -> None:
    """Means of the same exchanges can be compared."""
    counters = Counters()
    counters.add(finding(Comparison(Outcome.MATCH)))
    [flow] = counters.flows.values()
    assert (flow.legacy_seconds, flow.new_seconds) == (0.5, 0.25)


def test_mismatches_are_clustered() -> None:
    """The first is the example, the last one is dated."""
    counters = Counters()
    counters.add(finding(MISMATCH))
    later = AT.replace(hour=14)
    counters.add(finding(MISMATCH, later))
    cluster = counters.clusters["s"]
    assert (cluster.exchanges, cluster.first, cluster.last, cluster.example) == (2, AT, later, {"n": AT})


def test_deviations_are_counted() -> None:
    """By route, once per exchange."""
    counters = Counters()
    counters.add(finding(MISMATCH))
    assert list(counters.hits.items()) == [((AT.replace(minute=0, second=0), "dataset.get", "d", "new"), 1)]


def shown(signature: str, size: int, asked: Dialect = Dialect.NEW) -> Exchange:
    """A mismatch with a whole exchange."""
    judgement = Judgement(
        MISMATCH,
        signature,
        (),
        (0.5, 0.25),
        {"size": size},
        (("status", "2xx"), ("parameter", "id")),
        LazySample(size, lambda: {"size": size}),
    )
    return judged_exchange(AT, "dataset.get", judgement, asked)


def test_the_smallest_exchange_is_kept() -> None:
    """It is the easiest to look at."""
    counters = Counters()
    for size in (7, 3, 5):
        counters.add(shown("s", size))
    cluster = counters.clusters["s"]
    assert (cluster.exchanges, cluster.sample, cluster.example) == (3, {"size": 3}, {"size": 3})


def test_evidence_is_bounded_and_what_is_not_kept_is_counted() -> None:
    """A signature, an example and a sample of ten bytes each; a smaller one makes no more of it."""
    counters = Counters(evidence_bytes=43)
    for signature, size in (("a", 8), ("b", 5), ("a", 4), ("c", 6), ("a", 3)):
        counters.add(shown(signature, size))
    kept = {name: cluster.size for name, cluster in counters.clusters.items()}
    assert kept == {"a": 3, "b": 5, "dataset.get (further signatures)": 0}
    assert counters.dropped == {"clusters": 1, "samples": 1}


def test_facts_that_clients_choose_are_bounded() -> None:
    """Those that are known go on being counted."""
    counters = Counters(most_facts=2)
    for name in ("a", "b", "c", "a"):
        facts = (("parameter", name),)
        usage = (("shape", "d", name),)
        counters.add(changed(finding(MISMATCH), facts=facts, usage=usage))
    assert dict(counters.coverage) == {
        ("dataset.get", "parameter", "a", "new"): 2,
        ("dataset.get", "parameter", "b", "new"): 1,
    }
    assert [key[4] for key in counters.usage] == ["a", "b"]
    assert counters.dropped == {"coverage": 1, "usage": 1}


def test_clusters_are_bounded_and_no_exchange_is_lost() -> None:
    """Those of further signatures are one cluster of their route."""
    counters = Counters(most_clusters=1)
    for signature in ("a", "b", "c", "a"):
        counters.add(shown(signature, 1))
    counts = {name: cluster.exchanges for name, cluster in counters.clusters.items()}
    assert counts == {"a": 2, "dataset.get (further signatures)": 2}
    assert (counters.judged, counters.dropped["clusters"]) == (4, 2)


def test_what_was_compared_covers_its_facts() -> None:
    """Parameters, status classes, roles."""
    counters = Counters()
    counters.add(shown("s", 1))
    assert counters.coverage == {
        ("dataset.get", "status", "2xx", "new"): 1,
        ("dataset.get", "parameter", "id", "new"): 1,
    }


def test_times_of_both_sides_and_their_ratio_are_counted() -> None:
    """A half, a quarter, a half."""
    counters = Counters()
    counters.add(shown("s", 1))
    expected = {("legacy", -16), ("new", -32), ("ratio", -16)}
    assert set(counters.timings) == {("dataset.get", *what, "new") for what in expected}


def test_verdicts_of_two_dialects_stand_apart() -> None:
    """Of an exchange that is asked in both, two are due; each is counted, timed and clustered by itself."""
    counters = Counters()
    for asked in ([Dialect.NEW], [Dialect.LEGACY], [Dialect.NEW, Dialect.LEGACY]):
        counters.serve(asked)
    assert (counters.served, counters.faced, counters.twice, counters.due) == (3, 2, 1, 4)
    counters.add(shown("s", 1))
    counters.add(shown("s (face)", 1, Dialect.LEGACY))
    assert counters.pending == 2
    assert sorted(key[-1] for key in counters.flows) == ["legacy", "new"]
    assert {key[-1] for key in (*counters.hits, *counters.coverage, *counters.timings)} == {"legacy", "new"}
    assert {name: cluster.asked for name, cluster in counters.clusters.items()} == {
        "s": Dialect.NEW,
        "s (face)": Dialect.LEGACY,
    }


def test_the_last_exchanges_are_counted_by_the_second_and_by_the_minute() -> None:
    """With the times of both sides; what is written is forgotten, what is not stays."""
    counters = Counters()
    for at in (AT, AT, AT.replace(second=57)):
        counters.add(finding(Comparison(Outcome.MATCH), at))
    minute = AT.replace(second=0)
    place = ("dataset.get", "match", "new")
    assert {key: one.exchanges for key, one in counters.moments.items()} == {
        (1, AT, *place): 2,
        (1, AT.replace(second=57), *place): 1,
        (60, minute, *place): 3,
    }
    assert counters.moments[1, AT, *place].row() == {
        "exchanges": 2,
        "legacy_seconds": 1.0,
        "new_seconds": 0.5,
    }
    later = minute + KEPT + timedelta(minutes=1)
    counters.touched.discard((60, minute, *place))
    assert counters.forget_moments(later) == [(60, minute, *place)]
    assert len(counters.moments) == 2


def test_a_verdict_that_comes_late_is_counted_later() -> None:
    """Its own moment is written and forgotten: counted from one on, it would be too few."""
    counters = Counters()
    counters.add(finding(Comparison(Outcome.MATCH)))
    counters.touched.clear()
    counters.forget_moments(AT + timedelta(hours=1))
    assert counters.moments == {}
    counters.add(finding(Comparison(Outcome.MATCH)))
    floor = (AT + timedelta(hours=1) - KEPT).replace(second=0)
    assert {key[:2] for key in counters.moments} == {(1, floor), (60, floor)}
    assert counters.verdicts == {"match": 2}


def test_moments_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the log is away, what finds no room is counted by the hour only."""
    monkeypatch.setattr(log_counters, "MOST_MOMENTS", 2)
    counters = Counters()
    for second in range(3):
        counters.add(finding(Comparison(Outcome.MATCH), AT.replace(second=second)))
    assert (len(counters.moments), counters.dropped["moments"], counters.judged) == (2, 2, 3)


def asked(number: int, role: str = "none") -> Exchange:
    """A mismatch of a request."""
    example = {"request": f"GET /{number}", "role": role, "parameters": {"id": str(number)}, "curl": "curl"}
    return changed(finding(MISMATCH), example=example)


def test_requests_of_a_cluster_are_kept_each_once() -> None:
    """The first fifty, by request and role; the log has them with the example."""
    counters = Counters()
    for number in (*range(60), 0, 1):
        counters.add(asked(number))
    counters.add(asked(0, "user"))
    cluster = counters.clusters["s"]
    assert len(cluster.requests) == MOST_REQUESTS == 50
    assert cluster.stored_example()["requests"][:2] == [
        {"request": "GET /0", "role": "none", "parameters": {"id": "0"}},
        {"request": "GET /1", "role": "none", "parameters": {"id": "1"}},
    ]


def test_requests_without_room_are_counted() -> None:
    """They are part of what a run may hold."""
    counters = Counters(evidence_bytes=160)
    for number in range(3):
        counters.add(asked(number))
    assert (len(counters.clusters["s"].requests), counters.dropped["requests"]) == (1, 2)
