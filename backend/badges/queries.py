"""SQL of badges."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Integer, cast, func, insert, literal, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

SOURCE = "source_data"


async def ranks(connection: AsyncConnection, user_id: int) -> Mapping[int, int]:
    """The ranks that a user was awarded.

    Args:
        connection: To ask.
        user_id: The user.

    Returns:
        The highest rank by badge; a badge without a row is missing.
    """
    awarded = tables.awarded_badges.c
    found = await connection.execute(
        select(awarded.badge_id, func.max(awarded.rank).label("highest"))
        .where(awarded.user_id == user_id)
        .group_by(awarded.badge_id)
    )
    return {row.badge_id: row.highest for row in found}


async def award(
    connection: AsyncConnection, user_id: int, badge_id: int, rank: int, moment: datetime
) -> None:
    """Store the rank of a badge, unless a higher one is stored.

    Args:
        connection: Of a write.
        user_id: The user.
        badge_id: The badge.
        rank: The rank that was reached; 0 is stored, too, where nothing is (recordings, misc.badges-errors).
        moment: Now.
    """
    awarded = tables.awarded_badges
    mine = (awarded.c.user_id == user_id, awarded.c.badge_id == badge_id)
    # Locked: no key keeps two checks at once from storing two rows.
    stored = list(await connection.scalars(select(awarded.c.rank).where(*mine).with_for_update()))
    if not stored:
        row = {"badge_id": badge_id, "user_id": user_id, "rank": rank, "awarded_on": moment}
        await connection.execute(insert(awarded).values(row))
    elif rank > max(stored):
        await connection.execute(update(awarded).where(*mine).values(rank=rank, awarded_on=moment))


async def best_reaches(connection: AsyncConnection, user_id: int, since: datetime) -> Mapping[str, int]:
    """The reach of a user's most liked and downloaded upload of each type.

    Args:
        connection: To ask.
        user_id: The user.
        since: From when likes and downloads count.

    Returns:
        The number by type; a type without any is missing.
    """
    data, flow, task, run = tables.dataset.c, tables.implementation.c, tables.task.c, tables.run.c
    own = {
        "d": select(data.did).where(data.uploader == user_id),
        "f": select(flow.id).where(flow.uploader == user_id),
        "t": select(task.task_id).where(task.creator == user_id),
        "r": select(run.rid).where(run.uploader == user_id),
    }
    received = union_all(
        *(
            select(literal(kind).label("kind"), votes.c.knowledge_id.label("item")).where(
                votes.c.knowledge_type == kind, votes.c.knowledge_id.in_(items), votes.c.time >= since
            )
            for kind, items in own.items()
            for votes in (tables.likes, tables.downloads)
        )
    ).subquery()
    reaches = (
        select(received.c.kind, func.count().label("reach"))
        .group_by(received.c.kind, received.c.item)
        .subquery()
    )
    found = await connection.execute(
        select(reaches.c.kind, func.max(reaches.c.reach).label("best")).group_by(reaches.c.kind)
    )
    return {row.kind: row.best for row in found}


async def mutual_reuses(connection: AsyncConnection, user_id: int) -> int:
    """With how many others a user reuses each other's data sets and flows.

    Args:
        connection: To ask.
        user_id: The user.

    Returns:
        The number of others.
    """
    run, data, flow, setup = tables.run, tables.dataset, tables.implementation, tables.algorithm_setup
    given = tables.task_inputs
    on_data = run.join(given, given.c.task_id == run.c.task_id).join(
        data, data.c.did == cast(given.c.value, Integer)
    )
    with_flow = run.join(setup, setup.c.sid == run.c.setup).join(flow, flow.c.id == setup.c.implementation_id)
    pairs = union_all(
        *(
            select(literal(way).label("way"), other.label("other"))
            .select_from(source)
            .where(mine == user_id, other != user_id, *conditions)
            .distinct()
            for source, owner, conditions in (
                (on_data, data.c.uploader, (given.c.input == SOURCE,)),
                (with_flow, flow.c.uploader, ()),
            )
            for way, mine, other in (("by", owner, run.c.uploader), ("of", run.c.uploader, owner))
        )
    )
    others: dict[str, set[int]] = {"by": set(), "of": set()}
    for row in await connection.execute(pairs):
        others[row.way].add(row.other)
    return len(others["by"] & others["of"])
