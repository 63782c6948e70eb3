"""backend.tables.studies: what goes along with a study, and what keeps it."""

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_members_go_with_their_study(scratch_database: Database) -> None:
    """The runs of a study are taken from it, not deleted."""
    async with scratch_database.write() as connection:
        runs = await connection.scalar(select(func.count()).select_from(tables.run))
        await connection.execute(delete(tables.study).where(tables.study.c.id == 124))
        links = select(func.count()).where(tables.run_study.c.study_id == 124)
        assert await connection.scalar(links) == 0
        assert await connection.scalar(select(func.count()).select_from(tables.run)) == runs


async def test_a_suite_stays_while_a_study_is_built_on_it(scratch_database: Database) -> None:
    """Run study 123 names suite 99."""
    async with scratch_database.write() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(delete(tables.study).where(tables.study.c.id == 99))


async def test_a_task_is_in_a_suite_once(scratch_database: Database) -> None:
    """The pair of study and task is the key."""
    async with scratch_database.write() as connection:
        row = (await connection.execute(select(tables.task_study).limit(1))).mappings().one()
        with pytest.raises(IntegrityError):
            await connection.execute(insert(tables.task_study).values(dict(row)))
