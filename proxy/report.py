"""What a diff log says: per route what was received, compared and found, and why anything differs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Row, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from diffing.model import Outcome
from proxy.log_tables import deviations, differences, runs, traffic
from proxy.record import LogError, open_log
from proxy.tally import Cluster, Tally


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The totals of all runs: received = served + refused + client_gone, served = verdicts + pending.

    Args:
        runs: How many runs wrote the log.
        first: When the first one started.
        last: When one wrote last.
        received: Requests.
        served: Requests that were answered.
        refused: Requests that the proxy refused itself.
        client_gone: Requests whose client left first.
        pending: Served exchanges without a verdict yet.
    """

    runs: int
    first: datetime | None
    last: datetime | None
    received: int
    served: int
    refused: int
    client_gone: int
    pending: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Mean seconds of both sides over the same exchanges."""

    exchanges: int
    legacy: float
    new: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a diff log says.

    Args:
        ledgers: The totals of requests.
        tally: Verdicts, deviations and clusters.
        latency: By route, where both sides were asked.
    """

    ledgers: Ledgers
    tally: Tally
    latency: Mapping[str, Latency]

    def document(self) -> dict[str, Any]:
        """The report as JSON, in the form of ``parity check``'s."""
        ledgers = self.ledgers
        return {
            "requests": {
                "received": ledgers.received,
                "served": ledgers.served,
                "refused": ledgers.refused,
                "client_gone": ledgers.client_gone,
                "pending": ledgers.pending,
            },
            **self.tally.document(),
            "latency": {
                route: {"exchanges": found.exchanges, "legacy": found.legacy, "new": found.new}
                for route, found in sorted(self.latency.items())
            },
        }


async def read_report(url: str, since: datetime | None = None) -> Report:
    """Read a diff log.

    Args:
        url: SQLAlchemy URL of the log.
        since: Only what was served in the hour of this time or later.

    Returns:
        The report.

    Raises:
        LogError: There is no diff log.
    """
    engine = open_log(url)
    shown = engine.url.render_as_string(hide_password=True)
    try:
        if engine.url.get_backend_name() == "sqlite" and not _is_file(engine.url.database):
            raise LogError(f"there is no diff log {shown}; parity serve --log URL writes one")
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
            if traffic.name not in names:
                raise LogError(f"{shown} is no diff log; parity serve --log URL writes one")
            return await _read(connection, since)
    except (SQLAlchemyError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise LogError(f"the diff log {shown} cannot be read: {cause}") from error
    finally:
        await engine.dispose()


async def _read(connection: AsyncConnection, since: datetime | None) -> Report:
    hour = since.replace(minute=0, second=0, microsecond=0) if since else None
    flows_query, hits_query, clusters_query = select(traffic), select(deviations), select(differences)
    if hour is not None:
        flows_query = flows_query.where(traffic.c.hour >= hour)
        hits_query = hits_query.where(deviations.c.hour >= hour)
        clusters_query = clusters_query.where(differences.c.last >= since)
    flows = (await connection.execute(flows_query)).all()
    hits = (await connection.execute(hits_query)).all()
    clusters = (await connection.execute(clusters_query)).all()
    return Report(
        _ledgers((await connection.execute(select(runs))).all()),
        _tally(flows, hits, clusters),
        _latency(flows),
    )


def _ledgers(rows: Sequence[Row[Any]]) -> Ledgers:
    return Ledgers(
        len(rows),
        min((row.started for row in rows), default=None),
        max((row.seen for row in rows), default=None),
        *(
            sum(getattr(row, name) for row in rows)
            for name in ("received", "served", "refused", "client_gone", "pending")
        ),
    )


def _tally(flows: Sequence[Row[Any]], hits: Sequence[Row[Any]], clusters: Sequence[Row[Any]]) -> Tally:
    tally = Tally(deviations=Counter())
    for row in flows:
        tally.count(row.route, row.verdict, row.exchanges)
    for row in hits:
        tally.deviations[row.deviation] += row.exchanges
    for row in clusters:
        cluster = tally.clusters.get(row.signature)
        if cluster is None:
            tally.clusters[row.signature] = Cluster(
                row.signature, row.route, row.exchanges, orjson.loads(row.example)
            )
        else:
            cluster.count += row.exchanges
    return tally


def _latency(flows: Sequence[Row[Any]]) -> dict[str, Latency]:
    paired = {str(outcome) for outcome in (Outcome.MATCH, Outcome.EXPLAINED, Outcome.MISMATCH)}
    sums: dict[str, list[float]] = {}
    for row in flows:
        if row.verdict in paired:
            found = sums.setdefault(row.route, [0, 0.0, 0.0])
            for index, value in enumerate((row.exchanges, row.legacy_seconds, row.new_seconds)):
                found[index] += value
    return {
        route: Latency(int(count), legacy / count, new / count)
        for route, (count, legacy, new) in sums.items()
        if count
    }


def _is_file(database: str | None) -> bool:
    return database is not None and Path(database).is_file()
