"""Fill the two databases from a folder of JSON Lines: `openml/TABLE.jsonl`, `openml_expdb/TABLE.jsonl`.

Everything is read and checked before the database is touched. SQLite files are made beside the old ones and
then take their place; on a server, the tables that a failed load made are dropped again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.database.connections import Database
from backend.database.creation import fresh_schema
from backend.database.engines import Names
from backend.database.json_lines import LoadError, Row, TableFile, read_rows, table_files
from backend.tables import metadata

__all__ = ["LoadError", "Loaded", "Progress", "load", "refresh_statistics"]

Progress = Callable[[str, int, int], None]
"""Called with the table in hand, the rows loaded so far and the rows in all."""

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load brought.

    Args:
        tables: how many tables had a file.
        rows: how many rows.
        files: how many files were copied.
    """

    tables: int
    rows: int
    files: int


async def load(
    source: Path,
    database_url: str,
    *,
    force: bool = False,
    files_from: Path | None = None,
    files_to: Path | None = None,
    names: Names | None = None,
    progress: Progress | None = None,
) -> Loaded:
    """Create both databases and fill them.

    Args:
        source: folder with the folders `openml` and `openml_expdb`.
        database_url: a SQLite file or a server.
        force: overwrite what is there. On SQLite, stop whoever has the files open first.
        files_from: folder of the stored files (`file.filepath` below it); by default `source/files`.
        files_to: where to copy them; by default they are not copied.
        names: of the two databases on a server.
        progress: told after each batch of rows.

    Raises:
        LoadError: the source is wrong, or there is a database already; nothing of it stays.
        DatabaseUnavailable: the database cannot be reached.
    """
    files = table_files(source)
    stored = (
        _stored_files(files_from or source / "files", required=files_from is not None) if files_to else []
    )
    total = sum(1 for file in files for _ in read_rows(file))
    database = Database(database_url, names)
    try:
        async with fresh_schema(database, force=force) as connection:
            done = 0
            for file in files:
                for batch in _batches(file):
                    await _insert(connection, file, batch)
                    done += len(batch)
                    if progress:
                        progress(file.table.name, done, total)
        await refresh_statistics(database)
    finally:
        await database.dispose()
    if files_to:
        for base, path in stored:
            target = files_to / path.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    return Loaded(len(files), total, len(stored))


async def refresh_statistics(database: Database) -> None:
    """Let the database count its keys anew, so that it plans queries for the rows it has. ``database``: loaded or
    changed a lot.
    """
    if database.is_sqlite:
        async with database.engine.connect() as connection:
            await connection.exec_driver_sql("ANALYZE")
            await connection.commit()
        return
    async with database.engine.connect() as connection:
        quote = connection.dialect.identifier_preparer.quote
        real = {"openml": database.names.openml, "openml_expdb": database.names.openml_expdb}
        tables = [
            f"{quote(real[table.schema or ''])}.{quote(table.name)}" for table in metadata.sorted_tables
        ]
        await connection.exec_driver_sql(f"ANALYZE TABLE {', '.join(tables)}")


def _stored_files(base: Path, *, required: bool) -> list[tuple[Path, Path]]:
    if required and not base.is_dir():
        raise LoadError(f"{base}: no such folder")
    return [(base, path) for path in sorted(base.rglob("*")) if path.is_file()]


def _batches(file: TableFile) -> Iterator[list[Row]]:
    """Rows that name the same columns, so many at a time as one statement takes."""
    for _, rows in groupby(read_rows(file), key=tuple):
        while batch := list(islice(rows, _BATCH)):
            yield batch


async def _insert(connection: AsyncConnection, file: TableFile, batch: list[Row]) -> None:
    try:
        await connection.execute(insert(file.table).inline(), batch)
    except DBAPIError as error:
        raise LoadError(f"{file.path}: {error.orig}") from error
