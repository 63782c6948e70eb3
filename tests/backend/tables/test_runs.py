"""backend.tables.runs: what goes along with a run, and what keeps it."""

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_evaluations_and_files_go_with_their_run(scratch_database: Database) -> None:
    """Run 48 is in no study and can be deleted."""
    async with scratch_database.write() as connection:
        await connection.execute(delete(tables.run).where(tables.run.c.rid == 48))
        left = [
            await connection.scalar(select(func.count()).where(column == 48))
            for column in (
                tables.evaluation.c.source,
                tables.evaluation_fold.c.source,
                tables.run_evaluated.c.run_id,
                tables.runfile.c.source,
                tables.run_tag.c.id,
                tables.trace.c.run_id,
            )
        ]
    assert left == [0] * 6


async def test_a_study_keeps_its_runs(scratch_database: Database) -> None:
    """Run 25 is in a study."""
    async with scratch_database.write() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(delete(tables.run).where(tables.run.c.rid == 25))


async def test_measures_are_told_apart_by_capitals(scratch_database: Database) -> None:
    """The unique name of a measure has a binary collation."""
    async with scratch_database.write() as connection:
        row = dict((await connection.execute(select(tables.math_function).limit(1))).mappings().one())
        del row["id"]
        await connection.execute(insert(tables.math_function).values(row | {"name": row["name"].upper()}))
