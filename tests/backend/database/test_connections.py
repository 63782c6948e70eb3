"""backend.database.connections: connections, transactions and clear errors."""

from pathlib import Path

import anyio
import pytest
from sqlalchemy import func, insert, select, update

from backend import tables
from backend.database.connections import Database, DatabaseUnavailable, SchemaNames

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


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Any other file is refused with SQLite's reason."""
    for name in ("x.db", "x-openml.db"):
        (tmp_path / name).write_text("not a database, but long enough to have a header\n" * 4)
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(DatabaseUnavailable, match=r"x\.db: file is not a database"):
        await database.check()


async def test_an_empty_database_is_no_openml_database(mariadb_server: str) -> None:
    """A server without the tables says how they are loaded."""
    database = Database(mariadb_server, SchemaNames("no_openml", "no_openml_expdb"))
    with pytest.raises(DatabaseUnavailable, match=r"no OpenML database .*openml-backend load"):
        await database.check()
    await database.dispose()


async def test_readers_see_one_state(scratch_database: Database) -> None:
    """What another transaction adds does not appear between two statements of a reader."""
    count = select(func.count()).select_from(tables.groups)
    async with scratch_database.read() as reader:
        before = await reader.scalar(count)
        # SQLite's writer waits at its commit until readers end; it may write meanwhile.
        async with scratch_database.connect() as writer:
            await writer.execute(insert(tables.groups).values(name="guests", description=""))
            if not scratch_database.is_sqlite:
                await writer.commit()
            assert await reader.scalar(count) == before


async def test_writers_wait_for_each_other(scratch_database: Database) -> None:
    """Ten writers at once add ten rows, and none is told that the database is locked."""
    before = await _groups(scratch_database)

    async def write(number: int) -> None:
        async with scratch_database.write() as connection:
            await connection.execute(insert(tables.groups).values(name=str(number), description=""))

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(write, number)
    assert len(await _groups(scratch_database)) == len(before) + 10


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


async def test_a_commit_and_a_reader_of_both_files_do_not_wait_for_each_other(
    scratch_database: Database,
) -> None:
    """Whoever has read the users, as for a key, still gets at the experiments while a write waits to be committed."""
    written = anyio.Event()

    async def commit() -> None:
        async with scratch_database.write() as connection:
            await connection.execute(update(tables.users).values(bio="new").where(tables.users.c.id == 1))
            await connection.execute(update(tables.task).values(embargo_end_date=None))
            written.set()

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group, scratch_database.read() as reader:
            await reader.execute(select(tables.users.c.id).limit(1))
            group.start_soon(commit)
            await written.wait()
            await anyio.sleep(0.3)  # the commit waits for the reader
            assert (await reader.execute(select(tables.task.c.task_id).limit(1))).all()
