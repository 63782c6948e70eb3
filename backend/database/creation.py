"""Make both databases anew and keep them only when they were filled without a fault."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.database.connections import Database
from backend.database.engines import SqliteFiles, sqlite_engine
from backend.database.json_lines import LoadError
from backend.tables import metadata

# Every value must fit, and an id 0 is an id (legacy notes, schema: "Connection facts").
_LOADING_SESSION = (
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION', "
    "SESSION foreign_key_checks = 0"
)


def fresh_schema(database: Database, *, force: bool) -> AbstractAsyncContextManager[AsyncConnection]:
    """Both databases with all tables and no row, in a transaction.

    ``database``: what to make; nothing else may use it meanwhile. ``force``: overwrite tables that are there. Returns
    a context manager that gives the connection to fill them over. At its end they are kept; on an exception nothing of
    them stays.
    """
    return (
        _fresh_files(database.files, force=force)
        if database.is_sqlite
        else _fresh_server(database, force=force)
    )


@asynccontextmanager
async def _fresh_files(files: SqliteFiles, *, force: bool) -> AsyncIterator[AsyncConnection]:
    if not files.experiments.parent.is_dir():
        raise LoadError(f"{files.experiments}: there is no folder {files.experiments.parent}")
    for file in (files.experiments, files.users):
        if file.exists() and not force:
            raise LoadError(f"{file} exists already; --force overwrites it")
    loading = SqliteFiles(_beside(files.experiments, ".loading"), _beside(files.users, ".loading"))
    _remove(loading)
    engine = sqlite_engine(loading, create=True)
    try:
        try:
            async with engine.begin() as connection:
                await connection.run_sync(metadata.create_all, checkfirst=False)
                yield connection
        finally:
            await engine.dispose()
        # A journal that a killed writer left belongs to the old rows and would be played into the new ones.
        _beside(files.experiments, "-journal").unlink(missing_ok=True)
        _beside(files.users, "-journal").unlink(missing_ok=True)
        loading.users.replace(files.users)
        loading.experiments.replace(files.experiments)
    finally:
        _remove(loading)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)


def _remove(files: SqliteFiles) -> None:
    for file in (files.experiments, files.users):
        file.unlink(missing_ok=True)
        _beside(file, "-journal").unlink(missing_ok=True)


@asynccontextmanager
async def _fresh_server(database: Database, *, force: bool) -> AsyncIterator[AsyncConnection]:
    names = (database.names.openml, database.names.openml_expdb)
    async with database.connect() as connection:
        quote = connection.dialect.identifier_preparer.quote
        there = set(await connection.scalars(text("SELECT schema_name FROM information_schema.schemata")))
        for name in names:
            tables = await connection.scalar(
                text("SELECT count(*) FROM information_schema.tables WHERE table_schema = :name"),
                {"name": name},
            )
            if tables and not force:
                raise LoadError(
                    f"{database.shown}: the database {name} has tables already; --force overwrites them"
                )
        await connection.exec_driver_sql(_LOADING_SESSION)
        try:
            for name in names:
                await connection.exec_driver_sql(
                    f"CREATE DATABASE IF NOT EXISTS {quote(name)} CHARACTER SET latin1"
                )
            await connection.run_sync(metadata.drop_all)
            await connection.run_sync(metadata.create_all, checkfirst=False)
            yield connection
            await connection.commit()
        except BaseException:
            await connection.rollback()
            await connection.run_sync(metadata.drop_all)
            for name in names:
                if name not in there:
                    await connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quote(name)}")
            raise
