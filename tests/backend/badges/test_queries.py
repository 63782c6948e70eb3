"""SQL of badges."""

from datetime import datetime

import pytest

from backend.badges import queries
from backend.database.connections import Database

pytestmark = pytest.mark.anyio

NOW = datetime.fromisoformat("2026-11-22T01:00:00")


@pytest.mark.parametrize(("user", "ranks"), [(1, {0: 1, 1: 2, 2: 2}), (16, {2: 1}), (999, {})])
async def test_ranks_are_those_awarded(database: Database, user: int, ranks: dict[int, int]) -> None:
    """A badge without a row is missing."""
    async with database.read() as connection:
        assert await queries.ranks(connection, user) == ranks


async def test_only_a_higher_rank_is_stored(scratch_database: Database) -> None:
    """A first one always, a lower one never (recordings, misc.badges-errors)."""
    async with scratch_database.write() as connection:
        for user, rank in ((402, 0), (16, 0), (1, 3)):
            await queries.award(connection, user, 2, rank, NOW)
        ranks = [(await queries.ranks(connection, user)).get(2) for user in (402, 16, 1)]
    assert ranks == [0, 1, 3]


async def test_the_best_reach_of_each_type(database: Database) -> None:
    """Data set 61 of user 16 has three likes and three downloads."""
    async with database.read() as connection:
        assert (await queries.best_reaches(connection, 16, NOW.replace(year=2013)))["d"] == 6
