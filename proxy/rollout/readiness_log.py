"""Readiness of routes by what a diff log says."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.reports import ReadinessSettings
from config.rollout import Dialect
from proxy.compare.tally import Counts
from proxy.log import tables as log_tables
from proxy.log.clusters import open_clusters
from proxy.log.moments import flows_since
from proxy.log.tables import runs, timings
from proxy.rollout.coverage import Fact, coverage
from proxy.rollout.readiness import Readiness, paired_latency, readiness


async def read_readiness(
    connection: AsyncConnection,
    known: Mapping[str, frozenset[Fact]],
    thresholds: ReadinessSettings,
    *,
    since: datetime | None = None,
    route: str = "*",
    asked: Dialect = Dialect.NEW,
) -> list[Readiness]:
    """Judge the routes.

    Args:
        connection: The log.
        known: What is known of each route; these are the routes that are judged.
        thresholds: What must hold.
        since: Only what was served since then. Coverage and times are kept by run, not by hour: those of all runs that
            wrote since then count.
        route: Only routes whose name fits this glob.
        asked: By what was counted where the new side was asked in this dialect.
    """
    exact = route in known
    counts: dict[str, Counts] = defaultdict(Counts)
    flows, _ = await flows_since(connection, since)
    for flow in flows:
        if flow.asked == asked.value:
            counts[flow.route].verdicts[flow.verdict] += flow.exchanges
    seen: dict[str, set[Fact]] = defaultdict(set)
    facts = log_tables.coverage
    covered = select(facts.c.route, facts.c.kind, facts.c.value).where(facts.c.asked == asked.value)
    for row in await connection.execute(_of_runs(covered, facts.c.run, since)):
        seen[row.route].add((row.kind, row.value))
    ratios: dict[str, Counter[int]] = defaultdict(Counter)
    wanted: Select[Any] = select(timings.c.route, timings.c.bucket, timings.c.exchanges).where(
        timings.c.what == "ratio", timings.c.asked == asked.value
    )
    if exact:
        wanted = wanted.where(timings.c.route == route)
    for row in await connection.execute(_of_runs(wanted, timings.c.run, since)):
        ratios[row.route][row.bucket] += row.exchanges
    opened = await open_clusters(connection, since, asked)
    return [
        readiness(
            name,
            counts[name],
            coverage(known[name], seen[name]),
            paired_latency(ratios[name]),
            opened.get(name, 0),
            thresholds,
        )
        for name in sorted(known)
        if fnmatchcase(name, route)
    ]


def _of_runs(query: Select[Any], run: object, since: datetime | None) -> Select[Any]:
    if since is None:
        return query
    return query.where(run.in_(select(runs.c.run).where(runs.c.seen >= since)))  # type: ignore[attr-defined]  # a column
