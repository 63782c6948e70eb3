"""backend.database.creation: fresh databases are kept only when they were filled without a fault."""

from pathlib import Path

import pytest

from backend.database.connections import Database
from backend.database.creation import fresh_schema

pytestmark = pytest.mark.anyio


async def test_files_appear_only_at_the_end(tmp_path: Path) -> None:
    """While a load runs, nobody can open what is half full."""
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    async with fresh_schema(database, force=False):
        assert not database.files.experiments.exists()
    await database.check()
    await database.dispose()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x-openml.db", "x.db"]


async def test_a_stale_journal_does_not_survive(tmp_path: Path) -> None:
    """SQLite would play a killed writer's journal into the new rows."""
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    (tmp_path / "x.db-journal").write_bytes(b"stale")
    async with fresh_schema(database, force=False):
        pass
    await database.dispose()
    assert not (tmp_path / "x.db-journal").exists()
