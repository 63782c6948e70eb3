"""SQL of download counts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

_download = tables.downloads

_DOWNLOADS = select(
    _download.c.user_id, _download.c.knowledge_type, _download.c.knowledge_id, _download.c.count
).order_by(_download.c.knowledge_type, _download.c.knowledge_id, _download.c.user_id)


async def downloads(
    connection: AsyncConnection,
    *,
    user_id: int | None = None,
    kind: str | None = None,
    item: int | None = None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """How often users have downloaded items. Returns rows in the order of item and user.

    Args:
        user_id: By whom; None for everybody.
        kind: Type of the items; None for all types.
        item: Id of the item; None for all.
    """
    conditions: list[ColumnElement[bool]] = []
    if user_id is not None:
        conditions.append(_download.c.user_id == user_id)
    if kind is not None:
        conditions.append(_download.c.knowledge_type == kind)
    if item is not None:
        conditions.append(_download.c.knowledge_id == item)
    return (await connection.execute(_DOWNLOADS.where(*conditions))).all()
