"""SQL of what changes runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.runs import write_queries

if TYPE_CHECKING:
    from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_a_run_is_removed_once(scratch_database: Database) -> None:
    """The second time there is nothing to remove; a run of a study cannot be removed."""
    async with scratch_database.write() as connection:
        assert await write_queries.remove(connection, 41)
        assert not await write_queries.remove(connection, 41)
        with pytest.raises(IntegrityError):
            await write_queries.remove(connection, 25)


async def test_measures_and_functions(scratch_database: Database) -> None:
    """A kernel is a function and no measure; capitals count."""
    names = ["kappa", "RBFKernel", "KAPPA"]
    async with scratch_database.read() as connection:
        assert await write_queries.evaluation_measures(connection, names) == {"kappa"}
        assert set(await write_queries.functions(connection, names)) == {"kappa", "RBFKernel"}


async def test_the_task_and_the_record_of_a_run(scratch_database: Database) -> None:
    """What an engine said last, until it is forgotten with all that hangs on it."""
    score = tables.evaluation
    async with scratch_database.write() as connection:
        run = await write_queries.task_of(connection, 25)
        assert run is not None
        assert run.task_id == 1
        assert await write_queries.task_of(connection, 999_999) is None
        record = await write_queries.record(connection, 25, 1)
        assert record is not None
        assert (record.error, record.num_tries) == (None, 1)
        assert await write_queries.record(connection, 25, 99) is None
        await write_queries.forget(connection, 25, 1)
        asked = select(func.count()).select_from(score).where(score.c.source == 25)
        assert await connection.scalar(asked.where(score.c.evaluation_engine_id == 1)) == 0
        assert await connection.scalar(asked) != 0


async def test_rows_are_stored_as_php_stores_them(scratch_database: Database) -> None:
    """Texts of numbers are numbers; no row is no statement."""
    row = {"source": 25, "function_id": 1, "evaluation_engine_id": 1, "value": "1e-5x", "stdev": None}
    async with scratch_database.write() as connection:
        await write_queries.store(connection, tables.evaluation, [])
        await write_queries.store(connection, tables.evaluation, [{**row, "array_data": None}])
        found = await connection.scalar(
            select(tables.evaluation.c.value).where(
                tables.evaluation.c.source == 25, tables.evaluation.c.function_id == 1
            )
        )
    assert found == 1e-05
