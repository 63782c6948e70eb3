"""SQL of single tasks."""

import pytest

from backend.database.connections import Database
from backend.tasks import queries

pytestmark = pytest.mark.anyio


async def test_a_task_comes_with_its_data_set(database: Database) -> None:
    """Name and owner decide what is shown, and to whom."""
    async with database.read() as connection:
        row = await queries.task(connection, 9)
    assert row is not None
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
        row = await queries.task(connection, 180)
    assert row is not None
    assert (row.source, row.dataset) == (None, None)


async def test_inputs_come_in_the_order_of_their_names(database: Database) -> None:
    """As PHP's primary key has them."""
    async with database.read() as connection:
        values = await queries.inputs(connection, 1)
    assert list(values) == ["estimation_procedure", "evaluation_measures", "source_data", "target_feature"]


@pytest.mark.parametrize("key", ["5", "5.0", " 05"])
async def test_a_record_is_looked_up_by_number(database: Database, key: str) -> None:
    """A task may store `5.0` as its estimation procedure."""
    async with database.read() as connection:
        record = await queries.record(connection, "estimation_procedure", key)
    assert (record["id"], record["percentage"]) == (5, 33)


@pytest.mark.parametrize(
    ("table", "key"), [("estimation_procedure", "99"), ("nosuch", "1"), ("task_tag", "x")]
)
async def test_what_cannot_be_looked_up_gives_nothing(database: Database, table: str, key: str) -> None:
    """A template then shows an empty element."""
    async with database.read() as connection:
        assert await queries.record(connection, table, key) == {}


async def test_tags_come_in_the_order_of_the_key(database: Database) -> None:
    """One task's, and none of another's."""
    async with database.read() as connection:
        assert await queries.tags(connection, 1) == ["basic", "study_14", "under100k"]
