"""SQL of what changes data sets, on both databases."""

import pytest

from backend.database.connections import Database
from backend.datasets import write_queries

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("name", "version"),
    [("copper_MOTHS", "11"), ("petal-marks", "2"), ("never seen", "1")],
)
async def test_the_next_version_is_one_more(scratch_database: Database, name: str, version: str) -> None:
    """As numbers, whatever the capitals of the name."""
    async with scratch_database.write() as connection:
        assert await write_queries.next_version(connection, name) == version


async def test_of_a_version_that_is_no_number_its_beginning_counts(scratch_database: Database) -> None:
    """As PHP's conversion does it."""
    async with scratch_database.write() as connection:
        row = await write_queries.dataset(connection, 61)
        assert row is not None
        copy = {name: value for name, value in row._mapping.items() if name != "did"}
        for version in ("7.3-beta", "beta"):
            await write_queries.add(connection, {**copy, "version": version})
        assert await write_queries.next_version(connection, "petal-marks") == "8"


@pytest.mark.parametrize(("did", "used"), [(61, True), (64, False), (999999, False)])
async def test_tasks_use_data_sets(scratch_database: Database, did: int, used: bool) -> None:
    """By an input that holds the id as text."""
    async with scratch_database.write() as connection:
        assert await write_queries.used_by_task(connection, did) is used
