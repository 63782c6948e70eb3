"""backend.tables.unused: tables that are there for completeness."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_a_notebook_is_listed_once(scratch_database: Database) -> None:
    """Kind and id are unique, though no primary key."""
    async with scratch_database.write() as connection:
        row = dict((await connection.execute(select(tables.notebook).limit(1))).mappings().one())
        with pytest.raises(IntegrityError):
            await connection.execute(insert(tables.notebook).values(row))


async def test_kaggle_links_have_no_key(scratch_database: Database) -> None:
    """The same link may stand there twice."""
    async with scratch_database.write() as connection:
        row = dict((await connection.execute(select(tables.kaggle).limit(1))).mappings().one())
        await connection.execute(insert(tables.kaggle).values(row))
