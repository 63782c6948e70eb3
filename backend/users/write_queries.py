"""SQL that deletes users."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, delete, exists, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

_users = tables.users


def _referring(*, cascading: bool) -> tuple[Column[Any], ...]:
    """The columns whose foreign keys refer to users: on SQLite, which has two files, nobody but us heeds them."""
    return tuple(
        key.parent
        for table in tables.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is _users.c.id and (key.ondelete == "CASCADE") == cascading
    )


_RESOURCES: Sequence[Column[Any]] = (*_referring(cascading=False), tables.file.c.creator)
"""What keeps an account: data sets, flows, tasks, runs, studies, their descriptions and members; and files."""

_BELONGINGS: Sequence[Column[Any]] = (
    *_referring(cascading=True),
    tables.likes.c.user_id,
    tables.downvotes.c.user_id,
    tables.downloads.c.user_id,
    tables.awarded_badges.c.user_id,
    tables.users_groups.c.user_id,
)
"""What goes with an account: tags, topics, votes, counts of downloads, badges and rights."""


async def is_there(connection: AsyncConnection, user_id: int) -> bool:
    """Whether there is a user. ``user_id``: the user; nobody else can delete it meanwhile."""
    asked = select(_users.c.id).where(_users.c.id == user_id).with_for_update()
    return await connection.scalar(asked) is not None


async def resources(connection: AsyncConnection, user_id: int) -> list[str]:
    """What keeps an account from being deleted. Returns the tables in which something is the user's; none when there
    is nothing.
    """
    found = await connection.execute(
        union_all(
            *(
                select(literal(column.table.name)).where(exists().where(column == user_id))
                for column in _RESOURCES
            )
        )
    )
    return sorted({str(row[0]) for row in found})


async def remove(connection: AsyncConnection, user_id: int) -> None:
    """Delete a user with all that goes along. Raises IntegrityError: something is the user's by now."""
    for column in _BELONGINGS:
        await connection.execute(delete(column.table).where(column == user_id))
    await connection.execute(delete(_users).where(_users.c.id == user_id))
