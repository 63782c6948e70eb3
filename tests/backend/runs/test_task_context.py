"""What a task says to those who upload runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from backend import tables
from backend.runs.scores import SplitProcedure
from backend.runs.task_context import task_context

if TYPE_CHECKING:
    from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_a_whole_task(scratch_database: Database) -> None:
    """Data set, its size and the estimation procedure come at once."""
    async with scratch_database.read() as connection:
        context = await task_context(connection, 1)
    assert context is not None
    assert (context.source, context.dataset_id, context.counted) == ("61", 61, True)
    assert context.procedure == SplitProcedure("crossvalidation", 1, 10, samples=False, instances=150.0)


@pytest.mark.parametrize(
    ("task_id", "lacking"),
    [(24, {"source", "dataset_id", "counted"}), (160, {"named_procedure", "procedure"}), (25, {"counted"})],
)
async def test_a_task_that_is_not_whole(scratch_database: Database, task_id: int, lacking: set[str]) -> None:
    """What it lacks is said, one by one."""
    async with scratch_database.read() as connection:
        context = await task_context(connection, task_id)
    fields = ("source", "named_procedure", "dataset_id", "counted", "procedure")
    assert {name for name in fields if getattr(context, name) in (None, False)} == lacking


async def test_an_unknown_task(scratch_database: Database) -> None:
    """There is nothing to say."""
    async with scratch_database.read() as connection:
        assert await task_context(connection, 999_999) is None


@pytest.mark.parametrize(("text", "number"), [("1.0E3", 1000.0), (None, 0.0), ("many", 0.0), ("1e999", 0.0)])
async def test_the_size_is_stored_as_text(
    scratch_database: Database, text: str | None, number: float
) -> None:
    """A size that is no number counts as 0."""
    quality = tables.data_quality
    async with scratch_database.write() as connection:
        await connection.execute(
            update(quality)
            .where(quality.c.data == 61, quality.c.quality == "NumberOfInstances")
            .values(value=text)
        )
        context = await task_context(connection, 1)
    assert context is not None
    assert context.counted
    assert context.procedure is not None
    assert context.procedure.instances == number
