"""SQL of badges."""

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables


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
