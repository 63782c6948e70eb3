"""The two legacy databases behind one object: connections for reading and transactions for writing.

DatabaseUnavailable     the database cannot be reached, or is no OpenML database
├── DatabaseFull        it has no room
└── ConnectionLost      it was reached, and then no more
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend import tables
from backend.database.engines import (
    IMMEDIATE,
    ConnectionLost,
    DatabaseFull,
    DatabaseUnavailable,
    Names,
    SchemaNames,
    is_sqlite,
    parse,
    server_engine,
    sqlite_engine,
    sqlite_files,
)
from backend.database.rehearsing import BUSY_SECONDS, MOST, RehearsalConnections
from backend.database.server_guard import ServerGuard
from backend.database.watchdog import Killer
from backend.deadline import Deadline

__all__ = ["ConnectionLost", "Database", "DatabaseFull", "DatabaseUnavailable", "Names", "SchemaNames"]

# MySQL and MariaDB: the disk is full; the table is.
_FULL = frozenset({1021, 1114})
_LOAD = "load one with: openml-backend load --from DIR --database URL"


class Database:
    """Both databases, reached over a pool of connections.

    Nothing is connected before the first use; `dispose` closes what is open. ``url``: a SQLite file (the user database
    lies beside it) or a MySQL or MariaDB server. ``names``: the names of the two databases on a server. Raises
    DatabaseUnavailable: the URL names no database that works here.
    """

    def __init__(self, url: str, names: Names | None = None) -> None:
        parsed = self._url = parse(url)
        self.shown = parsed.render_as_string(hide_password=True)
        """The URL for messages, without password."""
        self.names = names or SchemaNames()
        self.is_sqlite = is_sqlite(parsed)
        """Whether foreign keys into the user database are not enforced."""
        if self.is_sqlite:
            self.files = sqlite_files(parsed)
            self.engine = sqlite_engine(self.files)
        else:
            self.engine = server_engine(parsed, self.names)
        self._writing: AsyncEngine = self.engine.execution_options(**{IMMEDIATE: True})

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose statements, or those of one batch, see one state of the database. What it changes is
        rolled back. Raises DatabaseUnavailable: no connection; ConnectionLost: it went, perhaps while it was idle, and
        the next one is a new one.
        """
        with self._mapping_errors():
            async with self.engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end, rolled back on an exception.

        Yields the connection, which on SQLite holds the write lock. Raises DatabaseUnavailable: no connection, it was
        lost, or another writer did not end in time.
        """
        with self._mapping_errors():
            async with AsyncExitStack() as stack:
                yield await self._begun(stack)

    async def _begun(self, stack: AsyncExitStack) -> AsyncConnection:
        try:
            return await stack.enter_async_context(self._writing.begin())
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # It was lost while it was idle, and nothing was asked of it; no other of its age is taken.
        return await stack.enter_async_context(self._writing.begin())

    @asynccontextmanager
    async def rehearse(self, deadline: Deadline) -> AsyncIterator[AsyncConnection]:
        """One transaction that is rolled back, at the deadline at the latest, whatever it waits for.

        Yields the connection, which on SQLite holds the write lock. Raises DatabaseUnavailable: no connection, it was
        lost, or another writer did not end in time.
        """
        with self._mapping_errors():
            async with self._rehearsals.transaction(deadline) as connection:
                yield connection

    @cached_property
    def _rehearsals(self) -> RehearsalConnections:
        if self.is_sqlite:
            return RehearsalConnections(sqlite_engine(self.files, busy=BUSY_SECONDS), None)
        # Each has one beside it that guards it.
        engine, beside = (server_engine(self._url, self.names, most=MOST) for _ in range(2))
        return RehearsalConnections(engine, Killer(self._url), ServerGuard(beside))

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection for whoever changes the schema: begins and commits what it likes. Yields the connection; what
        was not committed is rolled back. Raises DatabaseUnavailable: no connection, or it was lost.
        """
        with self._mapping_errors():
            async with self.engine.connect() as connection:
                yield connection

    async def check(self) -> None:
        """Make sure that the database is there and has the legacy schema. Raises DatabaseUnavailable: it is not so;
        the message says what would be right.
        """
        if self.is_sqlite:
            for file in (self.files.experiments, self.files.users):
                if not file.is_file():
                    raise DatabaseUnavailable(f"{self.shown}: there is no file {file}; {_LOAD}")
        try:
            async with self.read() as connection:
                for table in (tables.dataset, tables.users):
                    await connection.execute(select(*table.primary_key.columns).limit(1))
        except (ProgrammingError, OperationalError) as error:
            raise DatabaseUnavailable(f"{self.shown}: no OpenML database ({error.orig}); {_LOAD}") from error

    async def dispose(self) -> None:
        """Close all connections."""
        if "_rehearsals" in self.__dict__:
            await self._rehearsals.close()
        await self.engine.dispose()

    @contextmanager
    def _mapping_errors(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise DatabaseUnavailable(f"{self.shown}: all connections are in use") from error
        except DBAPIError as error:
            if _is_full(error):
                raise DatabaseFull(f"{self.shown}: {error.orig}") from error
            if error.connection_invalidated:
                raise ConnectionLost(f"{self.shown}: {error.orig}") from error
            if error.statement is None or _is_away(error):
                raise DatabaseUnavailable(f"{self.shown}: {error.orig}") from error
            raise


def _is_away(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR)


def _is_full(error: DBAPIError) -> bool:
    full = getattr(error.orig, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
    return full or next(iter(getattr(error.orig, "args", ())), None) in _FULL
