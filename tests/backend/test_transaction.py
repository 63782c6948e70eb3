"""Rows, files and search index change together, or not at all."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.clock import frozen_clock
from backend.database.connections import Database, DatabaseUnavailable
from backend.database.storing import insert
from backend.deadline import Deadline
from backend.problems import Problem
from backend.resources import Resources
from backend.search.index import IndexChange
from backend.storage.local import LocalStorage
from backend.transaction import Transaction, read, write
from config.settings import BackendSettings
from tests.backend.conftest import NOW

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class Told:
    """A search index that remembers what it was told."""

    changes: list[IndexChange] = field(default_factory=list)

    def submit(self, changes: Sequence[IndexChange]) -> None:
        """Remember."""
        self.changes.extend(changes)

    async def close(self) -> None:
        """Nothing is pending."""


@pytest.fixture
async def resources(scratch_database: Database, tmp_path: Path) -> AsyncIterator[Resources]:
    """Of an application that has a database and a file root of its own."""
    root = tmp_path / "files"
    root.mkdir()
    storage = LocalStorage(root)
    yield Resources(BackendSettings(), scratch_database, {}, frozen_clock(NOW), storage=storage, index=Told())
    await storage.close()


async def upload(transaction: Transaction) -> str:
    """A file with its row, and a change of the index."""
    staged = await transaction.files.stage(b"abc")
    path = await transaction.files.place(staged, "misc/", "a.txt")
    row = {"creator": 1, "creation_date": NOW, "filepath": path, "type": "misc"}
    await insert(transaction.connection, tables.file, row)
    transaction.index.put("data", 61, tags=["t"])
    return path


async def paths(resources: Resources) -> list[str]:
    """The paths of all rows that ``upload`` made."""
    asked = select(tables.file.c.filepath).where(tables.file.c.filepath.like("misc/%"))
    async with resources.database.read() as connection:
        return list(await connection.scalars(asked))


def files(resources: Resources, tmp_path: Path) -> list[str]:
    """All stored files."""
    root = tmp_path / "files"
    return [str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()]


def told(resources: Resources) -> int:
    """How many changes the index was told of."""
    assert isinstance(resources.index, Told)
    return len(resources.index.changes)


async def test_what_returns_is_stored(resources: Resources, tmp_path: Path) -> None:
    """The row, the file, and the index is told."""
    assert await write(resources, upload) == "misc/a.txt"
    assert await paths(resources) == files(resources, tmp_path) == ["misc/a.txt"]
    assert told(resources) == 1


async def test_what_raises_never_was(resources: Resources, tmp_path: Path) -> None:
    """No row, no file, and the index is not told."""

    async def failing(transaction: Transaction) -> None:
        await upload(transaction)
        raise Problem("validation-error", "No.")

    with pytest.raises(Problem):
        await write(resources, failing)
    assert await paths(resources) == files(resources, tmp_path) == []
    assert told(resources) == 0


async def test_a_rehearsal_answers_and_never_was(resources: Resources, tmp_path: Path) -> None:
    """It gives the answer that the write would give."""
    assert await write(resources, upload, rehearsal=Deadline(time.monotonic() + 60)) == "misc/a.txt"
    assert await paths(resources) == files(resources, tmp_path) == []
    assert told(resources) == 0


@pytest.mark.parametrize("happened", [False, True])
async def test_after_a_commit_that_breaks_the_database_is_asked(
    resources: Resources, tmp_path: Path, happened: bool
) -> None:
    """Nobody else knows whether it happened: the file stays when its row is there, else it goes."""

    def breaks(connection: Connection) -> None:
        event.remove(engine, "commit", breaks)  # the asking is a transaction too
        if happened:
            connection.connection.commit()
        raise ConnectionError("the connection is lost")

    engine = resources.database.engine.sync_engine
    event.listen(engine, "commit", breaks)
    with pytest.raises(ConnectionError):
        await write(resources, upload)
    expected = ["misc/a.txt"] if happened else []
    assert await paths(resources) == files(resources, tmp_path) == expected


async def test_a_deadlock_is_no_answer(resources: Resources) -> None:
    """Transactions that wait for each other are done again, until each is done."""
    first, second = 61, 62
    together = asyncio.Barrier(2) if not resources.database.is_sqlite else None
    attempts: list[int] = []

    async def cross(connection: AsyncConnection, one: int, other: int) -> None:
        attempts.append(one)
        for did in (one, other):
            changed = update(tables.dataset).where(tables.dataset.c.did == did)
            await connection.execute(changed.values(version_label=f"by {one}"))
            if did == one and together is not None and len(attempts) <= 2:
                await together.wait()

    await asyncio.gather(
        write(resources, lambda transaction: cross(transaction.connection, first, second)),
        write(resources, lambda transaction: cross(transaction.connection, second, first)),
    )
    assert len(attempts) == (2 if resources.database.is_sqlite else 3)


async def test_who_loses_often_is_not_beside_another(resources: Resources) -> None:
    """Of sixteen that lose five times, those who have lost three times come one at a time."""
    if resources.database.is_sqlite:
        pytest.skip("one writer at a time: there are no deadlocks")
    tries, beside, most = Counter[int](), 0, 0

    async def one(number: int) -> None:
        async def work(transaction: Transaction) -> None:
            nonlocal beside, most
            tries[number] += 1
            often = tries[number] > 3
            beside += often
            most = max(most, beside)
            try:
                if not often:
                    raise OperationalError("UPDATE", {}, Exception(1213, "Deadlock found"))
                await asyncio.sleep(0.01)
                if tries[number] < 6:
                    raise OperationalError("UPDATE", {}, Exception(1213, "Deadlock found"))
            finally:
                beside -= often

        await write(resources, work)

    await asyncio.gather(*map(one, range(16)))
    assert (set(tries.values()), most) == ({6}, 1)


async def test_locks_that_others_never_give_are_told(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After many attempts the answer is 503, not 500."""
    if resources.database.is_sqlite:
        pytest.skip("one writer at a time: there are no deadlocks")
    monkeypatch.setattr("backend.transaction.ATTEMPTS", 2)
    holding = update(tables.dataset).where(tables.dataset.c.did == 61).values(version_label="held")

    async def impatient(transaction: Transaction) -> None:
        await transaction.connection.exec_driver_sql("SET SESSION innodb_lock_wait_timeout = 1")
        await transaction.connection.execute(holding)

    async with resources.database.write() as connection:
        await connection.execute(holding)
        with pytest.raises(DatabaseUnavailable, match="locks"):
            await write(resources, impatient)
        await connection.rollback()


async def test_reading_changes_nothing(resources: Resources) -> None:
    """What a read writes is rolled back."""

    async def cheating(transaction: Transaction) -> None:
        await transaction.connection.execute(tables.dataset_tag.delete())

    await read(resources, cheating)
    async with resources.database.read() as connection:
        assert (await connection.execute(select(tables.dataset_tag))).first() is not None
