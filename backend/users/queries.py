"""SQL of users."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables


async def names(connection: AsyncConnection, ids: Sequence[int] | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """The names of users, inactive ones too.

    Args:
        connection: To ask.
        ids: Whose; None for everybody's.

    Returns:
        Rows in the order of the id.
    """
    users = tables.users
    statement = select(users.c.id, users.c.first_name, users.c.last_name).order_by(users.c.id)
    if ids is not None:
        statement = statement.where(users.c.id.in_(ids))
    return (await connection.execute(statement)).all()
