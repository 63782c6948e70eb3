"""What became of clusters since an earlier run or time: new, still there, fixed, not seen again, or nobody knows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.rollout import Dialect
from proxy.compare.tally import COMPARED
from proxy.exchange.decision import AskedRoute
from proxy.log.clusters import State, StoredCluster, read_named, received_exchanges
from proxy.log.moments import flows_since
from proxy.log.states import gone
from proxy.log.tables import differences, traffic

# A run, or all of them, and the exchanges of each route in it.
_Whole = tuple[str | None, Mapping[AskedRoute, int]]


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of clusters since an earlier run or time. ``counts``: how many there are in each state.
    ``clusters``: the first ones: new, still there, fixed, not seen again, unasked; the most frequent first.
    """

    counts: Mapping[State, int]
    clusters: Sequence[StoredCluster]


@dataclass(frozen=True, slots=True)
class _StateChange:
    """What the state of a cluster is made of."""

    cluster: str
    place: AskedRoute
    exchanges: int


async def changes(
    connection: AsyncConnection, before: str, after: str, fixed_after: int, most: int | None = None
) -> Changes:
    """What became of all clusters from one run to a later one.

    Args:
        connection: The log.
        before: The earlier run.
        fixed_after: Exchanges compared without a cluster after which it is called fixed.
        most: Most clusters that are given; None for all.
    """
    columns = differences.c
    # By itself: then the index of a run holds all that is asked of ten thousand rows (proxy.log.tables).
    of_the_face = select(columns.cluster).where(columns.asked == Dialect.LEGACY.value).distinct()
    faced = set((await connection.execute(of_the_face)).scalars())

    async def lines(run: str) -> dict[str, _StateChange]:
        query = select(columns.cluster, columns.route, columns.exchanges).where(columns.run == run)
        rows = (await connection.execute(query)).all()
        return {
            name: _StateChange(name, (route, Dialect.LEGACY if name in faced else Dialect.NEW), count)
            for name, route, count in rows
        }

    earlier, later = await lines(before), await lines(after)
    left = [line for name, line in earlier.items() if name not in later]
    found: dict[State, list[_StateChange]] = {state: [] for state in State}
    for name, line in later.items():
        found[State.STILL if name in earlier else State.NEW].append(line)
    received_since, compared = await exchanges_of(connection, after)
    received = await received_exchanges(connection, before)
    for line in left:
        found[_gone(line, compared, received, fixed_after)].append(line)
    return await _changes(connection, found, compared, most, ((after, received_since), (before, received)))


async def changes_since(
    connection: AsyncConnection, since: datetime, fixed_after: int, most: int | None = None
) -> Changes:
    """What became of all clusters since a time.

    Args:
        connection: The log.
        fixed_after: Exchanges compared without a cluster after which it is called fixed.
        most: Most clusters that are given; None for all.
    """
    columns = differences.c
    query = select(
        columns.cluster,
        func.min(columns.route).label("route"),
        func.min(columns.asked).label("asked"),
        func.sum(columns.exchanges).label("exchanges"),
        func.min(columns.first).label("first"),
        func.max(columns.last).label("last"),
    ).group_by(columns.cluster)
    found: dict[State, list[_StateChange]] = {state: [] for state in State}
    compared = await compared_since(connection, since)
    received = await received_exchanges(connection)
    earlier = {place: count - compared.get(place, 0) for place, count in received.items()}
    for row in await connection.execute(query):
        line = _StateChange(row.cluster, (row.route, Dialect(row.asked)), int(row.exchanges))
        if row.last >= since:
            found[State.NEW if row.first >= since else State.STILL].append(line)
        else:
            found[_gone(line, compared, earlier, fixed_after)].append(line)
    return await _changes(connection, found, compared, most, ((None, received), (None, received)))


def _gone(
    line: _StateChange,
    compared: Mapping[AskedRoute, int],
    earlier: Mapping[AskedRoute, int],
    fixed_after: int,
) -> State:
    """The state of a cluster that did not come again."""
    since, total = compared.get(line.place, 0), earlier.get(line.place, 0)
    if not since:
        return State.UNASKED
    return State.FIXED if gone(line.exchanges, total, since, fixed_after) else State.UNSEEN


async def _changes(
    connection: AsyncConnection,
    found: Mapping[State, list[_StateChange]],
    compared: Mapping[AskedRoute, int],
    most: int | None,
    of: tuple[_Whole, _Whole],
) -> Changes:
    """Counts, and the first clusters whole: what is there by the first part of ``of``, what is gone by the second."""
    chosen: list[tuple[str, State]] = []
    for state, lines in found.items():
        ordered = sorted(lines, key=lambda line: (-line.exchanges, line.cluster))
        chosen += [(line.cluster, state) for line in ordered]
    chosen = chosen[:most]
    there = (State.NEW, State.STILL)
    whole = await read_named(connection, [name for name, state in chosen if state in there], *of[0])
    whole |= await read_named(connection, [name for name, state in chosen if state not in there], *of[1])
    clusters = [
        replace(
            whole[name],
            state=state,
            compared=None if state in there else compared.get((whole[name].route, whole[name].asked), 0),
        )
        for name, state in chosen
    ]
    return Changes({state: len(lines) for state, lines in found.items()}, clusters)


async def compared_since(connection: AsyncConnection, since: datetime) -> dict[AskedRoute, int]:
    """How many exchanges of each route were compared since a time, by the dialect asked.

    What may have been earlier is left out (proxy.log.moments).
    """
    compared = [str(item) for item in COMPARED]
    found: Counter[AskedRoute] = Counter()
    for flow in (await flows_since(connection, since, never_earlier=True))[0]:
        if flow.verdict in compared:
            found[flow.route, Dialect(flow.asked)] += flow.exchanges
    return dict(found)


async def exchanges_of(
    connection: AsyncConnection, run: str
) -> tuple[dict[AskedRoute, int], dict[AskedRoute, int]]:
    """How many exchanges of each route a run received, and how many of them were compared, by the dialect asked."""
    compared = [str(item) for item in COMPARED]
    keys = traffic.c.route, traffic.c.asked, traffic.c.verdict
    query = select(*keys, func.sum(traffic.c.exchanges).label("exchanges")).group_by(*keys)
    counts: tuple[Counter[AskedRoute], Counter[AskedRoute]] = Counter(), Counter()
    for row in await connection.execute(query.where(traffic.c.run == run)):
        for found in counts if row.verdict in compared else counts[:1]:
            found[row.route, Dialect(row.asked)] += int(row.exchanges)
    return dict(counts[0]), dict(counts[1])
