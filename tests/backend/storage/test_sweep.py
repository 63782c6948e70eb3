"""Rows and files after a write that was cut short."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend import tables
from backend.database.connections import Database
from backend.database.storing import insert
from backend.storage.local import LocalStorage
from backend.storage.sweep import sweep
from tests.backend.conftest import NOW

pytestmark = pytest.mark.anyio


async def test_a_file_stays_exactly_when_a_row_names_it(scratch_database: Database, tmp_path: Path) -> None:
    """Whatever the request was about to do when it died: write or delete."""
    storage = LocalStorage(tmp_path)
    for path in ("misc//with-row", "misc/WITH-ROW", "misc/without-row"):
        await storage.publish(await storage.stage(b"x"), path)
        await storage.claim(path)
        await storage.disown(path)
    async with scratch_database.write() as connection:
        row = {"creator": 1, "creation_date": NOW, "filepath": "misc//with-row", "type": "misc"}
        await insert(connection, tables.file, row)
    assert await sweep(scratch_database, storage) == 2
    assert await sweep(scratch_database, storage) == 0
    assert [file.name for file in (tmp_path / "misc").iterdir()] == ["with-row"]
    await storage.close()


async def test_what_is_under_way_is_left_alone(database: Database, tmp_path: Path) -> None:
    """The claims of this process are not swept."""
    storage = LocalStorage(tmp_path)
    await storage.publish(await storage.stage(b"x"), "misc/a")
    await storage.claim("misc/a")
    assert await sweep(database, storage) == 0
    assert await storage.size("misc/a") is not None
    await storage.close()
