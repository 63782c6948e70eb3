"""Many replicas write one diff log on MariaDB, and their totals add up."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from config.rollout import Dialect
from diffing.cluster import cluster_id
from proxy.dashboard.views import Views
from proxy.log.clusters import read_clusters
from proxy.log.counters import Counters, HourlyCount, SampledCluster
from proxy.log.moments import flows_since
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, note_told, put, settle_states, untold
from proxy.log.tables import coverage, deviations, metadata, timings, traffic
from proxy.log.writer import Recorder, open_log, prepare
from proxy.reporting.report import read_report
from tests.proxy.logs import FIRST, KEPT, NEW, OLD, SECOND, finding, write_run

pytestmark = pytest.mark.anyio


async def test_replicas_that_start_together_share_a_log(mariadb_server: str) -> None:
    """Also when none of its tables is there yet."""
    url = f"{mariadb_server.rstrip('/')}/parity_log"
    server = open_log(mariadb_server)
    async with server.begin() as connection:
        await connection.execute(text("DROP DATABASE IF EXISTS parity_log"))
        await connection.execute(text("CREATE DATABASE parity_log"))
    await server.dispose()
    recorders = [Recorder(open_log(url), Counters(received=3, refused=3)) for _ in range(4)]
    await asyncio.gather(*(recorder.open() for recorder in recorders))
    await asyncio.gather(*(recorder.aclose() for recorder in recorders))
    report = await read_report(url)
    assert (report.counted_runs.received, report.counted_runs.refused) == (12, 12)


async def test_replicas_bring_a_log_of_the_new_api_only_up_to_date(mariadb_server: str) -> None:
    """They start together; what was counted stays, about the new API."""
    url = f"{mariadb_server.rstrip('/')}/parity_five"
    server = open_log(mariadb_server)
    async with server.begin() as connection:
        await connection.execute(text("DROP DATABASE IF EXISTS parity_five"))
        await connection.execute(text("CREATE DATABASE parity_five"))
    await server.dispose()
    at = datetime(2026, 11, 22, 12, tzinfo=UTC).replace(tzinfo=None)
    counters = Counters(received=1, served=1)
    counters.coverage["task.get", "status", "2xx", "new"] = 1
    counters.timings["task.get", "ratio", 3, "new"] = 1
    counters.hits[at, "task.get", "rule-page", "new"] = 1
    counters.flows[at, "task.get", "legacy", "legacy", "match", "new"] = HourlyCount(1)
    first = Recorder(open_log(url), counters)
    await first.open()
    await first.aclose()
    engine = open_log(url)
    async with engine.begin() as connection:
        for table in (traffic, deviations, coverage, timings):
            keys = ", ".join(key.name for key in table.primary_key if key.name != "asked")
            drop = f"ALTER TABLE {table.name} DROP PRIMARY KEY, ADD PRIMARY KEY ({keys}), DROP COLUMN asked"
            await connection.execute(text(drop))
        await connection.execute(text("ALTER TABLE difference DROP COLUMN asked"))
        await connection.execute(text("ALTER TABLE run DROP COLUMN faced, DROP COLUMN twice"))
        await connection.execute(text("UPDATE log_version SET version = 5"))
    await engine.dispose()
    recorders = [Recorder(open_log(url), Counters(received=3, refused=3)) for _ in range(4)]
    await asyncio.gather(*(recorder.open() for recorder in recorders))
    await asyncio.gather(*(recorder.aclose() for recorder in recorders))
    report = await read_report(url, asked=Dialect.NEW)
    assert (
        report.counted_runs.received,
        report.tally.totals.received,
        report.tally.deviations["rule-page"],
    ) == (
        13,
        1,
        1,
    )
    engine = open_log(url)
    async with engine.connect() as opened:
        for table in (traffic, deviations, coverage, timings):
            assert (await opened.execute(select(table.c.asked))).scalars().all() == ["new"]
    await engine.dispose()


async def test_a_log_of_a_server_with_another_alphabet_is_brought_up_to_date(mariadb_server: str) -> None:
    """Its texts were of the server's default; signatures hold an arrow, and parameters differ by case."""
    url = f"{mariadb_server.rstrip('/')}/parity_old"
    server = open_log(mariadb_server)
    async with server.begin() as connection:
        await connection.execute(text("DROP DATABASE IF EXISTS parity_old"))
        await connection.execute(text("CREATE DATABASE parity_old CHARACTER SET latin1"))
    await server.dispose()
    engine = open_log(url)
    await prepare(engine)
    async with engine.begin() as connection:
        for table in metadata.sorted_tables:
            await connection.execute(text(f"ALTER TABLE `{table.name}` CONVERT TO CHARACTER SET latin1"))
        await connection.execute(text("UPDATE log_version SET version = 4"))
    await prepare(engine)
    at = datetime(2026, 11, 22, 12, tzinfo=UTC).replace(tzinfo=None)
    counters = Counters(received=1, served=1)
    counters.clusters["task.get 200→200 $.x"] = SampledCluster("task.get", "mismatch", 1, at, at, {})
    counters.coverage.update({("task.get", "parameter", name, "new"): 1 for name in ("tag", "Tag")})
    recorder = Recorder(engine, counters)
    await recorder.open()
    await recorder.aclose()
    assert list((await read_report(url)).tally.clusters) == ["task.get 200→200 $.x"]


async def test_states_and_overview_are_those_of_sqlite(mariadb_server: str, tmp_path: Path) -> None:
    """The same two runs, in both databases: what regresses, what is clean, what is said first."""
    server = open_log(mariadb_server)
    async with server.begin() as connection:
        await connection.execute(text("DROP DATABASE IF EXISTS parity_states"))
        await connection.execute(text("CREATE DATABASE parity_states"))
    await server.dispose()
    found = []
    for url in (f"{mariadb_server.rstrip('/')}/parity_states", f"sqlite:///{tmp_path}/log.db"):
        await write_run(url, FIRST, finding(FIRST, OLD), finding(FIRST, KEPT))
        later = [finding(SECOND, route="study.get") for _ in range(9)]
        await write_run(url, SECOND, *later, finding(SECOND, KEPT), finding(SECOND, NEW))
        async with reading(url) as log:
            await put(log, {cluster_id(KEPT): Standing(ClusterState.DOCUMENTED, FIRST)})
            for _ in range(2):
                await settle_states(log, SECOND, 3)
            await log.commit()
            told = await untold(log)
            await note_told(log, list(told))
            page = await Views(Path("config")).overview(log, {})
            flows = [
                (flow.route, flow.verdict, flow.exchanges, round(flow.legacy_seconds, 3), begin)
                for second in (0, 1)
                for some, begin in [await flows_since(log, SECOND + timedelta(seconds=second))]
                for flow in some
            ]
            states = {item.signature: item.standing.state for item in await read_clusters(log)}
            found.append((told, page.document, flows, states, await untold(log)))
    assert found[0] == found[1]
    assert states == {
        OLD: ClusterState.RESOLVED,
        KEPT: ClusterState.REGRESSED,
        NEW: ClusterState.OPEN,
    }
