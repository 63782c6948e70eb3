"""Clusters of a diff log: the same difference in many exchanges, how often and since when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

import orjson
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.rollout import Dialect
from proxy.exchange.decision import AskedRoute
from proxy.exchange.example import read_affected, read_example
from proxy.log.counters import MOST_REQUESTS
from proxy.log.schema import LogError
from proxy.log.states import (
    ClusterState,
    Standing,
    read_states,
    standing_now,
    state_now,
    still_open,
    with_states,
)
from proxy.log.tables import differences, samples, traffic
from proxy.log.writer import utc_now

SHORT = 10
"""Characters of a cluster's name that people see; any beginning that is unique names it."""
_AT_ONCE = 1000
_RUNS = 20
"""In so many runs, requests of a cluster are looked for."""


class State(StrEnum):
    """What became of a cluster since an earlier run or time."""

    NEW = "new"
    """It was not there before."""
    STILL = "still"
    """It was there before and is there."""
    FIXED = "fixed"
    """It was there before, and did not come again in so many exchanges that it would have."""
    UNSEEN = "unseen"
    """It was there before, and did not come again; too few exchanges of its route were compared to call it fixed."""
    UNASKED = "unasked"
    """It was there before, but nothing of its route was compared since: nobody knows."""


@dataclass(frozen=True, slots=True)
class StoredCluster:
    """A cluster over all runs that were looked at.

    Args:
        id: SHA-256 of the signature.
        signature: What its exchanges share (diffing.cluster).
        exchanges: How many there are.
        first: When the first one was served.
        last: When the last one was served.
        share: Of all exchanges of the route in the same runs; None when that is not known.
        state: What became of it, when something earlier was compared with.
        compared: Exchanges of its route that were compared since, where it did not come again.
        asked: The dialect in which the new side was asked.
        standing: Whether it is open, and why not.
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
    compared: int | None = None
    asked: Dialect = Dialect.NEW
    standing: Standing = field(default_factory=Standing)

    @property
    def became(self) -> str:
        """What became of it, in words."""
        if self.state is State.UNSEEN:
            return f"not seen again in {self.compared} compared"
        return str(self.state or "")

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
            "compared_since": self.compared,
            "asked": str(self.asked),
            "standing": self.standing.document(),
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """A cluster with what shows it. ``example``: request, path, both values. ``sample``: the smallest whole exchange
    (proxy.exchange.sample), None when none was kept; one without a key is preferred. ``requests``: those that
    showed it, each once: ``request``, ``role``, ``parameters``.
    """

    cluster: StoredCluster
    example: Mapping[str, Any]
    sample: Mapping[str, Any] | None
    requests: Sequence[Mapping[str, Any]] = ()

    @property
    def differences(self) -> Sequence[Mapping[str, Any]]:
        """Those of its sample, else the first one of its example."""
        return (self.example,) if self.sample is None else list(self.sample["differences"])

    def document(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {
            **self.cluster.document(),
            "example": dict(self.example),
            "witness": self.sample,
            "requests": list(self.requests),
        }


async def read_clusters(
    connection: AsyncConnection,
    *,
    run: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    offset: int = 0,
    routes: Collection[str] | None = None,
    asked: Dialect | None = None,
    standing: Collection[ClusterState] | None = None,
) -> list[StoredCluster]:
    """Clusters, most frequent first.

    Args:
        connection: The log.
        run: Only of this run.
        since: Only those that came since then.
        offset: How many to pass over.
        routes: Only of these routes.
        asked: Only those of this dialect.
        standing: Only those in these states.
    """
    columns = differences.c
    conditions = []
    if run is not None:
        conditions.append(columns.run == run)
    if since is not None:
        conditions.append(columns.last >= since)
    if routes is not None:
        conditions.append(columns.route.in_(routes))
    if asked is not None:
        conditions.append(columns.asked == asked.value)
    query = _grouped().where(*conditions).order_by(func.sum(columns.exchanges).desc(), columns.cluster)
    if limit is not None or standing is not None:
        # Signatures are long: only those of the page are read.
        keys = _in_states(select(columns.cluster), standing).where(*conditions)
        keys = keys.order_by(func.sum(columns.exchanges).desc(), columns.cluster).limit(limit).offset(offset)
        found = (await connection.execute(keys)).scalars().all()
        query = query.where(columns.cluster.in_(found))
    rows = (await connection.execute(query)).all()
    received = await received_exchanges(connection, run)
    return await _standing([_stored(row, received) for row in rows], connection)


async def read_named(
    connection: AsyncConnection,
    names: Sequence[str],
    run: str | None = None,
    received: Mapping[AskedRoute, int] | None = None,
) -> dict[str, StoredCluster]:
    """Some clusters by their names.

    Args:
        connection: The log.
        names: Their names, whole.
        run: Of one run, or over all.
        received: Exchanges of each route, where they are known already.
    """
    if not names:
        return {}
    columns = differences.c
    query = _grouped() if run is None else _grouped().where(columns.run == run)
    received = await received_exchanges(connection, run) if received is None else received
    found = {}
    for begin in range(0, len(names), _AT_ONCE):
        some = query.where(columns.cluster.in_(names[begin : begin + _AT_ONCE]))
        for row in await connection.execute(some):
            found[row.cluster] = _stored(row, received)
    placed = await _standing(list(found.values()), connection)
    return {cluster.id: cluster for cluster in placed}


async def fitting(connection: AsyncConnection, pattern: str) -> list[str]:
    """The routes with clusters whose name fits a glob."""
    names = (await connection.execute(select(differences.c.route).distinct())).scalars()
    return sorted(name for name in names if fnmatchcase(name, pattern))


async def count_clusters(
    connection: AsyncConnection,
    routes: Collection[str] | None = None,
    asked: Dialect | None = None,
    standing: Collection[ClusterState] | None = None,
) -> int:
    """How many clusters there are, of all routes or of some, of both dialects or of one, in any state or in some."""
    if standing is not None:
        query = _in_states(select(differences.c.cluster), standing)
    else:
        query = select(differences.c.cluster).distinct()
    if routes is not None:
        query = query.where(differences.c.route.in_(routes))
    if asked is not None:
        query = query.where(differences.c.asked == asked.value)
    counted = select(func.count()).select_from(query.subquery())
    return int((await connection.execute(counted)).scalar_one())


async def open_clusters(
    connection: AsyncConnection,
    since: datetime | None = None,
    asked: Dialect = Dialect.NEW,
    today: date | None = None,
) -> dict[str, int]:
    """How many clusters of a dialect are open today by route, of those that came since a time."""
    query = select(differences.c.route, func.count(differences.c.cluster.distinct()).label("count"))
    query = query.select_from(with_states())
    query = query.where(differences.c.asked == asked.value, still_open(today or utc_now().date()))
    if since is not None:
        query = query.where(differences.c.last >= since)
    return {row.route: row[1] for row in await connection.execute(query.group_by(differences.c.route))}


async def read_cluster(connection: AsyncConnection, name: str) -> Shown:
    """One cluster with its example and its smallest sample. ``connection``: the log. ``name``: its id or the beginning
    of it. Raises LogError: no cluster, or more than one, is meant.
    """
    if not name or not set(name) <= set("0123456789abcdef"):
        raise LogError(f"{name!r} is no name of a cluster; parity report shows them, e.g. 3f0c9a11b2")
    rows = (await connection.execute(_grouped().where(differences.c.cluster.startswith(name)).limit(2))).all()
    if len(rows) != 1:
        raise LogError(
            f"{'several' if rows else 'no'} clusters begin with {name!r}; parity report shows their names"
        )
    received = await received_exchanges(connection, None)
    [stored] = await _standing([_stored(rows[0], received)], connection)
    examples = (
        select(differences.c.example).where(differences.c.cluster == stored.id).order_by(differences.c.first)
    )
    known = (await connection.execute(examples.limit(_RUNS))).scalars().all()
    requests = {(item["request"], item["role"]): item for content in known for item in read_affected(content)}
    smallest = select(samples.c.content).where(samples.c.cluster == stored.id).order_by(samples.c.size)
    content = (await connection.execute(smallest.limit(1))).scalar()
    sample = None if content is None else orjson.loads(content)
    return Shown(stored, read_example(known[0]), sample, list(requests.values())[:MOST_REQUESTS])


def _in_states(query: Select[Any], standing: Collection[ClusterState] | None) -> Select[Any]:
    """A query of clusters, of those in some states."""
    if standing is not None:
        names = [state.value for state in standing]
        query = query.select_from(with_states()).having(state_now(utc_now().date()).in_(names))
    return query.group_by(differences.c.cluster)


async def _standing(clusters: list[StoredCluster], connection: AsyncConnection) -> list[StoredCluster]:
    """The same clusters with their states."""
    rows, today = await read_states(connection, [cluster.id for cluster in clusters]), utc_now().date()
    return [
        replace(cluster, standing=standing_now(rows.get(cluster.id), cluster.last, today))
        for cluster in clusters
    ]


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


async def received_exchanges(connection: AsyncConnection, run: str | None = None) -> dict[AskedRoute, int]:
    """How many exchanges of each route were served, of one run or over all."""
    keys = traffic.c.route, traffic.c.asked
    query = select(*keys, func.sum(traffic.c.exchanges).label("exchanges")).group_by(*keys)
    if run is not None:
        query = query.where(traffic.c.run == run)
    return {(row.route, Dialect(row.asked)): int(row.exchanges) for row in await connection.execute(query)}


def _stored(row: Row[Any], received: Mapping[AskedRoute, int]) -> StoredCluster:
    asked = Dialect(row.asked)
    count, total = int(row.exchanges), received.get((row.route, asked), 0)
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
        asked=asked,
    )
