"""backend.tables.features: the features of data sets."""

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_features_go_with_the_processing_that_found_them(scratch_database: Database) -> None:
    """Features, their values and descriptions hang on data_processed."""
    processed = tables.data_processed
    async with scratch_database.write() as connection:
        await connection.execute(delete(processed).where(processed.c.did == 61))
        left = [
            await connection.scalar(select(func.count()).where(column == 61))
            for column in (
                tables.data_feature.c.did,
                tables.data_feature_value.c.did,
                tables.data_feature_description.c.did,
            )
        ]
    assert left == [0, 0, 0]


async def test_values_differ_by_capitals_only_once(scratch_database: Database) -> None:
    """Nominal values tell capitals apart; the same value twice is refused."""
    values = tables.data_feature_value
    async with scratch_database.write() as connection:
        did, index = (await connection.execute(select(values.c.did, values.c.index).limit(1))).one()
        for value in ("Unheard", "unheard"):
            await connection.execute(insert(values).values(did=did, index=index, value=value))
        with pytest.raises(IntegrityError):
            await connection.execute(insert(values).values(did=did, index=index, value="unheard "))
