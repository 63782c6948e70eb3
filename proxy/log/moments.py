"""Exchanges counted since a time: by the second where the log still has it, else by the minute, else by the hour."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.rollout import Dialect
from proxy.log.tables import moments, runs, traffic

KEPT: Final[Mapping[int, timedelta]] = MappingProxyType({1: timedelta(hours=2), 60: timedelta(hours=25)})
"""How long the log keeps moments, by their width in seconds."""
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CountedFlow:
    """Exchanges of a route with one verdict.

    Args:
        asked: The dialect in which the new side was asked.
        exchanges: How many.
        legacy_seconds: Time of the legacy side, of those where both were asked.
        new_seconds: Time of the new side, of the same.
    """

    route: str
    verdict: str
    asked: str
    exchanges: int
    legacy_seconds: float
    new_seconds: float


async def flows_since(
    connection: AsyncConnection, since: datetime | None, *, never_earlier: bool = False
) -> tuple[list[CountedFlow], datetime | None]:
    """Exchanges since a time.

    Args:
        connection: The log.
        since: The time; None for everything.
        never_earlier: Where the log does not know the second, rather leave some out than count what was before.
    """
    if since is None:
        return await _flows(connection, traffic), None
    since = since.replace(microsecond=0) + timedelta(seconds=never_earlier and since.microsecond > 0)
    hour = since.replace(minute=0, second=0)
    later = traffic.c.hour > hour
    if since == hour:
        return await _flows(connection, traffic, traffic.c.hour >= hour), since
    rest = await _flows(connection, traffic, later)
    whole = await _sum(connection, traffic, traffic.c.hour == hour)
    # Of a run that began later nothing was before, however little is known of its moments.
    begun = select(runs.c.run).where(runs.c.started >= since)
    for width in KEPT:
        begin = since if width == 1 else since.replace(second=0)
        if never_earlier and begin < since:
            begin += timedelta(seconds=width)
        of_hour = and_(moments.c.width == width, moments.c.at >= hour, moments.c.at < hour + _HOUR)
        # Some of it may be gone, or never have been told: then it says nothing.
        if await _sum(connection, moments, of_hour) == whole:
            after = moments.c.at >= begin
            after = or_(after, moments.c.run.in_(begun)) if never_earlier else after
            return rest + await _flows(connection, moments, of_hour, after), begin
    if not never_earlier:
        return rest + await _flows(connection, traffic, traffic.c.hour == hour), hour
    return await _flows(connection, traffic, or_(later, traffic.c.run.in_(begun))), hour + _HOUR


async def _sum(connection: AsyncConnection, table: Table, condition: ColumnElement[bool]) -> int:
    """How many exchanges the rows are about."""
    query = select(func.coalesce(func.sum(table.c.exchanges), 0)).where(condition)
    return int((await connection.execute(query)).scalar_one())


@dataclass(frozen=True, slots=True)
class Timeline:
    """Exchanges over time.

    Args:
        begin: When the first step begins.
        step: How long one is; longer than asked for where the log does not know more.
        count: How many steps there are.
        steps: Exchanges by verdict, of the steps in which there were any, by when they begin.
    """

    begin: datetime
    step: timedelta
    count: int
    steps: Mapping[datetime, Mapping[str, int]]


async def timeline(
    connection: AsyncConnection,
    end: datetime,
    span: timedelta,
    step: timedelta,
    asked: Dialect,
    routes: Collection[str] | None = None,
) -> Timeline:
    """Exchanges by verdict and step of time.

    Args:
        connection: The log.
        end: The last moment.
        span: How far to look back.
        step: How long a step is: whole seconds, minutes or hours.
        asked: The dialect in which the new side was asked.
        routes: Only of these routes.
    """
    width = 1 if step < timedelta(minutes=1) else 60
    if step < _HOUR:
        found = Timeline(*_window(end, span, step), {})
        conditions = [moments.c.width == width, moments.c.asked == asked.value]
        rows = await _by_time(connection, moments.c.at, conditions, found, routes)
        if rows:
            return replace(found, steps=_steps(rows, found))
        step = _HOUR
    found = Timeline(*_window(end, span, step), {})
    rows = await _by_time(connection, traffic.c.hour, [traffic.c.asked == asked.value], found, routes)
    return replace(found, steps=_steps(rows, found))


def _window(end: datetime, span: timedelta, step: timedelta) -> tuple[datetime, timedelta, int]:
    """Begin, length and number of steps; the last one holds the end."""
    midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
    last = midnight + (end - midnight) // step * step
    count = max(1, -(-span // step))
    return last - (count - 1) * step, step, count


async def _by_time(
    connection: AsyncConnection,
    at: Column[Any],
    conditions: list[ColumnElement[bool]],
    wanted: Timeline,
    routes: Collection[str] | None,
) -> list[tuple[datetime, str, int]]:
    columns = at.table.c
    conditions = [*conditions, at >= wanted.begin, at < wanted.begin + wanted.count * wanted.step]
    if routes is not None:
        conditions.append(columns.route.in_(routes))
    query = select(at, columns.verdict, func.sum(columns.exchanges)).where(*conditions)
    rows = await connection.execute(query.group_by(at, columns.verdict))
    return [(row[0], row[1], int(row[2])) for row in rows]


def _steps(rows: Iterable[tuple[datetime, str, int]], wanted: Timeline) -> dict[datetime, Counter[str]]:
    found: dict[datetime, Counter[str]] = {}
    for at, verdict, exchanges in rows:
        place = wanted.begin + (at - wanted.begin) // wanted.step * wanted.step
        found.setdefault(place, Counter())[verdict] += exchanges
    return found


async def _flows(
    connection: AsyncConnection, table: Table, *conditions: ColumnElement[bool]
) -> list[CountedFlow]:
    columns = table.c
    keys = columns.route, columns.asked, columns.verdict
    sums = (func.sum(columns[name]) for name in ("exchanges", "legacy_seconds", "new_seconds"))
    query = select(*keys, *sums).where(*conditions).group_by(*keys)
    return [
        CountedFlow(row[0], row[2], row[1], int(row[3]), float(row[4]), float(row[5]))
        for row in await connection.execute(query)
    ]
