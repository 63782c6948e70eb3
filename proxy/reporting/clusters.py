"""Clusters of a diff log: the same difference in many exchanges, how often, since when, and whether it is over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Row, Select, and_, func, not_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from config.rollout import Dialect
from proxy.log.example import read_example
from proxy.log.schema import LogError
from proxy.log.tables import differences, traffic, witnesses
from proxy.tally import COMPARED

Place = tuple[str, Dialect]
"""A route, and the dialect in which the new side was asked."""

SHORT = 10
"""Characters of a cluster's name that people see; any beginning that is unique names it."""


class State(StrEnum):
    """What became of a cluster since an earlier run or time."""

    NEW = "new"
    """It was not there before."""
    STILL = "still"
    """It was there before and is there."""
    FIXED = "fixed"
    """It was there before, its route was compared since, and it did not come again."""
    UNASKED = "unasked"
    """It was there before, but nothing of its route was compared since: nobody knows."""


@dataclass(frozen=True, slots=True)
class StoredCluster:
    """A cluster over all runs that were looked at.

    Args:
        id: SHA-256 of the signature.
        signature: What its exchanges share (diffing.cluster).
        route: Name of the route.
        verdict: Their verdict.
        exchanges: How many there are.
        first: When the first one was served.
        last: When the last one was served.
        share: Of all exchanges of the route in the same runs; None when that is not known.
        state: What became of it, when something earlier was compared with.
        asked: The dialect in which the new side was asked.
    """

    id: str
    signature: str
    route: str
    verdict: str
    exchanges: int
    first: datetime
    last: datetime
    share: float | None = None
    state: State | None = None
    asked: Dialect = Dialect.NEW

    @property
    def short(self) -> str:
        """The name that people see."""
        return self.id[:SHORT]

    def document(self) -> dict[str, Any]:
        """The cluster as JSON."""
        return {
            "cluster": self.id,
            "signature": self.signature,
            "route": self.route,
            "verdict": self.verdict,
            "count": self.exchanges,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "share": self.share,
            "state": str(self.state) if self.state else None,
            "asked": str(self.asked),
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """A cluster with what shows it.

    Args:
        cluster: The cluster.
        example: Request, path, both values.
        witness: The smallest whole exchange (proxy.log.witness), None when none was kept.
    """

    cluster: StoredCluster
    example: Mapping[str, Any]
    witness: Mapping[str, Any] | None

    def document(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {**self.cluster.document(), "example": dict(self.example), "witness": self.witness}


async def read_clusters(
    connection: AsyncConnection,
    *,
    run: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    offset: int = 0,
    route: str | None = None,
    asked: Dialect | None = None,
) -> list[StoredCluster]:
    """Clusters, most frequent first.

    Args:
        connection: The log.
        run: Only of this run.
        since: Only those that came since then.
        limit: Most clusters.
        offset: How many to pass over.
        route: Only of this route.
        asked: Only those of this dialect.
    """
    columns = differences.c
    conditions = []
    if run is not None:
        conditions.append(columns.run == run)
    if since is not None:
        conditions.append(columns.last >= since)
    if route is not None:
        conditions.append(columns.route == route)
    if asked is not None:
        conditions.append(columns.asked == asked.value)
    query = _grouped().where(*conditions).order_by(func.sum(columns.exchanges).desc(), columns.cluster)
    if limit is not None:
        # Signatures are long: only those of the page are read.
        keys = select(columns.cluster).where(*conditions).group_by(columns.cluster)
        keys = keys.order_by(func.sum(columns.exchanges).desc(), columns.cluster).limit(limit).offset(offset)
        found = (await connection.execute(keys)).scalars().all()
        query = query.where(columns.cluster.in_(found))
    rows = (await connection.execute(query)).all()
    received = await _received(connection, run)
    return [_stored(row, received) for row in rows]


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the clusters between two runs.

    Args:
        counts: How many there are in each state.
        first: Names and states of the first ones: new, still there, fixed, unasked; the most frequent first.
    """

    counts: Mapping[State, int]
    first: Sequence[tuple[str, State]]


async def changes(connection: AsyncConnection, before: str, after: str, most: int) -> Changes:
    """What became of all clusters from one run to a later one, as ``against_run``; the database does the work.

    Args:
        connection: The log.
        before: The earlier run.
        after: The later one.
        most: Most names.
    """
    columns = differences.c
    compared = await compared_routes(connection, run=after)
    earlier = select(columns.cluster).where(columns.run == before)
    later = select(columns.cluster).where(columns.run == after)
    gone = and_(columns.run == before, columns.cluster.not_in(later))
    again = tuple_(columns.route, columns.asked).in_([(route, asked.value) for route, asked in compared])
    conditions = {
        State.NEW: and_(columns.run == after, columns.cluster.not_in(earlier)),
        State.STILL: and_(columns.run == after, columns.cluster.in_(earlier)),
        State.FIXED: and_(gone, again),
        State.UNASKED: and_(gone, not_(again)),
    }
    counts: dict[State, int] = {}
    first: list[tuple[str, State]] = []
    for state, condition in conditions.items():
        query = select(func.count()).select_from(differences).where(condition)
        counts[state] = int((await connection.execute(query)).scalar_one())
        if counts[state] and len(first) < most:
            names = (
                select(columns.cluster).where(condition).order_by(columns.exchanges.desc(), columns.cluster)
            )
            found = (await connection.execute(names.limit(most - len(first)))).scalars()
            first += [(name, state) for name in found]
    return Changes(counts, first)


async def read_named(connection: AsyncConnection, names: Collection[str]) -> dict[str, StoredCluster]:
    """Some clusters by their names, over all runs."""
    rows = (await connection.execute(_grouped().where(differences.c.cluster.in_(names)))).all()
    received = await _received(connection, None)
    return {row.cluster: _stored(row, received) for row in rows}


async def count_clusters(
    connection: AsyncConnection, route: str | None = None, asked: Dialect | None = None
) -> int:
    """How many clusters there are, of all routes or of one, of both dialects or of one."""
    query = select(func.count(differences.c.cluster.distinct()))
    if route is not None:
        query = query.where(differences.c.route == route)
    if asked is not None:
        query = query.where(differences.c.asked == asked.value)
    return int((await connection.execute(query)).scalar_one())


async def open_clusters(
    connection: AsyncConnection, since: datetime | None = None, asked: Dialect = Dialect.NEW
) -> dict[str, int]:
    """How many clusters of a dialect there are by route, of those that came since a time."""
    query = select(differences.c.route, func.count(differences.c.cluster.distinct()).label("count"))
    query = query.where(differences.c.asked == asked.value)
    if since is not None:
        query = query.where(differences.c.last >= since)
    return {row.route: row[1] for row in await connection.execute(query.group_by(differences.c.route))}


async def read_cluster(connection: AsyncConnection, name: str) -> Shown:
    """One cluster with its example and its smallest witness.

    Args:
        connection: The log.
        name: Its id or the beginning of it.

    Raises:
        LogError: No cluster, or more than one, is meant.
    """
    if not name or not set(name) <= set("0123456789abcdef"):
        raise LogError(f"{name!r} is no name of a cluster; parity report shows them, e.g. 3f0c9a11b2")
    rows = (await connection.execute(_grouped().where(differences.c.cluster.startswith(name)).limit(2))).all()
    if len(rows) != 1:
        raise LogError(
            f"{'several' if rows else 'no'} clusters begin with {name!r}; parity report shows their names"
        )
    stored = _stored(rows[0], await _received(connection, None))
    examples = (
        select(differences.c.example).where(differences.c.cluster == stored.id).order_by(differences.c.first)
    )
    example = read_example((await connection.execute(examples.limit(1))).scalar_one())
    smallest = select(witnesses.c.content).where(witnesses.c.cluster == stored.id).order_by(witnesses.c.size)
    content = (await connection.execute(smallest.limit(1))).scalar()
    return Shown(stored, example, None if content is None else orjson.loads(content))


async def compared_routes(
    connection: AsyncConnection, *, run: str | None = None, since: datetime | None = None
) -> frozenset[Place]:
    """The routes of which something was compared in a run, or since the hour of a time, each with the dialect asked."""
    query = select(traffic.c.route, traffic.c.asked).distinct()
    query = query.where(traffic.c.verdict.in_([str(item) for item in COMPARED]))
    if run is not None:
        query = query.where(traffic.c.run == run)
    if since is not None:
        query = query.where(traffic.c.hour >= since.replace(minute=0, second=0, microsecond=0))
    return frozenset((row.route, Dialect(row.asked)) for row in await connection.execute(query))


def against_time(
    clusters: Collection[StoredCluster], since: datetime, compared: Collection[Place]
) -> list[StoredCluster]:
    """Say of each cluster what became of it since a time.

    Args:
        clusters: All clusters, whenever they came.
        since: The time.
        compared: The routes of which something was compared since.
    """

    def state(cluster: StoredCluster) -> State:
        if cluster.first >= since:
            return State.NEW
        if cluster.last >= since:
            return State.STILL
        return State.FIXED if (cluster.route, cluster.asked) in compared else State.UNASKED

    return [replace(cluster, state=state(cluster)) for cluster in clusters]


def against_run(
    before: Collection[StoredCluster], after: Collection[StoredCluster], compared: Collection[Place]
) -> list[StoredCluster]:
    """What became of clusters from one run to a later one: the later ones first, then those that are gone.

    Args:
        before: Clusters of the earlier run.
        after: Clusters of the later run.
        compared: The routes of which the later run compared something.
    """
    earlier, later = ({cluster.id for cluster in clusters} for clusters in (before, after))
    there = [replace(cluster, state=State.STILL if cluster.id in earlier else State.NEW) for cluster in after]
    gone = [
        replace(cluster, state=State.FIXED if (cluster.route, cluster.asked) in compared else State.UNASKED)
        for cluster in before
        if cluster.id not in later
    ]
    return there + gone


def _grouped() -> Select[Any]:
    columns = differences.c
    return select(
        columns.cluster,
        func.min(columns.signature).label("signature"),
        func.min(columns.route).label("route"),
        func.min(columns.verdict).label("verdict"),
        func.sum(columns.exchanges).label("exchanges"),
        func.min(columns.first).label("first"),
        func.max(columns.last).label("last"),
        func.min(columns.asked).label("asked"),
    ).group_by(columns.cluster)


async def _received(connection: AsyncConnection, run: str | None) -> dict[tuple[str, str], int]:
    keys = traffic.c.route, traffic.c.asked
    query = select(*keys, func.sum(traffic.c.exchanges).label("exchanges")).group_by(*keys)
    if run is not None:
        query = query.where(traffic.c.run == run)
    return {(row.route, row.asked): int(row.exchanges) for row in await connection.execute(query)}


def _stored(row: Row[Any], received: Mapping[tuple[str, str], int]) -> StoredCluster:
    count, total = int(row.exchanges), received.get((row.route, row.asked), 0)
    return StoredCluster(
        row.cluster,
        row.signature,
        row.route,
        row.verdict,
        count,
        row.first,
        row.last,
        # Retention may have dropped older traffic of a cluster that lives on.
        min(1.0, count / total) if total else None,
        asked=Dialect(row.asked),
    )
