"""SQL of users."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

_users = tables.users

_ALL_NAMES = select(_users.c.id, _users.c.first_name, _users.c.last_name).order_by(_users.c.id)
_NAMES = _ALL_NAMES.where(_users.c.id.in_(bindparam("ids", expanding=True)))


async def names(connection: AsyncConnection, ids: Sequence[int] | None) -> Sequence[Row[*tuple[Any, ...]]]:
    """The names of users, inactive ones too. ``ids``: whose; None for everybody's. Returns rows in the order of the
    id.
    """
    asked = connection.execute(_ALL_NAMES) if ids is None else connection.execute(_NAMES, {"ids": ids})
    return (await asked).all()
