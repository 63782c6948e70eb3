"""Snapshots add up and can be scraped."""

from datetime import UTC, datetime

from diffing.model import Comparison, Outcome
from proxy.exchange.judgement import Judgement
from proxy.log.counters import Counters
from proxy.process.metrics import Snapshot, by_dialect, ended, merged, prometheus, snapshot
from proxy.runtime.telemetry import Telemetry
from tests.proxy.exchanges import judged_exchange

AT = datetime(2026, 11, 22, 12, tzinfo=UTC).replace(tzinfo=None)


def one(ready: bool = True, config: str = "abc") -> Snapshot:
    """A process that has served one request."""
    counters = Counters(received=2, served=1, refused=1)
    judgement = Judgement(Comparison(Outcome.MATCH), "")
    counters.add(judged_exchange(AT, "dataset.get", judgement))
    telemetry = Telemetry(reasked=1)
    telemetry.answers[200] += 1
    telemetry.clusters["open"] += 2
    telemetry.cluster_changes["regressed"] += 1
    for stage, side, seconds in (
        ("served", "legacy", 0.02),
        ("asked", "new", 0.03),
        ("compared", "legacy", 0.04),
    ):
        telemetry.took(stage, side, seconds)
    state = {
        "queue": 3,
        "breakers": ["new"],
        "kill_switch": False,
        "config": config,
        "config_error": "",
        "lag": 2.5,
        "log_away": False,
        "ready": ready,
        "access_dropped": 0,
        "failing": {},
    }
    return snapshot(counters, telemetry, state)


def test_processes_add_up() -> None:
    """As if they were one."""
    total = merged([one(), one()])
    assert (total["received"], total["verdicts"], total["queue"], total["processes"]) == (
        4,
        {"match": 2},
        6,
        2,
    )
    assert (total["answers"], total["reasked"], total["breakers"]) == ({"200": 2}, 2, ["new"])
    assert sum(total["durations"]["served legacy"][0]) == 2


def test_one_process_that_drains_makes_all_unready() -> None:
    """And one that lags behind a change of the configuration shows."""
    total = merged([one(), one(ready=False, config="def")])
    assert (total["ready"], total["config"]) == (False, "abc,def")


def test_prometheus_sees_every_number() -> None:
    """With route, dialect, side and verdict; no target and no key."""
    text = prometheus(one()).decode()
    labels = 'asked="new",dialect="legacy",route="dataset.get",served="legacy",verdict="match"'
    for line in (
        f"parity_exchanges_total{{{labels}}} 1.0",
        'parity_requests_total{what="refused"} 1.0',
        'parity_answers_total{status="200"} 1.0',
        'parity_breaker_open{side="new"} 1.0',
        'parity_config{digest="abc"} 1.0',
        'parity_served_seconds_bucket{le="0.025",served="legacy"} 1.0',
        "parity_pending 0.0",
        'parity_due_total{asked="new"} 1.0',
        'parity_due_pending{asked="legacy"} 0.0',
        'parity_ratio{asked="new",route="(all)"} 1.0',
        "parity_queue 3.0",
        'parity_clusters{state="open"} 2.0',
        'parity_cluster_changes_total{what="regressed"} 1.0',
        "parity_lag_seconds 2.5",
        "parity_log_away 0.0",
        'parity_asked_seconds_sum{side="new"} 0.03',
        'parity_compared_seconds_count{asked="legacy"} 1.0',
    ):
        assert line in text, text


def test_each_dialect_adds_up() -> None:
    """Also after a process was killed that owed verdicts of both."""
    alive = one()
    last = {**alive, "received": 6, "served": 4, "faced": 3, "twice": 1, "pending": 4}
    assert by_dialect(last) == {
        "new": {"served": 2, "pending": 1, "verdicts": {"match": 1}},
        "legacy": {"served": 3, "pending": 3, "verdicts": {}},
    }
    assert by_dialect(merged([ended(last), alive])) == {
        "new": {"served": 3, "pending": 0, "verdicts": {"match": 2, "shed": 1}},
        "legacy": {"served": 3, "pending": 0, "verdicts": {"shed": 3}},
    }


def test_what_a_killed_process_owed_is_shed() -> None:
    """And whoever got no answer is gone; the sum with other processes still adds up."""
    alive = one()
    last = {**alive, "received": 6, "served": 4, "pending": 3}
    total = merged([ended(last), alive])
    assert (total["received"], total["served"], total["refused"], total["client_gone"]) == (8, 5, 2, 1)
    assert (total["pending"], total["processes"]) == (alive["pending"], 1)
    assert total["verdicts"] == {"match": 2, "shed": 3}
    assert ended(ended(last)) == ended(last)
