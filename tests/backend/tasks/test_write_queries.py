"""SQL of what changes tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.tasks import write_queries as queries
from tests.backend.conftest import NOW

if TYPE_CHECKING:
    from backend.database.connections import Database

pytestmark = pytest.mark.anyio

INPUTS = {"source_data": "61", "target_feature": "class", "estimation_procedure": "3"}


@pytest.mark.parametrize(
    ("inputs", "found"),
    [
        (INPUTS, True),
        ({**INPUTS, "target_feature": "CLASS "}, True),
        ({**INPUTS, "cost_matrix": "[]"}, False),
        ({"source_data": "61", "target_feature": "class"}, False),
        ({**INPUTS, "target_feature": 'a"b'}, False),
        ({**INPUTS, "target_feature": "€→"}, False),
    ],
)
async def test_twins_have_the_same_inputs(
    scratch_database: Database, inputs: dict[str, str], *, found: bool
) -> None:
    """All of them and no other, as the column compares."""
    async with scratch_database.write() as connection:
        task_id = await queries.add(connection, 1, INPUTS, 2, NOW)
        assert await queries.twins(connection, 1, inputs) == ([task_id] if found else [])
        assert await queries.twins(connection, 2, inputs) == []
        around = (task_id - 1, task_id + 1)
        assert bool(await queries.twins(connection, 1, inputs, between=around)) is found
        assert await queries.twins(connection, 1, inputs, between=(0, task_id)) == []
        assert await queries.newest(connection) == task_id


async def test_a_task_without_a_data_set_has_no_twin(scratch_database: Database) -> None:
    """As in PHP, which joins the data set."""
    inputs = {"source_data_list": "[68, 69]", "target_feature": "y", "estimation_procedure": "29"}
    async with scratch_database.write() as connection:
        await queries.add(connection, 9, inputs, 2, NOW)
        assert await queries.twins(connection, 9, inputs) == []


async def test_the_last_status_decides_what_is_active(database: Database) -> None:
    """33 is deactivated, 38 has no status at all."""
    async with database.read() as connection:
        assert await queries.active(connection, [61, 33, 38, 999999]) == {61}


async def test_a_task_comes_with_what_uses_it(scratch_database: Database) -> None:
    """Runs and studies."""
    async with scratch_database.write() as connection:
        rows = [await queries.with_uses(connection, task_id) for task_id in (1, 59999, 8, 999999)]
    assert [row and (bool(row.runs), bool(row.studied)) for row in rows] == [
        (True, True),
        (False, True),
        (False, False),
        None,
    ]
