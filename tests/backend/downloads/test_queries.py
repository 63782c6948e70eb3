"""SQL of download counts."""

import pytest

from backend.database.connections import Database
from backend.downloads import queries

pytestmark = pytest.mark.anyio


async def test_rows_come_by_item_and_user(database: Database) -> None:
    """In the order of the key."""
    async with database.read() as connection:
        rows = await queries.downloads(connection, kind="d", item=61)
    assert [(row.user_id, row._mapping["count"]) for row in rows] == [(2, 3), (16, 1), (64, 12)]


async def test_nothing_restricts_nothing(database: Database) -> None:
    """All rows of all types."""
    async with database.read() as connection:
        rows = await queries.downloads(connection)
    assert {row.knowledge_type for row in rows} == {"d", "f", "t", "r"}
