"""SQL of users."""

import pytest

from backend.database.connections import Database
from backend.users import queries

pytestmark = pytest.mark.anyio


async def test_users_come_in_the_order_of_their_ids(database: Database) -> None:
    """Whatever order they are asked for in; unknown ones are left out."""
    async with database.read() as connection:
        rows = await queries.names(connection, (16, 1, 999))
    assert [row.id for row in rows] == [1, 16]
