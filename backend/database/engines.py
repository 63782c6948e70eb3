"""The engine of each kind of database, with what every connection of it is told first.

sqlite:///x.db            the experiment database; the user database is x-openml.db beside it
mysql://user:pass@host/   a MySQL or MariaDB server that has both databases (aiomysql, or asyncmy by
                          mysql+asyncmy://)
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, PoolResetState
from sqlalchemy.sql.schema import HasSchemaAttr

from backend.database.collations import collations
from backend.database.numbers import SQLITE_NAME, double_text
from backend.database.sqlite_driver import Connection as SqliteConnection
from backend.tables import EXPERIMENTS, USERS
from config.errors import BadInput

_SQLITE_DRIVERS = {"sqlite": "sqlite+aiosqlite", "sqlite+aiosqlite": "sqlite+aiosqlite"}
_SERVER_DRIVERS = {
    "mysql": "mysql+aiomysql",
    "mysql+aiomysql": "mysql+aiomysql",
    "mysql+asyncmy": "mysql+asyncmy",
    "mariadb": "mariadb+aiomysql",
    "mariadb+aiomysql": "mariadb+aiomysql",
    "mariadb+asyncmy": "mariadb+asyncmy",
}
_ACCEPTED = "sqlite:///FILE or mysql+aiomysql://USER:PASSWORD@HOST:PORT/"

_BUSY_SECONDS = 10.0
_CONNECTIONS_KEPT = 8
_CONNECTIONS_MOST = 32

# What PHP's connections have (legacy notes, schema: "Connection facts"), and the session in UTC. No kept
# warnings: PHP never reads them, and the drivers would ask for them with one more round trip.
_SERVER_SESSION = (
    "SET NAMES utf8mb3 COLLATE utf8mb3_general_ci, SESSION time_zone = '+00:00', "
    "SESSION group_concat_max_len = 1048576, SESSION max_error_count = 0, SESSION sql_mode = "
    "TRIM(BOTH ',' FROM REPLACE(REPLACE(CONCAT(',', @@sql_mode, ','), "
    "',STRICT_TRANS_TABLES,', ','), ',STRICT_ALL_TABLES,', ','))"
)

IMMEDIATE = "immediate"
"""Execution option: whether a transaction begins, and on SQLite takes the write lock, before its first statement."""


class DatabaseUnavailable(BadInput):
    """The database cannot be reached, or is not an OpenML database."""


class DatabaseFull(DatabaseUnavailable):
    """The database has no room."""


class ConnectionLost(DatabaseUnavailable):
    """The database was reached, and then no more."""


class Names(Protocol):
    """The real names of the two databases on a server."""

    @property
    def openml(self) -> str:
        """Of the user database."""

    @property
    def openml_expdb(self) -> str:
        """Of the experiment database."""


@dataclass(frozen=True, slots=True)
class SchemaNames:
    """The names that the legacy server uses."""

    openml: str = "openml"
    openml_expdb: str = "openml_expdb"


@dataclass(frozen=True, slots=True)
class SqliteFiles:
    """Where the two databases are."""

    experiments: Path
    users: Path


def parse(database: str) -> URL:
    """Read a database URL. Returns the URL with the asynchronous driver named. Raises DatabaseUnavailable: it is not a
    URL of a database that works here.
    """
    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        raise DatabaseUnavailable(f"{database!r} is no database URL; right would be {_ACCEPTED}") from None
    driver = (_SQLITE_DRIVERS | _SERVER_DRIVERS).get(url.drivername)
    shown = url.render_as_string(hide_password=True)
    if driver is None:
        raise DatabaseUnavailable(f"{shown}: {url.drivername} does not work here; right would be {_ACCEPTED}")
    if driver in _SQLITE_DRIVERS and url.database in (None, "", ":memory:"):
        raise DatabaseUnavailable(f"{shown} names no file; right would be sqlite:///FILE")
    if driver not in _SQLITE_DRIVERS and url.database:
        raise DatabaseUnavailable(
            f"{shown} names the database {url.database!r}; the URL names the server only, "
            "the names of the two databases are settings"
        )
    return url.set(drivername=driver)


def is_sqlite(url: URL) -> bool:
    """Whether the (parsed) URL names files."""
    return url.drivername in _SQLITE_DRIVERS


def sqlite_files(url: URL) -> SqliteFiles:
    """The two files that a SQLite URL names: `x.db` and, beside it, `x-openml.db`."""
    experiments = Path(url.database or "").absolute()
    return SqliteFiles(experiments, experiments.with_stem(f"{experiments.stem}-openml"))


def server_engine(
    url: URL, names: Names, *, most: int = _CONNECTIONS_MOST, ping: bool = False
) -> AsyncEngine:
    """The engine for a MySQL or MariaDB server. ``url``: of the server, parsed. ``names``: of the two databases.
    Returns the engine; nothing is connected yet. ``most``: connections at a time. ``ping``: see whether one is still
    there before it is used.
    """
    translated = {
        logical: real
        for logical, real in ((USERS, names.openml), (EXPERIMENTS, names.openml_expdb))
        if logical != real
    }
    engine = create_async_engine(
        url,
        execution_options={"schema_translate_map": translated} if translated else {},
        pool_size=_CONNECTIONS_KEPT,
        max_overflow=most - _CONNECTIONS_KEPT,
        pool_recycle=3600,
        pool_pre_ping=ping,
        # A trip each for a ping and a ROLLBACK would be a third of what a small answer costs: whoever reads or begins
        # tries again where the connection was lost, and `reset` asks the driver what it knows.
        pool_reset_on_return=None,
    )

    # Not the drivers' init_command: SQLAlchemy sends a SET NAMES of its own after that one.
    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(_SERVER_SESSION)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(IMMEDIATE):
            connection.exec_driver_sql("BEGIN")

    @event.listens_for(engine.sync_engine, "reset")
    def reset(adapted: Any, _record: ConnectionPoolEntry, state: PoolResetState) -> None:
        # SQLAlchemy ends what it began, but for a COMMIT that failed.
        if state.asyncio_safe and adapted.driver_connection.get_transaction_status():
            adapted.rollback()

    return engine


def sqlite_engine(files: SqliteFiles, *, create: bool = False, busy: float = _BUSY_SECONDS) -> AsyncEngine:
    """The engine for two SQLite files: one is the main database, the other is attached. Returns the engine; nothing is
    connected yet.

    Args:
        create: make files that are not there, to fill them without checks of foreign keys; otherwise a missing file is
            an error when connecting.
        busy: seconds that a statement waits for another process.
    """

    async def connect() -> SqliteConnection:
        return await SqliteConnection(lambda: open_sqlite(files, create=create, busy=busy)).open()

    engine = create_async_engine(
        "sqlite+aiosqlite://",
        async_creator=connect,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=_CONNECTIONS_KEPT,
        max_overflow=_CONNECTIONS_MOST - _CONNECTIONS_KEPT,
    )
    # As a schema_translate_map would, but once for a statement and not at each execution. (SQLAlchemy's type
    # forgets that a table may have no schema.)
    preparer = engine.dialect.identifier_preparer
    preparer.schema_for_object = _sqlite_schema  # type: ignore[assignment]  # see above

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        adapted = connection.connection.dbapi_connection
        if connection.get_execution_options().get(IMMEDIATE):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif adapted is not None:
            adapted.driver_connection.begin_reading()

    return engine


def _sqlite_schema(table: HasSchemaAttr) -> str | None:
    """The experiment database is the main one, which needs no name."""
    return None if table.schema == EXPERIMENTS else table.schema


def open_sqlite(
    files: SqliteFiles, *, create: bool = False, busy: float = _BUSY_SECONDS
) -> sqlite3.Connection:
    """Open the two files as one connection that compares and prints like MySQL.

    ``create``: make files that are not there, and do not check foreign keys. ``busy``: seconds that a statement waits
    for another process. Returns the connection; transactions begin and end only when told. Raises sqlite3.Error: a
    file is not there or is no SQLite file.
    """
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(
        f"{files.experiments.as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=busy,
        check_same_thread=False,
    )
    try:
        for name, compare in collations().items():
            connection.create_collation(name, compare)
        connection.create_function(SQLITE_NAME, 1, double_text, deterministic=True)
        connection.execute(f"ATTACH ? AS {USERS}", (f"{files.users.as_uri()}?mode={mode}",))
        # While tables are filled their rows come in any order.
        connection.execute(f"PRAGMA foreign_keys = {'OFF' if create else 'ON'}")
        # A commit over attached files is atomic only with a rollback journal.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        connection.close()
        raise
    return connection
