"""SQL that changes download counts: one row for each item and user."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.conflicts import TableRule, rule_of
from backend.database.storing import coerced, insert
from backend.votes.items import KINDS

_download = tables.downloads


async def count(connection: AsyncConnection, kind: str, item: int, user_id: int, now: datetime) -> int:
    """Count a download; the time of the first one stays. ``kind``: type of the item. Returns how often the user has
    downloaded it now.
    """
    before = await _counted(connection, kind, item, user_id)
    if before is None:
        row = {"knowledge_type": kind, "knowledge_id": item, "user_id": user_id, "count": 1, "time": now}
        try:
            await insert(connection, _download, row)
        except IntegrityError as error:
            if rule_of(error) is not TableRule.UNIQUE:
                raise
            # The same user's other download was faster.
            before = await _counted(connection, kind, item, user_id)
        else:
            return 1
    # The column ends somewhere, and then the count stays.
    values = coerced(_download, {"count": (before or 0) + 1})
    await connection.execute(update(_download).where(*_of(kind, item, user_id)).values(values))
    return int(values["count"])


async def remove(
    connection: AsyncConnection, kind: str, item: int, user_id: int
) -> Row[*tuple[Any, ...]] | None:
    """Delete a user's count for an item. ``kind``: type of the item. ``user_id``: who downloaded it. Returns the row
    that was there; None when there was none.
    """
    of = _of(kind, item, user_id)
    row = (await connection.execute(select(_download).where(*of).with_for_update())).first()
    if row is not None:
        await connection.execute(delete(_download).where(*of))
    return row


async def totals(connection: AsyncConnection, kind: str, item: int) -> tuple[int, int] | None:
    """How many users have downloaded an item, and how often in all, for the search index. ``kind``: type of the item.
    Returns both numbers; None when there is no such item.
    """
    known = KINDS[kind]
    counted = (_download.c.knowledge_type == kind) & (_download.c.knowledge_id == known.id)
    found = await connection.execute(
        select(func.count(_download.c.did), func.coalesce(func.sum(_download.c.count), 0))
        .select_from(known.table)
        .outerjoin(_download, counted)
        .where(known.id == item)
        .group_by(known.id)
    )
    row = found.first()
    return None if row is None else (int(row[0]), int(row[1]))


async def _counted(connection: AsyncConnection, kind: str, item: int, user_id: int) -> int | None:
    asked = select(_download.c.count).where(*_of(kind, item, user_id))
    found: int | None = await connection.scalar(asked.with_for_update())
    return found


def _of(kind: str, item: int, user_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        _download.c.knowledge_type == kind,
        _download.c.knowledge_id == item,
        _download.c.user_id == user_id,
    )
