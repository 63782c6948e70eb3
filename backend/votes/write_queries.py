"""SQL that changes likes and downvotes: tables with one row for each item and user."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, case, delete, func, null, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.conflicts import TableRule, rule_of
from backend.database.storing import coerced, insert
from backend.votes.items import KINDS

_like = tables.likes
_down = tables.downvotes
_reason = tables.downvote_reasons


async def like(connection: AsyncConnection, kind: str, item: int, user_id: int, now: datetime) -> None:
    """Store a like. ``kind``: type of the item. Raises IntegrityError: the user likes it already."""
    await insert(
        connection, _like, {"knowledge_type": kind, "knowledge_id": item, "user_id": user_id, "time": now}
    )


async def unlike(connection: AsyncConnection, kind: str, item: int, user_id: int) -> bool:
    """Delete a like. ``kind``: type of the item. ``user_id``: who liked it. Returns whether there was one."""
    done = await connection.execute(
        delete(_like).where(
            _like.c.knowledge_type == kind, _like.c.knowledge_id == item, _like.c.user_id == user_id
        )
    )
    return done.rowcount > 0


async def reason_id(connection: AsyncConnection, text: str) -> int:
    """The id of a reason, which is made when it is new; the column decides which texts are the same. ``text``: the
    reason; cut and stored as the column has it.
    """
    row = coerced(_reason, {"description": text})
    asked = select(_reason.c.reason_id).where(_reason.c.description == row["description"])
    known: int | None = await connection.scalar(asked)
    if known is not None:
        return known
    try:
        return await insert(connection, _reason, row)
    except IntegrityError as error:
        if rule_of(error) is not TableRule.UNIQUE:
            raise
        # Somebody else has made it since it was looked for.
        found = await connection.execute(asked.with_for_update())
        return int(found.scalar_one())


async def downvote(
    connection: AsyncConnection,
    kind: str,
    item: int,
    user_id: int,
    reason: int,
    now: datetime,
    *,
    original: bool,
) -> None:
    """Store a downvote. Raises IntegrityError: the user has voted on the item already.

    Args:
        kind: Type of the item.
        user_id: Who votes.
        reason: Id of the reason; as in PHP it need not be there.
        original: The user names the reason, and does not agree with somebody.
    """
    await insert(
        connection,
        _down,
        {
            "knowledge_type": kind,
            "knowledge_id": item,
            "user_id": user_id,
            "reason": reason,
            "time": now,
            "original": int(original),
        },
    )


async def own_downvote(
    connection: AsyncConnection, kind: str, item: int, user_id: int
) -> Row[*tuple[Any, ...]] | None:
    """The downvote of a user for an item. ``kind``: type of the item. ``user_id``: who voted. Returns a row as of
    ``queries.downvotes``, where an agreement has no count, and an unknown reason no text; None when there is none.
    """
    agreeing = _down.alias("agreeing")
    count = (
        select(func.count() + 1)
        .select_from(agreeing)
        .where(
            agreeing.c.knowledge_type == kind,
            agreeing.c.knowledge_id == item,
            agreeing.c.reason == _down.c.reason,
            agreeing.c.original == 0,
        )
        .scalar_subquery()
    )
    found = await connection.execute(
        select(
            _down.c.user_id,
            _down.c.knowledge_type,
            _down.c.knowledge_id,
            _reason.c.description.label("reason"),
            _down.c.reason.label("reason_id"),
            _down.c.original,
            case((_down.c.original == 1, count), else_=null()).label("count"),
        )
        .outerjoin(_reason, _reason.c.reason_id == _down.c.reason)
        .where(_down.c.knowledge_type == kind, _down.c.knowledge_id == item, _down.c.user_id == user_id)
    )
    return found.first()


async def take_back(connection: AsyncConnection, vote: Row[*tuple[Any, ...]]) -> bool:
    """Delete a downvote; with an original one go all originals for the item and reason, agreements stay. ``vote``: of
    ``own_downvote``. Returns whether it was still there.
    """
    whose = (
        (_down.c.reason == vote.reason_id, _down.c.original == 1)
        if vote.original == 1
        else (_down.c.user_id == vote.user_id,)
    )
    done = await connection.execute(
        delete(_down).where(
            _down.c.knowledge_type == vote.knowledge_type, _down.c.knowledge_id == vote.knowledge_id, *whose
        )
    )
    return done.rowcount > 0


async def votes_for(connection: AsyncConnection, table: Table, kind: str, item: int) -> int | None:
    """How many votes an item has, for the search index. ``table``: ``likes`` or ``downvotes``. ``kind``: type of the
    item. Returns the number; None when there is no such item.
    """
    votes = select(func.count()).where(table.c.knowledge_type == kind, table.c.knowledge_id == item)
    found: int | None = await connection.scalar(
        select(votes.scalar_subquery()).select_from(KINDS[kind].table).where(KINDS[kind].id == item)
    )
    return found
