"""backend.tables.qualities: the qualities of data sets and their names."""

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_renaming_a_quality_renames_its_values(scratch_database: Database) -> None:
    """The key from data_quality follows updates."""
    quality, values = tables.quality, tables.data_quality
    async with scratch_database.write() as connection:
        count = await connection.scalar(select(func.count()).where(values.c.quality == "NumberOfInstances"))
        await connection.execute(
            update(quality).where(quality.c.name == "NumberOfInstances").values(name="Rows")
        )
        assert await connection.scalar(select(func.count()).where(values.c.quality == "Rows")) == count


async def test_values_of_unknown_qualities_are_refused(scratch_database: Database) -> None:
    """Every quality is defined once, in exactly these capitals."""
    async with scratch_database.write() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(
                insert(tables.data_quality).values(
                    data=61, quality="numberofinstances", evaluation_engine_id=1, value="1"
                )
            )
