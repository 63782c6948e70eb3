"""backend.tables.tasks: tasks and their inputs."""

import pytest
from sqlalchemy import Integer, cast, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_inputs_go_with_their_task(scratch_database: Database) -> None:
    """Task 8 has no run and can be deleted."""
    async with scratch_database.write() as connection:
        await connection.execute(delete(tables.task).where(tables.task.c.task_id == 8))
        left = select(func.count()).where(tables.task_inputs.c.task_id == 8)
        assert await connection.scalar(left) == 0


async def test_an_input_has_one_value(scratch_database: Database) -> None:
    """Task and input are the key; the name compares without case."""
    async with scratch_database.write() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(
                insert(tables.task_inputs).values(task_id=1, input="SOURCE_DATA", value="2")
            )


async def test_the_data_set_of_a_task_is_found_by_number(database: Database) -> None:
    """The input is text; a join casts it."""
    inputs = tables.task_inputs
    query = (
        select(tables.dataset.c.did)
        .join(inputs, cast(inputs.c.value, Integer) == tables.dataset.c.did)
        .where(inputs.c.task_id == 1, inputs.c.input == "source_data")
    )
    async with database.read() as connection:
        assert len((await connection.execute(query)).all()) == 1
