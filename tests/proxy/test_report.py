"""A report says what the log holds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.rollout import Dialect
from diffing.model import Comparison, Difference, Outcome, SkipReason
from proxy.ledger import Finding, Ledger
from proxy.leg.comparer import Judgement
from proxy.policy import Side
from proxy.record import LogError, Recorder, open_log
from proxy.report import read_report

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)
MISMATCH = Comparison(Outcome.MISMATCH, differences=(Difference("$", "value"),))
SKIPPED = Comparison(Outcome.SKIPPED, SkipReason.XML)
EXPLAINED = Comparison(Outcome.EXPLAINED, deviations=("d",))


def finding(comparison: Comparison, at: datetime = AT) -> Finding:
    """A verdict on a served exchange."""
    seconds = None if comparison is SKIPPED else (0.5, 0.25)
    judgement = Judgement(comparison, "s")
    return Finding(at, "dataset.get", Dialect.LEGACY, Side.LEGACY, judgement, seconds, {"path": "$"})


@pytest.fixture
async def log(tmp_path: Path) -> str:
    """A log of two runs."""
    url = f"sqlite:///{tmp_path}/log.db"
    for _ in range(2):
        ledger = Ledger(received=5, served=4, refused=1)
        for comparison in (MISMATCH, SKIPPED, EXPLAINED):
            ledger.add(finding(comparison))
        recorder = Recorder(open_log(url), ledger, now=lambda: AT)
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


async def test_latencies_are_means_of_what_was_compared(log: str) -> None:
    """Skipped exchanges have no second side."""
    latency = (await read_report(log)).document()["latency"]
    assert latency == {"dataset.get": {"exchanges": 4, "legacy": 0.5, "new": 0.25, "ratio": None}}


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
