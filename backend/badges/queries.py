"""SQL of badges."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Integer,
    Select,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

SOURCE = "source_data"

_awarded = tables.awarded_badges

_RANKS = (
    select(_awarded.c.badge_id, func.max(_awarded.c.rank).label("highest"))
    .where(_awarded.c.user_id == bindparam("user_id"))
    .group_by(_awarded.c.badge_id)
)


async def ranks(connection: AsyncConnection, user_id: int) -> Mapping[int, int]:
    """The ranks that a user was awarded. Returns the highest rank by badge; a badge without a row is missing."""
    found = await connection.execute(_RANKS, {"user_id": user_id})
    return {row.badge_id: row.highest for row in found}


async def award(
    connection: AsyncConnection, user_id: int, badge_id: int, rank: int, moment: datetime
) -> None:
    """Store the rank of a badge, unless a higher one is stored. ``connection``: of a write. ``rank``: the rank that
    was reached; 0 is stored, too, where nothing is (recordings, misc.badges-errors).
    """
    mine = (_awarded.c.user_id == user_id, _awarded.c.badge_id == badge_id)
    # Locked: no key keeps two checks at once from storing two rows.
    stored = list(await connection.scalars(select(_awarded.c.rank).where(*mine).with_for_update()))
    if not stored:
        row = {"badge_id": badge_id, "user_id": user_id, "rank": rank, "awarded_on": moment}
        await connection.execute(insert(_awarded).values(row))
    elif rank > max(stored):
        await connection.execute(update(_awarded).where(*mine).values(rank=rank, awarded_on=moment))


def _best_reaches() -> Select[*tuple[Any, ...]]:
    data, flow, task, run = tables.dataset.c, tables.implementation.c, tables.task.c, tables.run.c
    user_id: BindParameter[int] = bindparam("user_id")
    since: BindParameter[datetime] = bindparam("since")
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
    return select(reaches.c.kind, func.max(reaches.c.reach).label("best")).group_by(reaches.c.kind)


def _reuses() -> CompoundSelect[*tuple[Any, ...]]:
    run, data, flow, setup = tables.run, tables.dataset, tables.implementation, tables.algorithm_setup
    given = tables.task_inputs
    user_id: BindParameter[int] = bindparam("user_id")
    on_data = run.join(given, given.c.task_id == run.c.task_id).join(
        data, data.c.did == cast(given.c.value, Integer)
    )
    with_flow = run.join(setup, setup.c.sid == run.c.setup).join(flow, flow.c.id == setup.c.implementation_id)
    return union_all(
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


_BEST_REACHES = _best_reaches()
_REUSES = _reuses()


async def best_reaches(connection: AsyncConnection, user_id: int, since: datetime) -> Mapping[str, int]:
    """The reach of a user's most liked and downloaded upload of each type. ``since``: from when likes and downloads
    count. Returns the number by type; a type without any is missing.
    """
    found = await connection.execute(_BEST_REACHES, {"user_id": user_id, "since": since})
    return {row.kind: row.best for row in found}


async def mutual_reuses(connection: AsyncConnection, user_id: int) -> int:
    """With how many others a user reuses each other's data sets and flows."""
    others: dict[str, set[int]] = {"by": set(), "of": set()}
    for row in await connection.execute(_REUSES, {"user_id": user_id}):
        others[row.way].add(row.other)
    return len(others["by"] & others["of"])
