"""SQL of topics, on both databases."""

import pytest

from backend.database.connections import Database
from backend.datasets import topic_queries

pytestmark = pytest.mark.anyio


async def test_a_topic_is_taken_whatever_its_capitals(scratch_database: Database) -> None:
    """What no column can hold was never there."""
    async with scratch_database.write() as connection:
        assert await topic_queries.take(connection, 131, "☃") is False
        assert await topic_queries.take(connection, 131, "BOTANY") is True
        assert await topic_queries.topics(connection, 131) == []
