"""SQL of what engines store, on both databases."""

import pytest
from sqlalchemy import func, select

from backend import tables
from backend.database.connections import Database
from backend.datasets import engine_queries
from tests.backend.conftest import NOW

pytestmark = pytest.mark.anyio


async def test_a_new_processing_takes_the_old_results_along(scratch_database: Database) -> None:
    """As MySQL's REPLACE does, by the keys of features and qualities."""
    async with scratch_database.write() as connection:
        await engine_queries.replace_processing(
            connection, 61, 1, user_id=1, now=NOW, num_tries=2, error="no"
        )
        row = await engine_queries.processing(connection, 61, 1)
        assert row is not None
        assert (row.error, row.num_tries) == ("no", 2)
        assert await engine_queries.places(connection, 61) == []
        quality = tables.data_quality
        left = select(func.count()).select_from(quality)
        assert (
            await connection.scalar(left.where(quality.c.data == 61, quality.c.evaluation_engine_id == 1))
            == 0
        )


async def test_a_processing_that_is_there_stays(scratch_database: Database) -> None:
    """And one of an unknown engine is none."""
    async with scratch_database.write() as connection:
        before = await engine_queries.processing(connection, 61, 1)
        await engine_queries.add_processing(connection, 61, 1, 2, NOW)
        await engine_queries.add_processing(connection, 61, 99, 2, NOW)
        assert await engine_queries.processing(connection, 61, 1) == before
        assert await engine_queries.processing(connection, 61, 99) is None
        assert not await engine_queries.has_engine(connection, 99)
        assert await engine_queries.has_engine(connection, 1)
