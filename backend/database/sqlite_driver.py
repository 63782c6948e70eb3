"""aiosqlite with one visit to its thread a statement.

aiosqlite's cursor goes to the thread of its connection four times a query: to be made, to execute, to fetch
and to close; a transaction that only reads adds four more. Each visit costs several times a small query, and
SQLAlchemy fetches all rows at once anyway.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import aiosqlite

_CHUNK = 64


class Cursor:
    """A cursor that executes and fetches in one visit. ``connection``: whose thread does the work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Cursor:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Execute a statement and fetch its rows."""
        await self._visit(lambda connection: connection.execute(statement, parameters))
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Cursor:
        """Execute a statement once for each parameter set."""
        await self._visit(lambda connection: connection.executemany(statement, parameters))
        return self

    async def fetchall(self) -> list[Any]:
        """The rows that are not fetched yet."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Forget the rows; SQLite's own cursor ended with the last one."""
        self._rows = []

    async def _visit(self, work: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> None:
        def run() -> None:
            cursor = work(self._connection.begun())
            self._rows = cursor.fetchall()
            self.description = cursor.description
            self.rowcount = cursor.rowcount
            self.lastrowid = cursor.lastrowid

        await self._connection.visit(run)


class Connection(aiosqlite.Connection):
    """A connection with such cursors. ``connector``: opens the database, in the thread of the connection."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, _CHUNK)
        # Else a process that forgets to dispose of its engine never ends.
        self._thread.daemon = True

        self._reading = False
        self._busy = False
        self._stopped: asyncio.Future[None] | None = None

    async def open(self) -> Connection:
        """Open the database. Raises sqlite3.Error: the database cannot be opened."""
        try:
            await self
        except BaseException:
            # aiosqlite lets its thread end by itself, which fails aloud when the event loop ends first.
            if self._stopped is not None:
                await self._stopped
            raise
        return self

    def stop(self) -> asyncio.Future[None] | None:
        """End the thread; the future is done when it ended."""
        self._stopped = super().stop()
        return self._stopped

    def cursor(self) -> Cursor:  # type: ignore[override]  # SQLAlchemy enters it like aiosqlite's
        """A new cursor; nothing happens in the thread before it executes."""
        return Cursor(self)

    def begin_reading(self) -> None:
        """Begin a transaction that only reads, together with its first statement."""
        self._reading = True

    def begun(self) -> sqlite3.Connection:
        """SQLite's connection, with the transaction begun that begin_reading announced."""
        connection = self._conn
        if self._reading and not connection.in_transaction:
            connection.execute("BEGIN")
            # A commit locks the main file first, too: one that waited for a reader of the other file would keep that
            # reader from the main file.
            connection.execute("SELECT 1 FROM main.sqlite_master LIMIT 1").fetchall()
        return connection

    def interrupt_now(self) -> None:
        """End the statement that runs, from any thread."""
        with suppress(sqlite3.ProgrammingError):  # it was closed meanwhile
            self._conn.interrupt()

    async def visit(self, work: Callable[[], None]) -> None:
        """Have the thread do some work; it goes on when the waiting task is cancelled."""

        def run() -> None:
            try:
                work()
            finally:
                self._busy = False

        self._busy = True
        await self._execute(run)  # type: ignore[no-untyped-call]  # untyped in aiosqlite

    async def commit(self) -> None:
        """Commit, and end the announcement of begin_reading."""
        self._reading = False
        await super().commit()

    async def rollback(self) -> None:
        """Roll back what was begun."""
        reading, self._reading = self._reading, False
        if self._busy or (self._conn.in_transaction and not reading):
            await super().rollback()
        elif reading:
            # Nothing to undo: this lets a lock go, which is quicker than a visit.
            self._conn.rollback()
