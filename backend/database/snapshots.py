"""All rows of both databases as values: what changed since the last look, and putting rows back.

For whoever watches what requests do to a database, and resets it: replayed scenarios, tests. Nobody else may
write meanwhile. Moments are text (``YYYY-MM-DD HH:MM:SS``), bytes too.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, TypeAlias

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.database.changed_pages import ChangedPages
from backend.database.connections import Database
from backend.database.engines import open_sqlite
from backend.tables import EXPERIMENTS, metadata

Row: TypeAlias = tuple[object, ...]
Rows: TypeAlias = tuple[Row, ...]
State: TypeAlias = Mapping[str, Rows]
"""Rows by table, named ``openml_expdb.dataset``, columns in the table's order."""

TABLES: Final[Mapping[str, Table]] = {table.key: table for table in metadata.sorted_tables}
NUMBERED: Final[Mapping[str, str]] = {
    name: table.autoincrement_column.name
    for name, table in TABLES.items()
    if table.autoincrement_column is not None
}
"""The tables that number their rows, with the column."""
_SCHEMAS: Final = tuple(dict.fromkeys(table.schema or EXPERIMENTS for table in TABLES.values()))


class DatabaseSnapshot(ABC):
    """Looks at the tables of an open database."""

    def __init__(self) -> None:
        self._rows: dict[str, Rows] = {}

    @property
    def rows(self) -> State:
        """The rows as they were at the last look."""
        return dict(self._rows)

    async def look(self) -> State:
        """Read what may have changed since the last look. Returns the tables whose rows differ, with the rows that
        they had at the last look (none at the first).
        """
        read = await self._changed()
        before = {
            name: self._rows.get(name, ()) for name, rows in read.items() if self._rows.get(name, ()) != rows
        }
        self._rows.update(read)
        return before

    async def put(self, wanted: State) -> None:
        """Give tables exactly these rows, without checks of foreign keys. ``wanted``: rows by table; tables that are
        not named stay as they are.
        """
        for name, rows in wanted.items():
            if self._rows[name] == rows:
                continue
            gone, new = only_in(self._rows[name], rows), only_in(rows, self._rows[name])
            if gone or new:
                await self._replace(TABLES[name], gone, new)
                self._rows[name] = rows
        await self._settle()

    @abstractmethod
    async def next_ids(self) -> Mapping[str, int]:
        """The id that the next row of each numbering table gets."""

    @abstractmethod
    async def set_next_id(self, table: str, number: int) -> None:
        """Let the next row of a table get this id (or the one after the highest, if that is more)."""

    @abstractmethod
    async def _changed(self) -> State:
        """The rows of all tables that may have changed since the last call."""

    @abstractmethod
    async def _replace(self, table: Table, gone: Rows, new: Rows) -> None:
        """Delete rows and insert others."""

    @abstractmethod
    async def _settle(self) -> None:
        """Let everybody see what was replaced."""


def only_in(rows: Rows, others: Rows) -> Rows:
    """The rows that others lack, each as often as they lack it, in their order."""
    seen = set(others)
    if len(set(rows)) == len(rows) and len(seen) == len(others):
        return tuple(row for row in rows if row not in seen)
    return tuple((Counter(rows) - Counter(others)).elements())


@asynccontextmanager
async def watching(database: Database) -> AsyncIterator[DatabaseSnapshot]:
    """Look at the tables of a database. ``database``: loaded. Yields its tables, looked at once."""
    if database.is_sqlite:
        connection = open_sqlite(database.files)
        try:
            # The order in which rows come back is not that of the references.
            connection.execute("PRAGMA foreign_keys = OFF")
            files = _FileTables(connection)
            await files.look()
            yield files
        finally:
            connection.close()
    else:
        async with database.engine.connect() as plain:
            session = await plain.execution_options(isolation_level="AUTOCOMMIT")
            server = _ServerTables(session, database)
            await server.prepare()
            await server.look()
            yield server


class _FileTables(DatabaseSnapshot):
    """Tables of two SQLite files; SQLite itself says whether somebody else changed them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection
        self._versions: dict[str, int] = {}
        self._pages = {name: ChangedPages(connection, _file(name)) for name in _SCHEMAS}

    async def next_ids(self) -> Mapping[str, int]:
        highest = {
            f"{schema}.{name}": int(number)
            for schema in _SCHEMAS
            for name, number in self._connection.execute(
                f"SELECT name, seq FROM {_file(schema)}.sqlite_sequence"
            )
        }
        return {name: highest.get(name, 0) + 1 for name in NUMBERED}

    async def set_next_id(self, table: str, number: int) -> None:
        schema, _, name = table.partition(".")
        sequence = f"{_file(schema)}.sqlite_sequence"
        self._connection.execute(f"DELETE FROM {sequence} WHERE name = ?", (name,))
        self._connection.execute(f"INSERT INTO {sequence} (name, seq) VALUES (?, ?)", (name, number - 1))

    async def _changed(self) -> State:
        changed: list[Table] = []
        for schema, pages in self._pages.items():
            # Another connection's commit changes the number; it is seen once this one reads the file anew.
            version = self._connection.execute(f"PRAGMA {_file(schema)}.data_version").fetchone()[0]
            if self._versions.get(schema) != version:
                self._versions[schema] = version
                names = pages.tables()
                tables = (table for table in TABLES.values() if table.schema == schema)
                changed += [table for table in tables if names is None or table.name in names]
        return {
            table.key: tuple(self._connection.execute(f"SELECT {_columns(table)} FROM {_full(table)}"))
            for table in changed
        }

    async def _replace(self, table: Table, gone: Rows, new: Rows) -> None:
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        columns, rows = _keys(table, gone)
        terms = " AND ".join(f'"{column}" IS ?' for column in columns)
        one = f"rowid = (SELECT rowid FROM {_full(table)} WHERE {terms} LIMIT 1)"
        self._connection.executemany(f"DELETE FROM {_full(table)} WHERE {one}", rows)
        marks = ", ".join("?" * len(table.columns))
        self._connection.executemany(f"INSERT INTO {_full(table)} ({_columns(table)}) VALUES ({marks})", new)

    async def _settle(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
            for pages in self._pages.values():
                pages.seen()


class _ServerTables(DatabaseSnapshot):
    """Tables of a server; checksums say which changed."""

    def __init__(self, connection: AsyncConnection, database: Database) -> None:
        super().__init__()
        self._connection = connection
        self._real = {"openml": database.names.openml, "openml_expdb": database.names.openml_expdb}
        self._sums: dict[str, object] = {}

    async def prepare(self) -> None:
        """Take ids as they are, rows in any order, and numbering as it is now."""
        await self._run(
            "SET SESSION foreign_key_checks = 0, SESSION sql_mode = "
            "CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'NO_AUTO_VALUE_ON_ZERO')"
        )
        if (
            await self._connection.execute(text("SHOW VARIABLES LIKE 'information_schema_stats_expiry'"))
        ).all():
            await self._run("SET SESSION information_schema_stats_expiry = 0")

    async def next_ids(self) -> Mapping[str, int]:
        logical = {real: name for name, real in self._real.items()}
        found = await self._connection.execute(
            text(
                "SELECT table_schema, table_name, auto_increment FROM information_schema.tables "
                "WHERE table_schema IN (:openml, :openml_expdb) AND auto_increment IS NOT NULL"
            ),
            self._real,
        )
        numbers = {f"{logical[schema]}.{name}": int(number) for schema, name, number in found}
        return {name: numbers.get(name, 1) for name in NUMBERED}

    async def set_next_id(self, table: str, number: int) -> None:
        await self._run(f"ALTER TABLE {self._quoted(TABLES[table])} AUTO_INCREMENT = {number:d}")

    async def _changed(self) -> State:
        names = ", ".join(self._quoted(table) for table in TABLES.values())
        sums = [
            row[1]
            for row in await self._connection.execute(text(f"CHECKSUM TABLE {names}".replace(":", r"\:")))
        ]
        changed = [
            name for name, value in zip(TABLES, sums, strict=True) if self._sums.get(name, ...) != value
        ]
        self._sums = dict(zip(TABLES, sums, strict=True))
        return {name: await self._read(TABLES[name]) for name in changed}

    async def _read(self, table: Table) -> Rows:
        query = f"SELECT {_columns(table, '`')} FROM {self._quoted(table)}"
        found = await self._connection.exec_driver_sql(query)
        return tuple(tuple(_plain(value) for value in row) for row in found)

    async def _replace(self, table: Table, gone: Rows, new: Rows) -> None:
        columns, rows = _keys(table, gone)
        terms = " AND ".join(f"`{column}` <=> %s" for column in columns)
        await self._many(f"DELETE FROM {self._quoted(table)} WHERE {terms} LIMIT 1", rows)
        marks = ", ".join(["%s"] * len(table.columns))
        await self._many(f"INSERT INTO {self._quoted(table)} ({_columns(table, '`')}) VALUES ({marks})", new)
        # So that the next look does not read what is known.
        name = self._quoted(table)
        self._sums[table.key] = (
            (await self._connection.exec_driver_sql(f"CHECKSUM TABLE {name}")).scalars(1).one()
        )

    def _quoted(self, table: Table) -> str:
        return f"`{self._real[table.schema or EXPERIMENTS]}`.`{table.name}`"

    async def _settle(self) -> None:
        """Each statement was committed."""

    async def _run(self, statement: str) -> None:
        await self._connection.exec_driver_sql(statement)

    async def _many(self, statement: str, rows: Sequence[Row]) -> None:
        if rows:
            await self._connection.exec_driver_sql(statement, list(rows))


def _file(schema: str | None) -> str:
    return "main" if schema == EXPERIMENTS else str(schema)


def _full(table: Table) -> str:
    return f'{_file(table.schema)}."{table.name}"'


def _columns(table: Table, quote: str = '"') -> str:
    return ", ".join(f"{quote}{column.name}{quote}" for column in table.columns)


def _keys(table: Table, rows: Iterable[Row]) -> tuple[tuple[str, ...], list[Row]]:
    """The columns that name a row, with their values; all columns where a table has no key."""
    names = tuple(column.name for column in table.columns)
    wanted = tuple(column.name for column in table.primary_key.columns) or names
    at = [names.index(name) for name in wanted]
    return wanted, [tuple(row[index] for index in at) for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value
