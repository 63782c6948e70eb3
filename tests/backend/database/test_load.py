"""backend.database.load: a folder of JSON Lines becomes both databases, or nothing does."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from backend import tables
from backend.database.connections import Database
from backend.database.engines import SchemaNames
from backend.database.load import LoadError, load, refresh_statistics

pytestmark = pytest.mark.anyio


async def test_every_row_of_the_sample_is_there(database: Database, sample: Path) -> None:
    """The databases have as many rows as the sample says."""
    counts = json.loads((sample / "counts.json").read_text("utf-8"))
    expected = {f"{schema}.{table}": count for schema in counts for table, count in counts[schema].items()}
    async with database.read() as connection:
        found = {
            key: await connection.scalar(select(func.count()).select_from(table))
            for key, table in tables.metadata.tables.items()
        }
    assert found == expected


async def test_no_foreign_key_of_the_sample_is_broken(sqlite_url: str) -> None:
    """Keys were not checked while loading; they hold."""
    database = Database(sqlite_url)
    async with database.read() as connection:
        assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []
    await database.dispose()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A source with one group."""
    for schema in ("openml", "openml_expdb"):
        (tmp_path / "source" / schema).mkdir(parents=True)
    (tmp_path / "source/openml/groups.jsonl").write_text('{"id": 7, "name": "g", "description": ""}\n')
    return tmp_path / "source"


async def group_ids(database: Database) -> list[int]:
    """The ids of all groups."""
    async with database.read() as connection:
        ids = list(await connection.scalars(select(tables.groups.c.id)))
    await database.dispose()
    return ids


async def test_a_database_is_not_overwritten_unasked(small: Path, tmp_path: Path) -> None:
    """Files that are there stay, and the message tells the option."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    await load(small, url)
    with pytest.raises(LoadError, match=r"x\.db exists already; --force overwrites it"):
        await load(small, url)


async def test_force_replaces_all_rows(small: Path, tmp_path: Path) -> None:
    """Nothing of the old rows stays."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    await load(small, url)
    (small / "openml/groups.jsonl").write_text('{"id": 8, "name": "g", "description": ""}\n')
    await load(small, url, force=True)
    assert await group_ids(Database(url)) == [8]


async def test_a_failed_load_leaves_the_old_files(small: Path, tmp_path: Path) -> None:
    """With --force too, a source that SQLite refuses changes nothing and leaves no file behind."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    await load(small, url)
    files = sorted(tmp_path.iterdir())
    line = '{"id": 8, "name": "g", "description": ""}\n'
    (small / "openml/groups.jsonl").write_text(line * 2)
    with pytest.raises(LoadError, match=r"groups\.jsonl: UNIQUE constraint failed"):
        await load(small, url, force=True)
    assert sorted(tmp_path.iterdir()) == files
    assert await group_ids(Database(url)) == [7]


async def test_a_missing_folder_for_the_file_is_named(small: Path, tmp_path: Path) -> None:
    """The folder of the SQLite files is not made."""
    with pytest.raises(LoadError, match="there is no folder"):
        await load(small, f"sqlite:///{tmp_path / 'no' / 'x.db'}")


NAMES = SchemaNames("load_openml", "load_openml_expdb")


async def test_a_failed_load_leaves_no_database_on_a_server(small: Path, mariadb_server: str) -> None:
    """The databases that the load made are gone again."""
    line = '{"id": 8, "name": "g", "description": ""}\n'
    (small / "openml/groups.jsonl").write_text(line * 2)
    with pytest.raises(LoadError, match=r"groups\.jsonl: .*Duplicate entry"):
        await load(small, mariadb_server, names=NAMES)
    server = Database(mariadb_server)
    async with server.connect() as connection:
        left = (await connection.execute(text("SHOW DATABASES LIKE 'load\\_%'"))).all()
    await server.dispose()
    assert left == []


async def test_a_server_loads_under_other_names(small: Path, mariadb_server: str) -> None:
    """The names of the two databases are settings; --force is needed the second time."""
    await load(small, mariadb_server, names=NAMES)
    with pytest.raises(LoadError, match="the database load_openml has tables already"):
        await load(small, mariadb_server, names=NAMES)
    await load(small, mariadb_server, names=NAMES, force=True)
    assert await group_ids(Database(mariadb_server, NAMES)) == [7]
    server = Database(mariadb_server)
    async with server.connect() as connection:
        for name in (NAMES.openml_expdb, NAMES.openml):
            await connection.exec_driver_sql(f"DROP DATABASE {name}")
    await server.dispose()


async def test_progress_counts_up_to_all_rows(sample: Path, tmp_path: Path) -> None:
    """A progress bar ends full."""
    calls: list[tuple[str, int, int]] = []
    loaded = await load(sample, f"sqlite:///{tmp_path / 'x.db'}", progress=lambda *call: calls.append(call))
    assert [done for _, done, _ in calls] == sorted(done for _, done, _ in calls)
    assert calls[-1][1:] == (loaded.rows, loaded.rows)
    assert {table for table, _, _ in calls} <= {table.name for table in tables.metadata.sorted_tables}


async def test_files_are_copied_beside(sample: Path, small: Path, tmp_path: Path) -> None:
    """Stored files keep their path below the folder."""
    target = tmp_path / "files"
    url = f"sqlite:///{tmp_path / 'x.db'}"
    loaded = await load(small, url, files_from=sample / "files", files_to=target)
    copied = sorted(path.relative_to(target) for path in target.rglob("*") if path.is_file())
    assert copied == sorted(
        p.relative_to(sample / "files") for p in (sample / "files").rglob("*") if p.is_file()
    )
    assert loaded.files == len(copied) > 0


async def test_statistics_can_be_refreshed(database: Database) -> None:
    """Both kinds of database count their keys anew."""
    await refresh_statistics(database)
