"""Many rows at once, on both databases."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.bulk_storing import insert_all, insert_all_ignoring
from backend.database.connections import Database

pytestmark = pytest.mark.anyio

quality = tables.data_quality


def measured(name: str, engine: int = 1, **more: object) -> dict[str, object]:
    """A quality of the data set 47."""
    return {"data": 47, "quality": name, "evaluation_engine_id": engine, **more}


async def test_rows_need_not_have_the_same_columns(scratch_database: Database) -> None:
    """What a row lacks is NULL, or the default of its type."""
    async with scratch_database.write() as connection:
        await insert_all(connection, quality, [measured("ClassEntropy"), measured("kNN1NAUC", value=3)])
        asked = select(quality.c.value).where(quality.c.quality.in_(["ClassEntropy", "kNN1NAUC"]))
        values = list(await connection.scalars(asked.where(quality.c.data == 47).order_by(quality.c.quality)))
        await insert_all(connection, quality, [])
    assert values == [None, "3"]


async def test_a_row_that_is_there_is_refused(scratch_database: Database) -> None:
    """Without IGNORE, as with any insert."""
    async with scratch_database.connect() as connection:
        with pytest.raises(IntegrityError):
            await insert_all(connection, quality, [measured("ClassEntropy"), measured("ClassEntropy")])


async def test_ignoring_keeps_what_can_be_kept(scratch_database: Database) -> None:
    """What is there stays, what refers to nothing is left out, the rest is stored; the transaction goes on."""
    rows = [
        measured("ClassEntropy", value="1"),
        measured("ClassEntropy", value="2"),
        measured("ClassEntropy", engine=99, value="3"),
        measured("NoSuchQuality", value="4"),
        measured("kNN1NAUC", value="5"),
    ]
    async with scratch_database.write() as connection:
        await insert_all_ignoring(connection, quality, rows)
        asked = select(quality.c.value).where(quality.c.data == 47, quality.c.value.in_(list("12345")))
        kept = list(
            await connection.scalars(asked.where(quality.c.quality.in_(["ClassEntropy", "kNN1NAUC"])))
        )
    assert sorted(kept) == ["1", "5"]
