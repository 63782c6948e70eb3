"""SQL of votes: likes, and downvotes with a reason (legacy notes, flow 6).

An original downvote names a reason; others agree with it. How many agree is counted per item and reason.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.batches import first, rows

Rows = Sequence[Row[*tuple[Any, ...]]]

_like = tables.likes
_down = tables.downvotes
_reason = tables.downvote_reasons


def _counted_downvotes() -> Select[*tuple[Any, ...]]:
    agreeing = _down.alias("agreeing")
    count = (
        select(func.count())
        .select_from(agreeing)
        .where(
            agreeing.c.knowledge_type == _down.c.knowledge_type,
            agreeing.c.knowledge_id == _down.c.knowledge_id,
            agreeing.c.reason == _down.c.reason,
            agreeing.c.original == 0,
        )
        .scalar_subquery()
    )
    return (
        select(
            _down.c.user_id,
            _down.c.knowledge_type,
            _down.c.knowledge_id,
            _reason.c.description.label("reason"),
            _reason.c.reason_id,
            _down.c.original,
            (count + 1).label("count"),
        )
        .join(_reason, _reason.c.reason_id == _down.c.reason)
        .where(_down.c.original == 1)
        .order_by(_down.c.knowledge_type, _down.c.knowledge_id, _down.c.user_id)
    )


_LIKES = select(_like.c.user_id, _like.c.knowledge_type, _like.c.knowledge_id).order_by(
    _like.c.knowledge_type, _like.c.knowledge_id, _like.c.user_id
)
_BARE_DOWNVOTES = select(
    _down.c.user_id, _down.c.knowledge_type, _down.c.knowledge_id, _down.c.original
).order_by(_down.c.knowledge_type, _down.c.knowledge_id, _down.c.user_id)
_DOWNVOTES = _counted_downvotes()
_LIKE_OF_USER = select(_like.c.lid).where(
    _like.c.knowledge_type == bindparam("kind"),
    _like.c.knowledge_id == bindparam("item"),
    _like.c.user_id == bindparam("user_id"),
)
_REASON_OF_USER = select(_down.c.reason).where(
    _down.c.knowledge_type == bindparam("kind"),
    _down.c.knowledge_id == bindparam("item"),
    _down.c.user_id == bindparam("user_id"),
)


async def likes(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Rows:
    """Likes. ``conditions``: on ``tables.likes``. Returns rows in the order of item and user."""
    return (await connection.execute(_LIKES.where(*conditions))).all()


async def bare_downvotes(connection: AsyncConnection) -> Rows:
    """All downvotes, the agreeing ones too. Returns rows in the order of item and user."""
    return await rows(connection, _BARE_DOWNVOTES, {})


async def downvotes(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Rows:
    """Original downvotes with the text of their reason and the number of those who share it. ``conditions``: on
    ``tables.downvotes``. Returns rows in the order of item and user.
    """
    return (await connection.execute(_DOWNVOTES.where(*conditions))).all()


async def has_liked(connection: AsyncConnection, user_id: int, kind: str, item: int) -> bool:
    """Whether a user likes an item. ``kind``: type of the item."""
    return (
        await first(connection, _LIKE_OF_USER, {"user_id": user_id, "kind": kind, "item": item}) is not None
    )


async def reason_of(connection: AsyncConnection, user_id: int, kind: str, item: int) -> int | None:
    """Why a user has voted an item down, or agrees with it. ``kind``: type of the item. Returns id of the reason; None
    when the user has not.
    """
    return await connection.scalar(_REASON_OF_USER, {"user_id": user_id, "kind": kind, "item": item})
