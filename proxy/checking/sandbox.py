"""The database and the files that scenarios are played on: claimed, filled with the sample, marked as theirs."""

import sqlite3
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Column, DateTime, MetaData, String, Table, insert, text

from backend.database.connections import Database, DatabaseUnavailable
from backend.database.load import LoadError, load
from backend.database.snapshots import NUMBERED, TABLES, DatabaseSnapshot, watching
from backend.tables import EXPERIMENTS
from config.settings import BackendSettings
from proxy.checking.check import CheckError
from proxy.checking.effects import Columns
from proxy.checking.file_states import FileStates
from proxy.recordings.scenarios import Step

MARK: Final = "parity_scenarios"
FILE_MARK: Final = ".parity-scenarios"
_PURPOSE: Final = "Scenarios are played here: whatever else is stored here is lost."

COLUMNS: Final = {
    name: Columns(
        tuple(column.name for column in table.columns),
        frozenset(index for index, column in enumerate(table.columns) if isinstance(column.type, DateTime)),
    )
    for name, table in TABLES.items()
}
"""The columns of all tables."""

_mark_table = Table(MARK, MetaData(), Column("purpose", String(100)), schema=EXPERIMENTS)


@dataclass(frozen=True, slots=True)
class SandboxPlace:
    """Where scenarios are to be played.

    Args:
        database: URL of a database that is empty or was used for it before.
        sample: Folder of the sample: rows and ``files``.
        files: Folder for the files, empty or used for it before; None for a temporary one.
        force: Take database and folder whatever is in them.
    """

    database: str
    sample: Path
    files: Path | None = None
    force: bool = False


class Sandbox:
    """A database and files that can be put back to the sample.

    Args:
        tables: Looks at the tables.
        files: Looks at the files.
        root: Their folder.
        next_ids: The ids that new rows of the sample get.
    """

    def __init__(
        self, tables: DatabaseSnapshot, files: FileStates, root: Path, next_ids: dict[str, int]
    ) -> None:
        self.tables = tables
        self.files = files
        self.root = root
        self._rows = tables.rows
        self._next_ids = next_ids

    async def reset(self) -> None:
        """Put rows, numbering and files back to the sample."""
        await self.tables.look()
        await self.tables.put(self._rows)
        await self._number(self._next_ids)
        self.files.reset()

    async def align(self, step: Step) -> None:
        """Let the new rows of a step get the recorded ids: they depend on inserts that failed before. ``step``: the
        step that comes next.
        """
        first: dict[str, int] = {}
        for change in step.changes:
            number = change.row.get(NUMBERED.get(change.table, ""))
            if change.op == "insert" and isinstance(number, int):
                first[change.table] = min(number, first.get(change.table, number))
        await self._number(first)

    async def _number(self, wanted: Mapping[str, int]) -> None:
        if not wanted:
            return
        present = await self.tables.next_ids()
        for name, number in wanted.items():
            if present[name] != number:
                await self.tables.set_next_id(name, number)


@asynccontextmanager
async def staged(place: SandboxPlace, settings: BackendSettings) -> AsyncIterator[Sandbox]:
    """Fill a database and a folder with the sample. ``settings``: name the two databases on a server. Yields the
    stage. Raises CheckError: the place holds something else, or cannot be used.
    """
    async with AsyncExitStack() as stack:
        if place.files is None:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="parity-scenarios-"))
            root = Path(folder)
        else:
            root = _claimed(place.files, force=place.force)
        try:
            database = Database(place.database, settings.database_names)
            stack.push_async_callback(database.dispose)
            force = place.force or await _is_ours(database)
            await load(place.sample, place.database, force=force, names=settings.database_names)
            await _mark(database)
            tables = await stack.enter_async_context(watching(database))
        except (LoadError, DatabaseUnavailable) as error:
            raise CheckError(str(error)) from error
        stage = Sandbox(tables, FileStates(root, place.sample / "files"), root, dict(await tables.next_ids()))
        stage.files.reset()
        yield stage


def _claimed(root: Path, *, force: bool) -> Path:
    if root.exists() and not root.is_dir():
        raise CheckError(f"{root} is no folder")
    mark = root / FILE_MARK
    if root.is_dir() and any(root.iterdir()) and not mark.exists() and not force:
        raise CheckError(f"{root} is not empty; --force replaces all files in it")
    try:
        root.mkdir(parents=True, exist_ok=True)
        mark.write_text(_PURPOSE + "\n")
    except OSError as error:
        raise CheckError(f"{root} cannot be used: {error.strerror}") from error
    return root


async def _is_ours(database: Database) -> bool:
    """Whether the database was used for it before, or is a file without tables."""
    if database.is_sqlite:
        tables = [
            _tables(file) for file in (database.files.experiments, database.files.users) if file.exists()
        ]
        marked = any(found is not None and MARK in found for found in tables)
        return marked or all(found == set() for found in tables)
    async with database.connect() as connection:
        found = await connection.scalar(
            text(
                "SELECT count(*) FROM information_schema.tables "
                "WHERE table_schema = :name AND table_name = :mark"
            ),
            {"name": database.names.openml_expdb, "mark": MARK},
        )
    return bool(found)


def _tables(file: Path) -> set[str] | None:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error:
        return None


async def _mark(database: Database) -> None:
    async with database.connect() as connection:
        await connection.run_sync(_mark_table.drop, checkfirst=True)
        await connection.run_sync(_mark_table.create)
        await connection.execute(insert(_mark_table), {"purpose": _PURPOSE})
        await connection.commit()
