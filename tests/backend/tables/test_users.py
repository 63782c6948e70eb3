"""backend.tables.users: accounts and their keys."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_a_key_is_found_in_any_capitals(database: Database) -> None:
    """session_hash compares without case, as the collation of the table says."""
    query = select(tables.users.c.id).where(tables.users.c.session_hash == "da1a" + "0" * 28)
    async with database.read() as connection:
        assert await connection.scalar(query) == 16


async def test_two_users_cannot_share_a_key(scratch_database: Database) -> None:
    """The key is unique."""
    users = tables.users
    async with scratch_database.write() as connection:
        change = update(users).where(users.c.id == 2).values(session_hash="abc")
        with pytest.raises(IntegrityError):
            await connection.execute(change)


async def test_a_row_may_have_no_key(database: Database) -> None:
    """Unique does not count NULL."""
    query = select(tables.users.c.id).where(tables.users.c.session_hash.is_(None))
    async with database.read() as connection:
        assert list(await connection.scalars(query)) == [2222]
