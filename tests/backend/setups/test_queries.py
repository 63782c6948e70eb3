"""SQL of setups."""

from collections.abc import Mapping

import pytest

from backend.database.connections import Database
from backend.setups import queries

pytestmark = pytest.mark.anyio


async def test_parameters_come_once_and_by_id(database: Database) -> None:
    """Setup 1 has several tags, which is why PHP repeats its parameters."""
    async with database.read() as connection:
        rows = await queries.parameters(connection, [1])
    assert [row.id for row in rows] == sorted({row.id for row in rows})


async def test_filters_are_joined_by_and(database: Database) -> None:
    """Flow, ids and tag."""
    found = queries.matching(flows=[1, 14], setups=[1, 2, 9, 62], tag="tuned")
    async with database.read() as connection:
        assert [row.sid for row in await queries.page(connection, found)] == [2]
        assert await queries.number_of(connection, found) == 1


@pytest.mark.parametrize(
    ("values", "exactly", "found"),
    [
        ({12: "0.25"}, True, [52]),
        ({12: "0.250"}, True, []),
        ({}, True, []),
        ({12: "0.25", 13: "1000"}, False, []),
        ({12: "\U0001f332"}, False, []),
    ],
)
async def test_setups_are_found_by_their_values(
    database: Database, values: Mapping[int, str], exactly: bool, found: list[int]
) -> None:
    """Exactly these, or at least these; a value is text and not a number."""
    async with database.read() as connection:
        rows = await queries.page(connection, queries.with_settings(1, values, exactly=exactly))
    assert [row.sid for row in rows] == found


async def test_parameter_names_are_case_sensitive(database: Database) -> None:
    """As the column compares."""
    async with database.read() as connection:
        assert await queries.inputs(connection, [1], ["C", "c", "M"]) == {(1, "C"): 12, (1, "M"): 13}


async def test_differences_do_not_ask_which_setup_comes_first(database: Database) -> None:
    """They are stored with the lower id first."""
    async with database.read() as connection:
        there, back = [await queries.differences(connection, *pair, None) for pair in ((1, 5), (5, 1))]
        assert there == back
        assert len(there) == 1
        assert await queries.differences(connection, 1, 5, 2) == []
