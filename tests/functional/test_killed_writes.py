"""A process that is killed while it stores files leaves neither a row without its file nor a file without its row."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from backend import tables
from backend.database.connections import Database
from backend.storage.local import LocalStorage
from backend.storage.sweep import sweep
from tests.functional.evidence import evidence, kind_of

pytestmark = pytest.mark.anyio

WRITES = 300
ROUNDS = 8 if os.environ.get("PROVE") else 3

# 300 uploads at once, some of which fail and some of which delete what another one stored.
WRITER = """
import asyncio, sys
from datetime import datetime
from pathlib import Path
from backend import tables
from backend.clock import frozen_clock
from backend.database.connections import Database, SchemaNames
from backend.storage.local import LocalStorage
from backend.problems import Problem
from backend.resources import Resources
from backend.database.storing import insert
from backend.storage.sweep import sweep
from backend.transaction import write
from config.settings import BackendSettings

url, openml, expdb, root, first = sys.argv[1:]
NOW = datetime(2026, 11, 22)
stored = []

async def main():
    database = Database(url, SchemaNames(openml, expdb))
    storage = LocalStorage(Path(root))
    await sweep(database, storage)
    resources = Resources(BackendSettings(), database, {}, frozen_clock(NOW), storage=storage)

    async def upload(number):
        content = f"{number} ".encode() * 2000

        async def work(transaction):
            staged = await transaction.files.stage(content)
            path = await transaction.files.place(staged, "misc//", f"{number % 7}.txt")
            row = {"creator": 1, "creation_date": NOW, "filepath": path, "type": "misc"}
            row |= {"filesize": staged.size, "md5_hash": staged.md5}
            await insert(transaction.connection, tables.file, row)
            if number % 10 == 0:
                raise Problem("validation-error", "No.")
            gone = stored.pop() if number % 5 == 1 and stored else None
            if gone is not None:
                print("going", gone, flush=True)
                table = tables.file
                await transaction.connection.execute(table.delete().where(table.c.filepath == gone))
                transaction.files.remove(gone)
            return path, staged.md5

        try:
            path, md5 = await write(resources, work)
        except Problem:
            return
        stored.append(path)
        print("stored", path, md5, flush=True)

    await asyncio.gather(*(upload(number) for number in range(int(first), int(first) + 300)))

asyncio.run(main())
"""


def url_of(database: Database) -> str:
    """The URL of an open database."""
    if database.is_sqlite:
        return f"sqlite:///{database.files.experiments}"
    return database.engine.url.render_as_string(hide_password=False)


async def test_nothing_is_half_stored_after_sigkill(scratch_database: Database, tmp_path: Path) -> None:
    """Killed at random moments: rows and files agree after the restart, and what was acknowledged is whole."""
    root = tmp_path / "root"
    root.mkdir()
    chance = random.Random(4)
    acknowledged: dict[str, str] = {}
    for number in range(ROUNDS):
        names = scratch_database.names
        arguments = [
            url_of(scratch_database),
            names.openml,
            names.openml_expdb,
            str(root),
            str(number * WRITES),
        ]
        lines = _killed_after(chance.randrange(1, 120), arguments)
        for line in lines:
            word, path, *md5 = line.split(" ")
            if word == "stored":
                acknowledged[path] = md5[0]
            else:
                acknowledged.pop(path, None)  # it may or may not be gone
    storage = LocalStorage(root)
    await sweep(scratch_database, storage)
    await storage.close()
    table = tables.file
    async with scratch_database.read() as connection:
        asked = select(table.c.filepath, table.c.md5_hash).where(table.c.filepath.like("misc//%"))
        rows = {path.replace("//", "/"): md5 for path, md5 in await connection.execute(asked)}
    files = {
        str(file.relative_to(root)): hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        for file in root.rglob("*")
        if file.is_file()
    }
    assert files == rows
    assert {path.replace("//", "/"): md5 for path, md5 in acknowledged.items()}.items() <= rows.items()
    assert len(acknowledged) > ROUNDS
    evidence(
        f"a process on {kind_of(scratch_database)} killed {ROUNDS} times during {WRITES} concurrent stores, some of "
        f"which fail or delete: {len(acknowledged)} acknowledged and whole, {len(rows)} stored, half stored: 0"
    )


def _killed_after(count: int, arguments: list[str]) -> list[str]:
    """The whole lines that a writer printed until it was killed after so many."""
    command = [sys.executable, "-c", WRITER, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if len(lines) == count:
                process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]
