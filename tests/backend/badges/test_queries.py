"""SQL of badges."""

import pytest

from backend.badges import queries
from backend.database import Database

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("user", "ranks"), [(1, {0: 1, 1: 2, 2: 2}), (16, {2: 1}), (999, {})])
async def test_ranks_are_those_awarded(database: Database, user: int, ranks: dict[int, int]) -> None:
    """A badge without a row is missing."""
    async with database.read() as connection:
        assert await queries.ranks(connection, user) == ranks
