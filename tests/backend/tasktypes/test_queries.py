"""SQL of task types."""

import pytest

from backend.database.connections import Database
from backend.tasktypes import queries

pytestmark = pytest.mark.anyio


async def test_all_types_come_in_the_order_of_their_ids(database: Database) -> None:
    """The list is the same on every call and every database."""
    async with database.read() as connection:
        rows = await queries.every_type(connection)
    assert [row.ttid for row in rows] == list(range(1, 12))


async def test_an_unknown_type_has_no_row(database: Database) -> None:
    """Ids that no row can have find nothing."""
    async with database.read() as connection:
        assert await queries.task_type(connection, -1) == (None, [])


async def test_inputs_of_one_order_come_with_the_last_name_first(database: Database) -> None:
    """PHP's server gives them so; hidden inputs are among them, outputs are not."""
    async with database.read() as connection:
        _, subgroups = await queries.task_type(connection, 8)
        _, curves = await queries.task_type(connection, 3)
    assert [row.name for row in subgroups] == [
        "source_data",
        "target_value",
        "target_feature",
        "time_limit",
        "quality_measure",
    ]
    assert "number_samples" in [row.name for row in curves]
    assert "predictions" not in [row.name for row in curves]
