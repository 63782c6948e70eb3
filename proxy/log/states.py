"""States of clusters: what people and evidence say of them. A closed cluster that comes again is open by itself."""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from config import text
from proxy.compare.tally import COMPARED
from proxy.log.tables import differences, runs, states, traffic
from proxy.log.writer import utc_now

_AT_ONCE: Final = 1000
_LONGEST_WHO: Final = 200
_EVIDENCE: Final = "evidence"


class ClusterState(StrEnum):
    """Where a cluster stands."""

    OPEN = "open"
    """Somebody has to decide."""
    DOCUMENTED = "documented"
    """The rules in force settle its sample."""
    ACCEPTED = "accepted"
    """Somebody lets it be for a time."""
    RESOLVED = "resolved"
    """It is clean since: its request was answered right, or it did not come where it would have."""
    REGRESSED = "regressed"
    """It was documented or resolved, and came again."""


OPEN: Final = frozenset({ClusterState.OPEN, ClusterState.REGRESSED})
"""Those that count against a route."""
_CLOSED: Final = (ClusterState.DOCUMENTED.value, ClusterState.RESOLVED.value)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a cluster, and how it came into it.

    Args:
        since: When it came into it; a closed one did not come after that.
        reason: Why.
        by: Who or what put it there.
        expires: The last day on which it is accepted.
        config: Digest of the rules that settled it.
    """

    state: ClusterState = ClusterState.OPEN
    since: datetime | None = None
    reason: str = ""
    by: str = ""
    expires: date | None = None
    config: str = ""

    @property
    def open(self) -> bool:
        """Whether it counts against its route."""
        return self.state in OPEN

    @property
    def new(self) -> bool:
        """Whether nobody has said anything of it: it is there since it came first."""
        return self == Standing(since=self.since)

    @property
    def told(self) -> str:
        """The state in words."""
        until = "" if self.expires is None else f" until {self.expires}"
        by = f" by {self.by}" if self.by else ""
        return f"{self.state}{until}{by}" + (f": {' '.join(self.reason.split())}" if self.reason else "")

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "state": str(self.state),
            "since": self.since.isoformat() if self.since else None,
            "reason": self.reason,
            "by": self.by,
            "expires": self.expires.isoformat() if self.expires else None,
        }


def gone(exchanges: int, earlier: int, since: int, fixed_after: int) -> bool:
    """Whether a cluster would have come again in what was compared since.

    Args:
        exchanges: How often it came.
        earlier: Exchanges of its route until then.
        since: Exchanges of its route that were compared since, without it.
        fixed_after: Fewest of them that say so.
    """
    # The rule of three: so many exchanges would have shown a cluster of this share with 95 % confidence.
    return since >= max(fixed_after, math.ceil(3 * earlier / exchanges))


def still_open(today: date) -> ColumnElement[bool]:
    """The condition for rows of ``difference``, joined with their state, whose cluster is open."""
    return or_(
        states.c.state.is_(None),
        states.c.state.in_([state.value for state in OPEN]),
        and_(states.c.state.in_(_CLOSED), differences.c.last > states.c.since),
        and_(states.c.state == ClusterState.ACCEPTED.value, states.c.expires < today),
    )


def state_now(today: date) -> ColumnElement[str]:
    """The state, for rows of ``difference`` joined with their state and grouped by cluster."""
    state, since, expires = (
        func.min(column) for column in (states.c.state, states.c.since, states.c.expires)
    )
    return _state(state, since, expires, func.max(differences.c.last), today)


def _state(
    state: ColumnElement[Any],
    since: ColumnElement[Any],
    expires: ColumnElement[Any],
    last: ColumnElement[Any],
    today: date,
) -> ColumnElement[str]:
    return case(
        (and_(state.in_(_CLOSED), last > since), ClusterState.REGRESSED.value),
        (and_(state == ClusterState.ACCEPTED.value, expires < today), ClusterState.OPEN.value),
        else_=func.coalesce(state, ClusterState.OPEN.value),
    )


def standing_now(row: Row[Any] | None, last: datetime, today: date) -> Standing:
    """Where a cluster stands today.

    Args:
        row: Its row in ``cluster_state``; None without one.
        last: When it came last.
        today: The day.
    """
    if row is None:
        return Standing()
    stored = Standing(ClusterState(row.state), row.since, row.reason, row.who, row.expires, row.config)
    if stored.state in _CLOSED and last > row.since:
        reason = f"it was {stored.state}" + (f" ({row.reason})" if row.reason else "") + " and came again"
        return Standing(ClusterState.REGRESSED, last, reason, config=row.config)
    if stored.expires is not None and stored.expires < today:
        reason = f"it was accepted until {stored.expires}: {stored.reason}"
        return Standing(ClusterState.OPEN, last, reason)
    return stored


async def read_states(connection: AsyncConnection, names: Sequence[str]) -> dict[str, Row[Any]]:
    """The rows of some clusters."""
    found: dict[str, Row[Any]] = {}
    for begin in range(0, len(names), _AT_ONCE):
        some = select(states).where(states.c.cluster.in_(names[begin : begin + _AT_ONCE]))
        found |= {row.cluster: row for row in await connection.execute(some)}
    return found


@dataclass(frozen=True, slots=True)
class Placed:
    """Clusters by where they stand.

    Args:
        states: How many are in each state.
        largest: Names of the open ones that came most often.
        newest: Name of the open one that came first last; empty without any.
    """

    states: Mapping[ClusterState, int]
    largest: Sequence[str]
    newest: str


async def placed(connection: AsyncConnection, asked: str, today: date, most: int) -> Placed:
    """Where the clusters of a dialect stand, in one look at all of them.

    Args:
        connection: The log.
        asked: The dialect in which the new side was asked.
        today: The day.
        most: How many of the largest.
    """
    each = _each(today, differences.c.asked == asked).cte("each_cluster")
    opened = select(each.c.cluster, each.c.exchanges).where(each.c.state.in_([state.value for state in OPEN]))
    largest = opened.order_by(each.c.exchanges.desc(), each.c.cluster).limit(most).subquery()
    newest = opened.order_by(each.c.first.desc(), each.c.cluster).limit(1).subquery()
    counts = select(literal("state").label("what"), each.c.state.label("name"), func.count().label("n"))
    rows = await connection.execute(
        union_all(
            counts.group_by(each.c.state),
            select(literal("largest"), largest.c.cluster, largest.c.exchanges),
            select(literal("newest"), newest.c.cluster, newest.c.exchanges),
        )
    )
    found: dict[str, dict[str, int]] = {"state": {}, "largest": {}, "newest": {}}
    for row in rows:
        found[row.what][row.name] = int(row.n)
    return Placed(
        {state: found["state"].get(state.value, 0) for state in ClusterState},
        sorted(found["largest"], key=lambda name: (-found["largest"][name], name)),
        next(iter(found["newest"]), ""),
    )


def _each(today: date, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Each cluster with its state, how often it came and when it came first."""
    columns = differences.c
    grouped = select(
        columns.cluster,
        func.sum(columns.exchanges).label("exchanges"),
        func.min(columns.first).label("first"),
        func.max(columns.last).label("last"),
    )
    one = grouped.where(*conditions).group_by(columns.cluster).subquery()
    state = _state(states.c.state, states.c.since, states.c.expires, one.c.last, today).label("state")
    there = one.outerjoin(states, states.c.cluster == one.c.cluster)
    return select(one.c.cluster, one.c.exchanges, one.c.first, state).select_from(there)


async def count_states(connection: AsyncConnection, today: date) -> dict[ClusterState, int]:
    """How many clusters are in each state."""
    grouped = _each(today).subquery()
    query = select(grouped.c.state, func.count()).group_by(grouped.c.state)
    found = {ClusterState(row[0]): int(row[1]) for row in await connection.execute(query)}
    return {state: found.get(state, 0) for state in ClusterState}


async def states_since(connection: AsyncConnection, since: datetime) -> dict[ClusterState, int]:
    """How many clusters were put into each state since a time; those that are merely open are new."""
    query = select(states.c.state, func.count()).where(states.c.at >= since).group_by(states.c.state)
    found = {ClusterState(row[0]): int(row[1]) for row in await connection.execute(query)}
    return {state: found.get(state, 0) for state in ClusterState}


def with_states() -> Any:
    """Rows of ``difference``, each with the state of its cluster or none."""
    return differences.outerjoin(states, states.c.cluster == differences.c.cluster)


async def put(
    connection: AsyncConnection,
    changed: Mapping[str, Standing],
    *,
    told: bool = True,
    now: datetime | None = None,
) -> None:
    """Put clusters into states.

    Args:
        connection: The log, within a transaction.
        changed: The states by the names of their clusters.
        told: Nobody has to be told of them.
        now: The time; None for the real one.
    """
    at = now or utc_now()
    rows = [
        {
            "cluster": name,
            "state": standing.state.value,
            "since": standing.since,
            "at": standing.since if standing.new else at,
            "reason": text.clean(standing.reason),
            "who": text.line(standing.by, _LONGEST_WHO)[:_LONGEST_WHO],
            "expires": standing.expires,
            "config": standing.config,
            "told": int(told),
        }
        for name, standing in changed.items()
    ]
    names = list(changed)
    for begin in range(0, len(rows), _AT_ONCE):
        await connection.execute(delete(states).where(states.c.cluster.in_(names[begin : begin + _AT_ONCE])))
        await connection.execute(insert(states), rows[begin : begin + _AT_ONCE])


async def settle_states(connection: AsyncConnection, now: datetime, fixed_after: int) -> None:
    """Store what became of clusters by themselves: new ones, those that came again, that are clean, whose time is over.

    Args:
        connection: The log, within a transaction.
        fixed_after: Fewest exchanges compared without a cluster after which it is resolved.
    """
    query = select(
        differences.c.cluster,
        func.min(differences.c.route).label("route"),
        func.min(differences.c.asked).label("asked"),
        func.sum(differences.c.exchanges).label("exchanges"),
        func.min(differences.c.first).label("first"),
        func.max(differences.c.last).label("last"),
    ).group_by(differences.c.cluster)
    rows = (await connection.execute(query)).all()
    stored = {row.cluster: row for row in await connection.execute(select(states))}
    news: dict[str, Standing] = {}
    back: dict[str, Standing] = {}
    silent: list[Any] = []
    for row in rows:
        state = stored.get(row.cluster)
        standing = standing_now(state, row.last, now.date())
        if state is None:
            news[row.cluster] = Standing(since=row.first)
        elif standing.state is not ClusterState(state.state):
            back[row.cluster] = standing
        if standing.open:
            silent.append(row)
    await put(connection, {**news, **back}, told=False, now=now)
    await put(connection, await _clean(connection, silent, fixed_after), now=now)


async def _clean(connection: AsyncConnection, rows: Collection[Any], fixed_after: int) -> dict[str, Standing]:
    """Those of the clusters that would have come again and did not."""
    if not rows:
        return {}
    started = {row.run: row.started for row in await connection.execute(select(runs.c.run, runs.c.started))}
    place = traffic.c.route, traffic.c.asked
    sums: Select[Any] = select(*place, func.sum(traffic.c.exchanges).label("n")).group_by(*place)
    everything = {(row.route, row.asked): int(row.n) for row in await connection.execute(sums)}
    begin = min(row.last for row in rows).replace(minute=0, second=0, microsecond=0)
    later = select(*place, traffic.c.run, traffic.c.hour, func.sum(traffic.c.exchanges).label("n")).where(
        traffic.c.verdict.in_([str(item) for item in COMPARED]), traffic.c.hour >= begin
    )
    counted: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for part in await connection.execute(later.group_by(*place, traffic.c.run, traffic.c.hour)):
        counted[part.route, part.asked].append(part)
    clean = {}
    for row in rows:
        # The log counts by the hour: of the hour in which it came last, only runs that began later count.
        since = sum(
            int(part.n)
            for part in counted[row.route, row.asked]
            if part.hour > row.last or started.get(part.run, row.last) > row.last
        )
        earlier = everything.get((row.route, row.asked), 0) - since
        if since and gone(int(row.exchanges), earlier, since, fixed_after):
            reason = f"not seen again in {since} compared"
            clean[row.cluster] = Standing(ClusterState.RESOLVED, row.last, reason, _EVIDENCE)
    return clean


async def untold(connection: AsyncConnection) -> dict[str, ClusterState]:
    """The clusters that are new or have regressed, and of which nobody was told."""
    query = select(states.c.cluster, states.c.state).where(
        states.c.told == 0, states.c.state.in_([state.value for state in OPEN])
    )
    return {row.cluster: ClusterState(row.state) for row in await connection.execute(query)}


async def note_told(connection: AsyncConnection, names: Sequence[str]) -> None:
    """Somebody was told of the states of these clusters."""
    there = update(states).where(states.c.cluster == bindparam("name")).values(told=1)
    if names:
        await connection.execute(there, [{"name": name} for name in names])
