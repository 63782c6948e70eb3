"""SQL that changes votes, on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import select

from backend import tables
from backend.database.connections import Database
from backend.votes import write_queries

pytestmark = pytest.mark.anyio

NOW = datetime.fromisoformat("2026-11-22T12:00:00")


async def test_the_column_says_which_reasons_are_the_same(scratch_database: Database) -> None:
    """Capitals do not count, a text is cut to its length, and what latin1 lacks is a question mark."""
    async with scratch_database.write() as connection:
        texts = ["SMELLS of fish", "x" * 300, "x" * 256, "x" * 255, "\u4e00", "?"]
        known, long, same, shorter, foreign, mark = [
            await write_queries.reason_id(connection, t) for t in texts
        ]
    assert known == 1
    assert long == same != shorter
    assert foreign == mark


async def test_an_original_goes_with_all_originals_for_its_reason(scratch_database: Database) -> None:
    """Agreements stay, and other reasons do."""
    async with scratch_database.write() as connection:
        for user, reason, original in ((16, 1, True), (64, 1, False), (2, 2, True)):
            await write_queries.downvote(connection, "d", 61, user, reason, NOW, original=original)
        vote = await write_queries.own_downvote(connection, "d", 61, 16)
        assert vote is not None
        assert (vote.reason, vote.original, vote._mapping["count"]) == ("Smells of fish", 1, 3)
        assert await write_queries.take_back(connection, vote)
        assert not await write_queries.take_back(connection, vote)
        down = tables.downvotes.c
        left = await connection.execute(
            select(down.user_id)
            .where(down.knowledge_type == "d", down.knowledge_id == 61)
            .order_by(down.user_id)
        )
        assert [row.user_id for row in left] == [1, 2, 64, 3229]


async def test_votes_are_counted_for_items_that_are_there(scratch_database: Database) -> None:
    """The search index has no others."""
    async with scratch_database.write() as connection:
        counts = [
            await write_queries.votes_for(connection, tables.likes, "d", item) for item in (61, 62, 999999)
        ]
    assert counts == [3, 0, None]
