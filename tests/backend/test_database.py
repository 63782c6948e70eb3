"""backend.database: connections, transactions and clear errors."""

from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from backend import tables
from backend.database import Database, DatabaseUnavailable

pytestmark = pytest.mark.anyio


async def test_reading_joins_both_databases(database: Database) -> None:
    """A data set is read together with its uploader, who is in the other database."""
    query = (
        select(tables.dataset.c.name, tables.users.c.first_name)
        .join(tables.users, tables.users.c.id == tables.dataset.c.uploader)
        .where(tables.dataset.c.did == 10)
    )
    async with database.read() as connection:
        assert (await connection.execute(query)).one() == ("café-orders", "Ada")


async def _groups(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(select(tables.groups.c.name).order_by(tables.groups.c.id)))


async def test_a_transaction_that_ends_is_kept(scratch_database: Database) -> None:
    """What write() did is there for the next reader."""
    before = await _groups(scratch_database)
    async with scratch_database.write() as connection:
        await connection.execute(insert(tables.groups).values(name="guests", description=""))
    assert await _groups(scratch_database) == [*before, "guests"]


async def test_a_transaction_that_fails_leaves_nothing(scratch_database: Database) -> None:
    """An exception within write() rolls back both databases."""
    before = await _groups(scratch_database)

    async def fail() -> None:
        async with scratch_database.write() as connection:
            await connection.execute(insert(tables.groups).values(name="guests", description=""))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _groups(scratch_database) == before


async def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A SQLite URL without a file behind it says which file is missing and how to make one."""
    database = Database(f"sqlite:///{tmp_path / 'no.db'}")
    with pytest.raises(DatabaseUnavailable, match=r"no\.db; load one with: openml-backend load"):
        await database.check()
    assert not (tmp_path / "no.db").exists()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    """A refused connection is DatabaseUnavailable, without the password."""
    database = Database("mysql+aiomysql://user:secret@127.0.0.1:1/")
    with pytest.raises(DatabaseUnavailable) as caught:
        await database.check()
    assert "127.0.0.1:1" in str(caught.value)
    assert "secret" not in str(caught.value)


async def test_a_loaded_database_passes_the_check(database: Database) -> None:
    """check() says nothing when all is well."""
    await database.check()
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(tables.dataset)) == 148
