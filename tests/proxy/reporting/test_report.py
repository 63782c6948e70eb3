"""A report says what the log holds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.rollout import Dialect
from diffing.model import Comparison, Difference, Outcome, SkipReason
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.log.counters import Counters
from proxy.log.writer import LogError, Recorder, open_log
from proxy.reporting.report import read_report
from tests.proxy import logs
from tests.proxy.exchanges import changed, judged_exchange

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)
MISMATCH = Comparison(Outcome.MISMATCH, differences=(Difference("$", "value"),))
SKIPPED = Comparison(Outcome.SKIPPED, SkipReason.XML)
EXPLAINED = Comparison(Outcome.EXPLAINED, deviations=("d",))


def finding(comparison: Comparison, at: datetime = AT) -> Exchange:
    """A verdict on a served exchange."""
    seconds = None if comparison is SKIPPED else (0.5, 0.25)
    judgement = Judgement(comparison, "s", seconds=seconds, example={"path": "$"})
    return judged_exchange(at, "dataset.get", judgement)


@pytest.fixture
async def log(tmp_path: Path) -> str:
    """A log of two runs."""
    url = f"sqlite:///{tmp_path}/log.db"
    for _ in range(2):
        counters = Counters(received=5, served=4, refused=1)
        for comparison in (MISMATCH, SKIPPED, EXPLAINED):
            counters.add(finding(comparison))
        recorder = Recorder(open_log(url), counters, now=lambda: AT)
        await recorder.open()
        await recorder.aclose()
    return url


async def test_the_runs_are_added_up(log: str) -> None:
    """Requests, verdicts, deviations and clusters of all replicas."""
    document = (await read_report(log)).document()
    assert document["requests"] == {
        "received": 10,
        "served": 8,
        "refused": 2,
        "client_gone": 0,
        "pending": 2,
    }
    totals = document["totals"]
    assert [totals[name] for name in ("received", "mismatch", "explained", "skipped")] == [
        6,
        2,
        2,
        {"xml": 2},
    ]
    assert document["deviations"] == {"d": 2}
    [found] = document["differences"]
    assert (found["signature"], found["route"], found["count"]) == ("s", "dataset.get", 2)
    assert found["example"]["path"] == "$"


async def test_a_report_can_be_about_one_dialect(tmp_path: Path) -> None:
    """Verdicts, deviations, clusters and times; what is due of each adds up."""
    url = f"sqlite:///{tmp_path}/log.db"
    counters = Counters(received=3)
    for asked in ([Dialect.NEW, Dialect.LEGACY], [Dialect.NEW, Dialect.LEGACY], [Dialect.LEGACY]):
        counters.serve(asked)
    counters.add(finding(EXPLAINED))
    counters.add(finding(MISMATCH))
    counters.add(changed(finding(Comparison(Outcome.MATCH)), asked=Dialect.LEGACY))
    recorder = Recorder(open_log(url), counters, now=lambda: AT)
    await recorder.open()
    await recorder.aclose()
    face, api = await read_report(url, asked=Dialect.LEGACY), await read_report(url, asked=Dialect.NEW)
    assert (dict(face.tally.totals.verdicts), face.tally.clusters, face.tally.deviations) == (
        {"match": 1},
        {},
        {},
    )
    assert (api.tally.totals.received, len(api.tally.clusters), api.tally.deviations) == (2, 1, {"d": 1})
    document = face.document()
    assert {name: (told["served"], told["verdicts"]) for name, told in document["dialects"].items()} == {
        "new": (2, 2),
        "legacy": (3, 1),
    }
    assert document["requests"]["pending"] == 2
    assert face.dialects_told() == (
        "new API: 2 verdicts of 2 served exchanges, parity 50.00%, coverage 100.00%",
        "legacy face: 1 verdicts of 3 served exchanges, parity 100.00%, coverage 100.00%",
    )
    assert (await read_report(url)).tally.totals.received == 3


async def test_one_dialect_is_not_told_of(log: str) -> None:
    """Most proxies ask the new API only."""
    assert (await read_report(log)).dialects_told() == ()


async def test_latencies_are_means_of_what_was_compared(log: str) -> None:
    """Skipped exchanges have no second side."""
    latency = (await read_report(log)).document()["latency"]
    assert latency == {"dataset.get": {"exchanges": 4, "legacy": 0.5, "new": 0.25, "ratio": None}}


async def test_paired_times_are_of_the_dialect_asked(tmp_path: Path) -> None:
    """A slow face does not make the new API slow; without a dialect both count."""
    url = f"sqlite:///{tmp_path}/log.db"
    fast, slow = (logs.finding(AT, seconds=seconds) for seconds in ((0.2, 0.1), (0.1, 0.4)))
    await logs.write_run(url, AT, *[fast] * 7, *[changed(slow, asked=Dialect.LEGACY)] * 9)
    told = {}
    for asked in (Dialect.NEW, Dialect.LEGACY, None):
        ratio = (await read_report(url, asked=asked)).latency["task.get"].ratio
        assert ratio is not None
        told[asked] = ratio.median
    assert told[Dialect.NEW] == pytest.approx(0.5, rel=0.05)
    assert told[Dialect.LEGACY] == pytest.approx(4, rel=0.05)
    assert told[None] == told[Dialect.LEGACY]


async def test_older_hours_can_be_left_out(log: str) -> None:
    """What was served before is not counted."""
    assert (await read_report(log, AT + timedelta(hours=1))).tally.totals.received == 0
    assert (await read_report(log, AT)).tally.totals.received == 6


async def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A report does not create one."""
    with pytest.raises(LogError, match="there is no diff log"):
        await read_report(f"sqlite:///{tmp_path}/nothing.db")
    assert list(tmp_path.iterdir()) == []


async def test_a_database_that_is_no_log_is_told(sqlite_url: str) -> None:
    """The sample database has no verdicts."""
    with pytest.raises(LogError, match="is no diff log"):
        await read_report(sqlite_url)
