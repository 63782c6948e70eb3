"""SQL that deletes users, on both databases."""

import pytest
from sqlalchemy import insert

from backend import tables
from backend.database.connections import Database
from backend.users import write_queries

pytestmark = pytest.mark.anyio


async def test_what_is_a_users_keeps_the_account(database: Database) -> None:
    """Each table in which something of user 16 is, is named; an account without anything has none."""
    async with database.read() as connection:
        kept = await write_queries.resources(connection, 16)
        assert {"dataset", "study", "run"} <= set(kept)
        assert await write_queries.resources(connection, 2222) == []


async def test_tags_and_votes_go_with_a_user(scratch_database: Database) -> None:
    """And so do rights and badges; what others have stays."""
    async with scratch_database.write() as connection:
        vote = {"knowledge_type": "d", "knowledge_id": 62, "user_id": 2222}
        tag = {"id": 61, "tag": "mine", "uploader": 2222}
        await connection.execute(insert(tables.likes).values(vote))
        await connection.execute(insert(tables.dataset_tag).values(tag))
        await write_queries.remove(connection, 2222)
        assert not await write_queries.is_there(connection, 2222)
    async with scratch_database.read() as connection:
        for table, column in ((tables.likes, "user_id"), (tables.dataset_tag, "uploader")):
            rows = (await connection.execute(table.select())).all()
            assert rows
            assert all(row._mapping[column] != 2222 for row in rows)
