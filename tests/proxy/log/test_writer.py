"""The diff log holds what the counters holds."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from diffing.model import Comparison, Difference, Outcome
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.log.counters import Counters
from proxy.log.tables import (
    coverage,
    deviations,
    differences,
    dropped,
    moments,
    runs,
    samples,
    timings,
    traffic,
)
from proxy.log.writer import LogError, Recorder, open_log
from tests.proxy import logs
from tests.proxy.exchanges import judged_exchange

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)
MISMATCH = Comparison(Outcome.MISMATCH, differences=(Difference("$", "value"),), deviations=("d",))


def finding(comparison: Comparison = MISMATCH) -> Exchange:
    """A verdict on a served exchange."""
    judgement = Judgement(comparison, "s", seconds=(0.5, 0.25), example={"path": "$"})
    return judged_exchange(AT, "dataset.get", judgement)


@pytest.fixture
def counters() -> Counters:
    """An empty counters."""
    return Counters()


@pytest.fixture
async def recorder(tmp_path: Path, counters: Counters) -> AsyncIterator[Recorder]:
    """A recorder on a fresh log."""
    made = Recorder(
        open_log(f"sqlite:///{tmp_path}/log.db"), counters, rollout=lambda: "digest", now=lambda: AT
    )
    await made.open()
    yield made
    await made.aclose()


async def rows(recorder: Recorder, table: object) -> list[tuple[object, ...]]:
    """What a table holds, without the run."""
    async with recorder._engine.connect() as connection:
        found = await connection.execute(select(table))  # type: ignore[call-overload]  # one of our tables
        return [tuple(row)[1:] for row in found]


async def test_the_totals_are_written(recorder: Recorder, counters: Counters) -> None:
    """received = served + refused + client_gone."""
    counters.received, counters.served, counters.refused, counters.client_gone = 6, 3, 2, 1
    await recorder.write()
    assert await rows(recorder, runs) == [(AT, AT, "digest", 6, 3, 2, 1, 3, 0, 0, "")]


async def test_counts_are_rewritten_not_added(recorder: Recorder, counters: Counters) -> None:
    """Writing twice does not count twice; what grew is brought up to date."""
    counters.add(finding())
    await recorder.write()
    await recorder.write()
    counters.add(finding())
    await recorder.write()
    hour = AT.replace(minute=0, second=0)
    assert await rows(recorder, traffic) == [
        (hour, "dataset.get", "legacy", "legacy", "mismatch", "new", 2, 1.0, 0.5)
    ]
    assert await rows(recorder, deviations) == [(hour, "dataset.get", "d", "new", 2)]
    [cluster] = await rows(recorder, differences)
    assert cluster[1:] == ("s", "dataset.get", "mismatch", 2, AT, AT, '{"path":"$"}', "new")


async def test_the_last_exchanges_are_written_by_the_second_and_the_minute(
    recorder: Recorder, counters: Counters
) -> None:
    """Also after a write that failed; what is forgotten is not written again."""
    counters.add(finding())
    async with recorder._engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE traffic RENAME TO away")
    with pytest.raises(SQLAlchemyError, match="no such table"):
        await recorder.write()
    async with recorder._engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE away RENAME TO traffic")
    counters.add(finding())
    await recorder.write()
    place = ("dataset.get", "mismatch", "new", 2, 1.0, 0.5)
    assert set(await rows(recorder, moments)) == {(1, AT, *place), (60, AT.replace(second=0), *place)}
    assert counters.touched == set()
    recorder._now = lambda: AT + timedelta(hours=1)
    await recorder.write()
    assert counters.moments == {}
    assert len(await rows(recorder, moments)) == 2


async def test_two_runs_share_a_log(recorder: Recorder, counters: Counters) -> None:
    """Replicas write side by side."""
    counters.add(finding())
    other = Recorder(open_log(recorder._engine.url.render_as_string()), counters, now=lambda: AT)
    await other.open()
    await other.aclose()
    await recorder.write()
    assert len(await rows(recorder, traffic)) == 2


async def test_a_failed_write_is_made_good_by_the_next(recorder: Recorder, counters: Counters) -> None:
    """The log never lacks a verdict that the counters has."""
    counters.add(finding())
    async with recorder._engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE traffic RENAME TO away")
    with pytest.raises(SQLAlchemyError, match="no such table"):
        await recorder.write()
    async with recorder._engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE away RENAME TO traffic")
    await recorder.write()
    assert len(await rows(recorder, traffic)) == 1
    assert counters.dropped["rows"] == 0


async def test_a_log_that_is_away_says_so(recorder: Recorder) -> None:
    """Until the next write that succeeds."""
    seen = []
    for old, new in (("traffic", "away"), ("away", "traffic")):
        async with recorder._engine.begin() as connection:
            await connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
        recorder._counters.add(finding())
        await recorder._attempt(10)
        seen.append(recorder.away)
    assert seen == [True, False]


async def test_a_row_that_cannot_be_stored_keeps_no_other_back(
    recorder: Recorder, counters: Counters
) -> None:
    """It is dropped and counted, once."""
    counters.coverage["dataset.get", "parameter", "\ud83d", "new"] = 1
    counters.coverage["dataset.get", "parameter", "x", "new"] = 1
    counters.add(finding())
    for _ in range(2):
        await recorder.write()
    assert [row[2] for row in await rows(recorder, coverage)] == ["x"]
    assert len(await rows(recorder, traffic)) == 1
    assert await rows(recorder, dropped) == [("new rows", 1)]


async def test_a_log_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """With its URL and the reason."""
    recorder = Recorder(open_log(f"sqlite:///{tmp_path}/nothing/log.db"), Counters())
    with pytest.raises(LogError, match=r"nothing/log\.db cannot be opened: unable to open"):
        await recorder.open()
    await recorder._engine.dispose()


@pytest.mark.parametrize("url", ["nonsense", "nosuch://x"])
def test_what_is_no_url_is_told(url: str) -> None:
    """One sentence with an example."""
    with pytest.raises(LogError, match=r"expected e\.g\. sqlite:///parity\.db"):
        open_log(url)


async def test_samples_coverage_and_timings_are_written_and_rewritten(tmp_path: Path) -> None:
    """A smaller sample replaces the one that is there."""
    counters = Counters(most_clusters=1)
    recorder = Recorder(open_log(f"sqlite:///{tmp_path}/log.db"), counters, now=lambda: AT)
    await recorder.open()
    for padding in ("xx", "x", "xxx"):
        counters.add(logs.finding(AT, logs.NEW, padding=padding))
        await recorder.write()
    counters.add(logs.finding(AT, logs.OLD))
    await recorder.write()
    sizes = [row[1] for row in await rows(recorder, samples)]
    assert sorted(map(str, sizes)) == sorted(str(cluster.size) for cluster in counters.clusters.values())
    assert await rows(recorder, dropped) == [("new clusters", 1)]
    assert (
        ("task.get", "status", "2xx", "new", 3) in await rows(recorder, coverage),
        len(await rows(recorder, timings)),
    ) == (
        True,
        6,
    )
    await recorder.aclose()
