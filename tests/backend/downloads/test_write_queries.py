"""SQL that changes download counts, on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import update

from backend import tables
from backend.database.connections import Database
from backend.downloads import write_queries

pytestmark = pytest.mark.anyio

NOW = datetime.fromisoformat("2026-11-22T12:00:00")


async def test_a_count_stays_where_the_column_ends(scratch_database: Database) -> None:
    """It is a small integer, and PHP's session is not strict."""
    async with scratch_database.write() as connection:
        assert await write_queries.count(connection, "d", 62, 2, NOW) == 1
        await connection.execute(
            update(tables.downloads).where(tables.downloads.c.user_id == 2).values(count=32766)
        )
        counts = [await write_queries.count(connection, "d", 62, 2, NOW) for _ in range(2)]
    assert counts == [32767, 32767]


async def test_totals_are_those_of_items_that_are_there(scratch_database: Database) -> None:
    """Users and downloads of data set 61; none of a data set that nobody downloaded; no numbers of no data set."""
    async with scratch_database.write() as connection:
        totals = [await write_queries.totals(connection, "d", item) for item in (61, 62, 999999)]
    assert totals == [(3, 16), (0, 0), None]
