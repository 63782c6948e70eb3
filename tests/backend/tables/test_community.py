"""backend.tables.community: votes, downloads and badges."""

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_a_like_is_numbered(scratch_database: Database) -> None:
    """The number follows the highest one, although it is no primary key on a server."""
    likes = tables.likes
    async with scratch_database.write() as connection:
        highest = await connection.scalar(select(func.max(likes.c.lid)))
        await connection.execute(insert(likes).values(knowledge_type="d", knowledge_id=5, user_id=2222))
        number = await connection.scalar(select(likes.c.lid).where(likes.c.user_id == 2222))
    assert highest is not None
    assert number == highest + 1


async def test_nobody_likes_a_thing_twice(scratch_database: Database) -> None:
    """Type, thing and user are the key."""
    like = {"knowledge_type": "d", "knowledge_id": 5, "user_id": 2222}
    async with scratch_database.write() as connection:
        await connection.execute(insert(tables.likes).values(like))
        with pytest.raises(IntegrityError):
            await connection.execute(insert(tables.likes).values(like))


async def test_a_higher_rank_gets_a_new_date(scratch_database: Database) -> None:
    """awarded_on follows every update of a badge."""
    badges = tables.awarded_badges
    async with scratch_database.write() as connection:
        aid, before = (await connection.execute(select(badges.c.aid, badges.c.awarded_on).limit(1))).one()
        await connection.execute(update(badges).where(badges.c.aid == aid).values(rank=9))
        after = await connection.scalar(select(badges.c.awarded_on).where(badges.c.aid == aid))
    assert after > before
