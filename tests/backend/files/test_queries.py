"""SQL of stored files."""

import pytest

from backend.database.connections import Database
from backend.files import queries

pytestmark = pytest.mark.anyio


async def test_names_come_in_the_order_of_the_columns(database: Database) -> None:
    """Of the data set that the file belongs to."""
    async with database.read() as connection:
        assert await queries.feature_names(connection, 130) == ["V1", "V2", "V3", "V4", "class"]


async def test_a_file_of_no_data_set_has_no_columns(database: Database) -> None:
    """The source of a flow, for example."""
    async with database.read() as connection:
        assert await queries.feature_names(connection, 305) == []


async def test_an_unknown_file_has_no_row(database: Database) -> None:
    """Nothing is found."""
    async with database.read() as connection:
        assert await queries.file(connection, 999999) is None


async def test_the_data_of_a_task(database: Database) -> None:
    """Its id is text in the task's input."""
    async with database.read() as connection:
        row = await queries.data_of_task(connection, 1)
    assert row is not None
    assert row.did == 61
