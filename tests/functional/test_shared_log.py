"""Many replicas write one diff log on MariaDB, and their totals add up."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from config.rollout import Dialect
from proxy.log.counters import Counters, HourlyCount, SampledCluster
from proxy.log.tables import coverage, deviations, metadata, timings, traffic
from proxy.log.writer import Recorder, open_log, prepare
from proxy.reporting.report import read_report

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
