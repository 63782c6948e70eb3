"""SQL of single tasks."""

import pytest
from sqlalchemy import insert, update

from backend import tables
from backend.database.connections import Database
from backend.tasks import queries

pytestmark = pytest.mark.anyio


async def test_a_task_comes_with_its_data_set(database: Database) -> None:
    """Name and owner decide what is shown, and to whom."""
    async with database.read() as connection:
        task = await queries.task(connection, 9)
    assert task is not None
    row = task.row
    assert (row.ttid, row.source, row.dataset, row.visibility, row.uploader) == (
        1,
        "130",
        "owners-secret",
        "private",
        16,
    )


async def test_a_task_without_source_data_has_no_data_set(database: Database) -> None:
    """Multitask regression has a list of them instead."""
    async with database.read() as connection:
        task = await queries.task(connection, 180)
    assert task is not None
    assert (task.row.source, task.row.dataset) == (None, None)


async def test_inputs_and_tags_come_in_the_order_of_the_key(database: Database) -> None:
    """As PHP's primary keys have them; one task's, and none of another's."""
    async with database.read() as connection:
        task = await queries.task(connection, 1)
    assert task is not None
    assert list(task.inputs) == [
        "estimation_procedure",
        "evaluation_measures",
        "source_data",
        "target_feature",
    ]
    assert task.tags == ["basic", "study_14", "under100k"]


@pytest.mark.parametrize(("key", "found"), [("5", 5), ("5.0", 5), (" 05", 5), ("99", None), ("x", None)])
async def test_a_record_is_looked_up_by_number(
    scratch_database: Database, key: str, found: int | None
) -> None:
    """A task may store `5.0` as its estimation procedure; where there is none, a template shows an empty element."""
    stored = update(tables.task_inputs).where(tables.task_inputs.c.task_id == 1)
    async with scratch_database.write() as connection:
        await connection.execute(
            stored.where(tables.task_inputs.c.input == queries.LOOKED_UP).values(value=key)
        )
        await connection.execute(
            stored.where(tables.task_inputs.c.input == "source_data").values(input="dataset")
        )
        await connection.execute(
            insert(tables.task_inputs).values(task_id=1, input="math_function", value=key)
        )
        task = await queries.task(connection, 1)
        assert task is not None
        names = [queries.LOOKED_UP, "math_function", "nosuch", "dataset", "task_tag"]
        records = await queries.records(connection, task, names)
    assert {name: row.id for name, row in records.items()} == (
        {} if found is None else {queries.LOOKED_UP: found, "math_function": found}
    )
