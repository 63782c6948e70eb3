"""A log forgets, and says how much."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config.reports import Retention
from diffing.cluster import cluster_id
from diffing.model import Comparison, Outcome
from proxy.exchange.judgement import Judgement
from proxy.log.clusters import read_clusters
from proxy.log.counters import Counters
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, put
from proxy.log.tables import deviations, dropped, moments, samples, states, traffic, usages
from proxy.log.writer import Recorder, open_log
from tests.proxy.logs import FIRST, KEPT, NEW, SECOND, explained, finding, two_runs, write_run

pytestmark = pytest.mark.anyio


async def opened(url: str, retention: Retention, days: float) -> None:
    """Another run starts."""
    recorder = Recorder(
        open_log(url), Counters(), retention=retention, now=lambda: SECOND + timedelta(days=days)
    )
    await recorder.open()
    await recorder.aclose()


async def test_what_is_young_is_kept(tmp_path: Path) -> None:
    """Nothing is dropped."""
    url, _, _ = await two_runs(tmp_path)
    await opened(url, Retention(), 1)
    async with reading(url) as log:
        assert (await log.execute(select(dropped))).all() == []


async def test_old_hours_are_dropped_and_counted(tmp_path: Path) -> None:
    """Those of the first run."""
    url, _, second = await two_runs(tmp_path)
    await opened(url, Retention(days=2), 1.5)
    async with reading(url) as log:
        lost = {row.what: row.exchanges for row in await log.execute(select(dropped))}
        runs = set((await log.execute(select(traffic.c.run))).scalars())
        names = {cluster.signature for cluster in await read_clusters(log)}
    assert (lost, runs, names) == ({"old exchanges": 3, "old clusters": 2}, {second}, {KEPT, NEW})


async def test_what_was_queued_goes_with_what_judged_it(tmp_path: Path) -> None:
    """A worker that lives on has lowered what a proxy that ended had queued: else less than nothing would wait."""
    url = f"sqlite:///{tmp_path}/log.db"

    async def write(what: Callable[[Counters], None], seen: datetime) -> None:
        counters = Counters()
        what(counters)
        recorder = Recorder(open_log(url), counters, now=lambda: seen)
        await recorder.open()
        await recorder.aclose()

    async def waiting() -> int:
        query = select(func.sum(traffic.c.exchanges)).where(traffic.c.verdict == "queued")
        async with reading(url) as log:
            return int(await log.scalar(query) or 0)

    queued = Judgement(Comparison(Outcome.QUEUED), "queued")
    late = SECOND + timedelta(days=5)
    await write(lambda counters: counters.add(replace(finding(FIRST), judgement=queued)), FIRST)
    await write(lambda counters: counters.replace_queued(finding(FIRST)), late)
    await opened(url, Retention(days=2), 5)
    assert await waiting() == 0
    await opened(url, Retention(days=2), 6)
    async with reading(url) as log:
        assert (await log.execute(select(traffic))).all() == []


async def test_what_entries_did_is_dropped_with_its_hours(tmp_path: Path) -> None:
    """What was put right long ago is no finding."""
    url = f"sqlite:///{tmp_path}/log.db"
    await write_run(url, FIRST, explained(FIRST, "task.get", "t", usage=(("masked", "t", ""),)))
    await opened(url, Retention(days=2), 1.5)
    async with reading(url) as log:
        assert [(await log.execute(select(table))).all() for table in (deviations, usages)] == [[], []]


async def test_the_clusters_that_were_seen_last_stay(tmp_path: Path) -> None:
    """With their samples."""
    url, _, second = await two_runs(tmp_path)
    await opened(url, Retention(clusters=2), 1)
    async with reading(url) as log:
        kept = {(row.run) for row in await log.execute(select(samples))}
        lost = {row.what: row.exchanges for row in await log.execute(select(dropped))}
    assert (kept, lost) == ({second}, {"old clusters": 2})


async def test_old_bodies_are_dropped_of_every_run(tmp_path: Path) -> None:
    """The differences that they showed stay."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        before = len((await log.execute(select(samples))).all())
        clusters = len(await read_clusters(log))
    await opened(url, Retention(body_days=1), 5)
    async with reading(url) as log:
        assert before > 0
        assert (await log.execute(select(samples))).all() == []
        assert len(await read_clusters(log)) == clusters


async def test_states_of_clusters_that_are_gone_are_dropped(tmp_path: Path) -> None:
    """Later; a cluster that is accepted stays so until its day, also while it is not there."""
    url, _, _ = await two_runs(tmp_path)
    day = SECOND.date()
    async with reading(url) as log:
        await put(
            log,
            {
                "gone": Standing(ClusterState.RESOLVED, FIRST),
                "recent": Standing(ClusterState.RESOLVED, SECOND),
                "accepted": Standing(ClusterState.ACCEPTED, FIRST, "why", "who", day + timedelta(days=30)),
                cluster_id(KEPT): Standing(ClusterState.RESOLVED, FIRST),
            },
        )
        await log.commit()
    await opened(url, Retention(days=2), 1.5)
    async with reading(url) as log:
        assert set((await log.execute(select(states.c.cluster))).scalars()) == {
            "recent",
            "accepted",
            cluster_id(KEPT),
        }


async def test_moments_are_kept_for_hours(tmp_path: Path) -> None:
    """Seconds for two, minutes for a day, of every run; what they counted stays in its hour."""
    url, _, _ = await two_runs(tmp_path)
    for hours, widths in ((1, {1, 60}), (3, {60}), (26, set())):
        await opened(url, Retention(), hours / 24)
        async with reading(url) as log:
            assert set((await log.execute(select(moments.c.width))).scalars()) == widths
            assert len((await log.execute(select(traffic))).all()) > 0
