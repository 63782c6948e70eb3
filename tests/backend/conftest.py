"""The backend in this process, over the loaded sample."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Table, select

from backend import tables
from backend.app import create_app
from backend.clock import frozen_clock
from backend.database.connections import Database
from backend.tables import EXPERIMENTS, USERS
from config.settings import BackendSettings

PUBLIC_URL = "https://openml.test/"
OBJECT_STORE_URL = "https://minio.openml.test/"

KEYS = {
    "admin": "AD000000000000000000000000000000",
    "writer": "00000000000000000000000000000000",
    "readonly": "5EAD0000000000000000000000000000",
    "owner": "DA1A0000000000000000000000000000",
    "nogroup": "87400000000000000000000000000000",
}


@pytest.fixture(scope="session")
def keys() -> dict[str, str]:
    """Keys of the sample's users: admin (1), writer (2), readonly (3), owner of private things (16), nogroup (874)."""
    return KEYS


@pytest.fixture
async def client(database_url: str, sample: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the backend, once on each kind of database: read only."""
    app = create_app(
        BackendSettings(
            database=database_url,
            public_url=PUBLIC_URL,
            object_store_url=OBJECT_STORE_URL,
            files=sample / "files",
        )
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend.test") as opened:
            yield opened


NOW = datetime(2026, 11, 22, 12, 0, 0)  # noqa: DTZ001  # the database has no zones


_READ: dict[tuple[Table, object], list[Any]] = {}


@dataclass(frozen=True, slots=True)
class Writable:
    """A backend that may be written to, with what it stands on. ``files``: its file root."""

    http: httpx.AsyncClient
    database: Database
    files: Path

    async def rows(self, table: Table, *conditions: Any) -> list[Any]:
        """Rows of a table, in the order of its key."""
        async with self.database.read() as connection:
            found = await connection.execute(select(table).where(*conditions).order_by(*table.primary_key))
            return list(found)

    async def snapshot(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        return {
            table.name: await self._known(table, state) for table, state in (await self._states()).items()
        }

    async def _known(self, table: Table, state: object) -> list[Any]:
        """The rows of a table, read unless a table in the same state was read before."""
        if (table, state) not in _READ:
            _READ[table, state] = await self.rows(table)
        return _READ[table, state]

    async def _states(self) -> dict[Table, object]:
        """Each table with what tells whether its rows are others: SQLAlchemy makes rows slowly of what is stored."""
        found = tables.metadata.sorted_tables
        if self.database.is_sqlite:
            return self._stored_rows(found)
        async with self.database.read() as connection:
            names = ", ".join(f"`{self._name(table)}`.`{table.name}`" for table in found)
            sums = await connection.exec_driver_sql(f"CHECKSUM TABLE {names}")
            return dict(zip(found, sums.scalars(1), strict=True))

    def _stored_rows(self, found: Iterable[Table]) -> dict[Table, object]:
        """Each table of the files and a checksum of all that they hold of it."""
        files, states = self.database.files, dict[Table, object]()
        for schema, file in ((USERS, files.users), (EXPERIMENTS, files.experiments)):
            with closing(sqlite3.connect(file)) as connection:
                for table in found:
                    if table.schema == schema:
                        stored = connection.execute(f'SELECT * FROM "{table.name}"').fetchall()
                        states[table] = hash(tuple(stored))
        return {table: states[table] for table in found}

    def _name(self, table: Table) -> str:
        names = self.database.names
        return names.openml if table.schema == "openml" else names.openml_expdb

    async def added(self, before: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """The rows that are new since a snapshot, of each table that has changed."""
        new = {}
        for name, rows in (await self.snapshot()).items():
            if rows != before[name]:
                known = set(before[name])
                new[name] = [row for row in rows if row not in known]
        return new

    def stored(self) -> list[str]:
        """The stored files, by their paths."""
        return sorted(str(file.relative_to(self.files)) for file in self.files.rglob("*") if file.is_file())


@pytest.fixture
async def writable(scratch_database: Database, sample: Path, tmp_path: Path) -> AsyncIterator[Writable]:
    """A backend of the test's own at 2026-11-22 12:00:00, once on each kind of database."""
    files = tmp_path / "files"
    shutil.copytree(sample / "files", files)
    settings = BackendSettings(
        database=scratch_url(scratch_database),
        database_names=scratch_database.names,  # type: ignore[arg-type]  # the protocol's own type
        public_url=PUBLIC_URL,
        object_store_url=OBJECT_STORE_URL,
        files=files,
        shadow_secret="tests sign with this",
    )
    app = create_app(settings, frozen_clock(NOW))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend.test") as opened:
            yield Writable(opened, scratch_database, files)


def scratch_url(database: Database) -> str:
    """The URL of an open database."""
    return (
        database.engine.url.render_as_string(hide_password=False)
        if not database.is_sqlite
        else (f"sqlite:///{database.files.experiments}")
    )
