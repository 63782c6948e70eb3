"""Rehearsed transactions are rolled back, at their deadline at the latest, on both kinds of database."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.connections import Database, DatabaseUnavailable
from backend.deadline import Deadline
from tests.conftest import SCRATCH

pytestmark = pytest.mark.anyio

PATIENCE = 20
# Counts for minutes.
LONG = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000000) SELECT MAX(i) FROM n"


def soon(seconds: float) -> Deadline:
    """In so many seconds."""
    return Deadline(time.monotonic() + seconds)


@pytest.fixture
async def sqlite_scratch(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite files of the test's own."""
    source = Database(sqlite_url)
    opened = Database(f"sqlite:///{tmp_path / 'own.db'}")
    shutil.copyfile(source.files.experiments, opened.files.experiments)
    shutil.copyfile(source.files.users, opened.files.users)
    yield opened
    await opened.dispose()


async def rename(connection: AsyncConnection) -> None:
    """Change a row, and keep it."""
    await connection.execute(update(tables.dataset).where(tables.dataset.c.did == 61).values(name="changed"))


async def endless(connection: AsyncConnection, database: Database) -> None:
    """A statement that does not end by itself."""
    await connection.execute(text(LONG if database.is_sqlite else "SELECT SLEEP(600)"))


async def name(database: Database) -> str | None:
    """What the row is called."""
    async with database.read() as connection:
        return await connection.scalar(select(tables.dataset.c.name).where(tables.dataset.c.did == 61))


async def test_what_a_rehearsal_changes_is_rolled_back(scratch_database: Database) -> None:
    """It sees it itself; nobody else ever does."""
    before = await name(scratch_database)
    async with scratch_database.rehearse(soon(60)) as connection:
        await rename(connection)
        found = await connection.scalar(select(tables.dataset.c.name).where(tables.dataset.c.did == 61))
    assert (found, await name(scratch_database)) == ("changed", before)


async def test_a_statement_ends_at_the_deadline(scratch_database: Database) -> None:
    """And with it the transaction: the next writer gets the row; so it is with each of many in a row."""

    async def work() -> None:
        async with scratch_database.rehearse(soon(0.3)) as connection:
            await rename(connection)
            await endless(connection, scratch_database)

    for _ in range(3):
        began = time.monotonic()
        with pytest.raises((DBAPIError, DatabaseUnavailable)):
            await work()
        async with scratch_database.write() as connection:
            await rename(connection)
        assert 0.3 <= time.monotonic() - began < PATIENCE


async def test_a_transaction_without_a_statement_ends_too(scratch_server: str) -> None:
    """The lock is gone although its holder does nothing that could fail."""
    database = Database(scratch_server, SCRATCH)
    asked = select(tables.dataset.c.did).where(tables.dataset.c.did == 61).with_for_update()
    waited = asyncio.Event()

    async def work() -> None:
        async with database.rehearse(soon(0.3)) as connection:
            await rename(connection)
            async with asyncio.timeout(PATIENCE), database.write() as other:
                await other.execute(asked)
            waited.set()
            await rename(connection)

    with pytest.raises((DBAPIError, DatabaseUnavailable)):
        await work()
    assert waited.is_set()
    await database.dispose()


async def test_a_cancelled_rehearsal_is_ended(scratch_database: Database) -> None:
    """Its statement too, which does not hear of it."""
    deadline = soon(600)
    working = asyncio.Event()

    async def work() -> None:
        async with scratch_database.rehearse(deadline) as connection:
            await rename(connection)
            working.set()
            await endless(connection, scratch_database)

    task = asyncio.create_task(work())
    await working.wait()
    await asyncio.sleep(0.05)
    deadline.let_go()
    task.cancel()
    await asyncio.wait((task,), timeout=PATIENCE)
    assert task.done()
    assert task.cancelled() or task.exception()
    async with asyncio.timeout(PATIENCE), scratch_database.write() as connection:
        await rename(connection)


async def test_connections_are_used_again(scratch_database: Database) -> None:
    """One that was not ended goes back to where it came from, with nothing left on it."""
    numbers = set()
    for _ in range(5):
        async with scratch_database.rehearse(soon(60)) as connection:
            adapted = (await connection.get_raw_connection()).driver_connection
            numbers.add(id(adapted))
            assert await connection.scalar(select(func.count()).select_from(tables.dataset))
    assert len(numbers) == 1


async def test_another_process_that_writes_is_waited_for_until_the_deadline(
    sqlite_scratch: Database,
) -> None:
    """Not for the ten seconds that a write waits."""
    other = sqlite3.connect(sqlite_scratch.files.experiments, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        async with sqlite_scratch.rehearse(soon(0.5)):
            pass
    assert 0.4 < time.monotonic() - began < 8

    async def release() -> None:
        await asyncio.sleep(0.2)
        other.execute("ROLLBACK")

    releasing = asyncio.create_task(release())
    async with sqlite_scratch.rehearse(soon(60)) as connection:
        await rename(connection)
    await releasing
    other.close()
