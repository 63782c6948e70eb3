"""Documents of setups."""

import pytest

from backend.database.connections import Database
from backend.setups import queries, shapes

pytestmark = pytest.mark.anyio


async def document(database: Database, setup_id: int) -> shapes.SetupParameters:
    """The parameters of a setup of the sample."""
    async with database.read() as connection:
        row = await queries.setup(connection, setup_id)
        assert row is not None
        return shapes.setup(row, await queries.parameters(connection, [setup_id]))["setup_parameters"]


async def test_values_stay_text(database: Database) -> None:
    """Ids are integers, values are opaque; what a parameter does not have is left out."""
    assert (await document(database, 1)).get("parameter", [])[0] == {
        "id": 12,
        "flow_id": 1,
        "flow_name": "weka.MossTree",
        "full_name": "weka.MossTree(1)_C",
        "parameter_name": "C",
        "name": "C",
        "data_type": "option",
        "default_value": "0.25",
        "value": "0.25",
    }
    last = (await document(database, 1)).get("parameter", [])[-1]
    assert (last["name"], "default_value" in last) == ("output-debug-info", False)


async def test_a_setup_without_parameters_has_no_such_field(database: Database) -> None:
    """Neither alone nor in a list."""
    assert await document(database, 9) == {"setup_id": 9, "flow_id": 5}
    async with database.read() as connection:
        rows = await queries.page(connection, queries.matching(flows=None, setups=[9], tag=None))
    assert shapes.listed(rows, []) == [{"setup_id": 9, "flow_id": 5}]


async def test_differences_are_numbers(database: Database) -> None:
    """Column names are PHP's."""
    async with database.read() as connection:
        rows = await queries.differences(connection, 1, 5, 1)
    (difference,) = shapes.differences(rows)
    assert {name: type(value) for name, value in difference.items()} == dict.fromkeys(
        ("setupA", "setupB", "task_id", "task_size", "differences"), int
    )
