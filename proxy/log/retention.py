"""Drop what a diff log need not know any more, and count what was dropped."""

from datetime import datetime, timedelta

from sqlalchemy import Delete, and_, delete, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.reports import Retention
from diffing.model import Outcome
from proxy.log.moments import KEPT
from proxy.log.settling import settle_runs
from proxy.log.tables import deviations, differences, dropped, moments, runs, samples, states, traffic, usages

_AT_ONCE = 500
_SILENT = timedelta(hours=1)
"""A run that has not written for so long has ended: a living one writes every second."""


async def prune(connection: AsyncConnection, run: str, retention: Retention, now: datetime) -> dict[str, int]:
    """Drop old hours and clusters of runs that have ended; those of the others are still being written. Returns
    exchanges in dropped hours, and number of dropped clusters.

    Args:
        connection: The log, within a transaction.
        run: The run that drops; what was dropped is counted in its name.
        retention: What to keep.
    """
    before = now - timedelta(days=retention.days)
    await _forget_bodies(connection, now - timedelta(days=retention.body_days))
    for width, kept in KEPT.items():
        over = and_(moments.c.width == width, moments.c.at < now - kept)
        await connection.execute(delete(moments).where(over))
    # Read first: a DELETE with this as its subquery would lock rows of runs that start at the same time.
    silent = select(runs.c.run).where(runs.c.seen < now - _SILENT, runs.c.run != run)
    ended = list((await connection.execute(silent)).scalars())
    if not ended:
        return {}
    answered = runs.c.served + runs.c.refused + runs.c.client_gone
    killed = select(runs.c.run).where(
        runs.c.run.in_(ended), or_(runs.c.pending > 0, runs.c.received > answered)
    )
    await settle_runs(connection, list((await connection.execute(killed)).scalars()), now)
    # What proxies queued and workers judged must go together, or it would seem to wait, or to be less than nothing.
    queued = traffic.c.verdict == str(Outcome.QUEUED)
    going_on = select(traffic.c.hour).where(queued, traffic.c.run.not_in(ended), traffic.c.hour < before)
    shared = list((await connection.execute(going_on.distinct())).scalars())
    paired = and_(queued, traffic.c.hour.in_(shared))
    old = and_(traffic.c.run.in_(ended), traffic.c.hour < before, not_(paired))
    exchanges = await connection.scalar(select(func.coalesce(func.sum(traffic.c.exchanges), 0)).where(old))
    await connection.execute(delete(traffic).where(old))
    for table in (deviations, usages):
        await connection.execute(delete(table).where(table.c.run.in_(ended), table.c.hour < before))
    lost = {
        "old exchanges": int(exchanges or 0),
        "old clusters": await _clusters(connection, ended, retention, before),
    }
    await _forget_states(connection, before)
    for what, count in lost.items():
        if count:
            row = (dropped.c.run == run) & (dropped.c.what == what)
            there = await connection.scalar(select(dropped.c.exchanges).where(row))
            if there is None:
                await connection.execute(dropped.insert().values(run=run, what=what, exchanges=count))
            else:
                await connection.execute(dropped.update().where(row).values(exchanges=there + count))
    return lost


async def _forget_states(connection: AsyncConnection, before: datetime) -> None:
    """Drop the states of clusters that are not there any more; what somebody accepts holds until its day."""
    known = select(differences.c.cluster)
    over = or_(states.c.expires.is_(None), states.c.expires < before.date())
    await connection.execute(
        delete(states).where(states.c.since < before, over, states.c.cluster.not_in(known))
    )


async def _forget_bodies(connection: AsyncConnection, before: datetime) -> None:
    """Drop what shows differences that were seen before that time only, of every run."""
    same = (samples.c.run == differences.c.run) & (samples.c.cluster == differences.c.cluster)
    old = select(samples.c.run, samples.c.cluster).join(differences, same).where(differences.c.last < before)
    pairs = [(row.run, row.cluster) for row in (await connection.execute(old)).all()]
    for start in range(0, len(pairs), _AT_ONCE):
        await connection.execute(_these(delete(samples), samples.c, pairs[start : start + _AT_ONCE]))


async def _clusters(
    connection: AsyncConnection, ended: list[str], retention: Retention, before: datetime
) -> int:
    columns = differences.c
    ordered = (
        select(columns.run, columns.cluster, columns.last)
        .where(columns.run.in_(ended))
        .order_by(columns.last.desc(), columns.cluster)
    )
    rows = (await connection.execute(ordered)).all()
    gone = [
        (row.run, row.cluster)
        for number, row in enumerate(rows)
        if number >= retention.clusters or row.last < before
    ]
    for start in range(0, len(gone), _AT_ONCE):
        some = gone[start : start + _AT_ONCE]
        for table in (differences, samples):
            await connection.execute(_these(delete(table), table.c, some))
    return len(gone)


def _these(statement: Delete, columns: object, pairs: list[tuple[str, str]]) -> Delete:
    run, cluster = columns.run, columns.cluster  # type: ignore[attr-defined]  # columns of one of our tables
    return statement.where(or_(*(and_(run == one, cluster == other) for one, other in pairs)))
