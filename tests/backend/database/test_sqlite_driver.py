"""backend.database.sqlite_driver: statements and transactions of one connection."""

import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from backend.database.engines import SqliteFiles, open_sqlite
from backend.database.sqlite_driver import Connection

pytestmark = pytest.mark.anyio


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[Connection]:
    """A connection to an empty database with one table."""
    files = SqliteFiles(tmp_path / "x.db", tmp_path / "x-openml.db")
    opened = Connection(lambda: open_sqlite(files, create=True))
    await opened.open()
    await opened.cursor().execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
    yield opened
    await opened.close()


async def test_a_cursor_has_the_rows_of_its_statement(connection: Connection) -> None:
    """Rows, their description and the number of the last row come back with the statement."""
    cursor = connection.cursor()
    await cursor.executemany("INSERT INTO numbers VALUES (?)", [(1,), (2,)])
    assert cursor.rowcount == 2
    await cursor.execute("SELECT number FROM numbers ORDER BY number")
    assert [column[0] for column in cursor.description] == ["number"]
    assert await cursor.fetchall() == [(1,), (2,)]
    assert await cursor.fetchall() == []


async def test_reading_begins_with_the_first_statement(connection: Connection) -> None:
    """begin_reading takes no lock and no time; the first statement begins the transaction."""
    connection.begin_reading()
    assert not connection.in_transaction
    await connection.cursor().execute("SELECT 1")
    assert connection.in_transaction
    await connection.rollback()
    assert not connection.in_transaction


async def test_rollback_undoes_a_write(connection: Connection) -> None:
    """A transaction that was begun by statement is rolled back in the thread."""
    await connection.cursor().execute("BEGIN IMMEDIATE")
    await connection.cursor().execute("INSERT INTO numbers VALUES (1)")
    await connection.rollback()
    cursor = await connection.cursor().execute("SELECT count(*) FROM numbers")
    assert await cursor.fetchall() == [(0,)]


async def test_a_cancelled_statement_does_not_break_the_connection(connection: Connection) -> None:
    """Rolling back waits in the thread's queue for the statement that nobody awaits any more."""
    counted = "SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000"
    long = f"WITH RECURSIVE n(i) AS ({counted}) SELECT max(i) FROM n"
    connection.begin_reading()
    with anyio.move_on_after(0):
        await connection.cursor().execute(long)
    await connection.rollback()
    assert not connection.in_transaction
    cursor = await connection.cursor().execute("SELECT 1")
    assert await cursor.fetchall() == [(1,)]


def test_a_failed_opening_leaves_no_thread_to_a_closed_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread of a connection that cannot be opened has told all it has to tell when the error comes."""
    missing = SqliteFiles(tmp_path / "no.db", tmp_path / "no-openml.db")
    failures: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)

    async def attempt() -> None:
        with pytest.raises(sqlite3.OperationalError, match="unable to open"):
            await Connection(lambda: open_sqlite(missing)).open()

    before = set(threading.enumerate())
    for _ in range(50):
        anyio.run(attempt)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert failures == []
