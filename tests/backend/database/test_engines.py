"""backend.database.engines: which URLs work, and what every connection is told first."""

from pathlib import Path

import pytest
from sqlalchemy import text

from backend.database.connections import Database
from backend.database.engines import (
    DatabaseUnavailable,
    SqliteFiles,
    is_sqlite,
    open_sqlite,
    parse,
    sqlite_files,
)

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite"),
        ("mysql://u@h/", "mysql+aiomysql"),
        ("mysql+asyncmy://u@h:1/", "mysql+asyncmy"),
        ("mariadb://u@h", "mariadb+aiomysql"),
    ],
)
def test_a_url_gets_its_asynchronous_driver(url: str, driver: str) -> None:
    """Short URLs work; a driver that is named is kept."""
    assert parse(url).drivername == driver


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "no database URL"),
        ("postgresql://u:secret@h/", "postgresql does not work here"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://u:secret@h/openml", "names the database 'openml'"),
    ],
)
def test_a_url_that_cannot_work_says_what_would_be_right(url: str, says: str) -> None:
    """The message names the fault and no password."""
    with pytest.raises(DatabaseUnavailable, match=says) as caught:
        parse(url)
    assert "secret" not in str(caught.value)


def test_the_user_database_lies_beside_the_experiment_database(tmp_path: Path) -> None:
    """One URL names two files."""
    files = sqlite_files(parse(f"sqlite:///{tmp_path}/x.db"))
    assert files == SqliteFiles(tmp_path / "x.db", tmp_path / "x-openml.db")


async def test_sqlite_connections_enforce_foreign_keys(sqlite_url: str) -> None:
    """The keys within one file hold, and both files roll back together."""
    assert is_sqlite(parse(sqlite_url))
    database = Database(sqlite_url)
    async with database.read() as connection:
        pragmas = [
            await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("foreign_keys", "main.journal_mode", "openml.journal_mode")
        ]
    await database.dispose()
    assert pragmas == [1, "delete", "delete"]


def test_files_with_odd_names_open(tmp_path: Path) -> None:
    """Question mark, hash and blank in a path are no part of SQLite's URI."""
    files = SqliteFiles(tmp_path / "a ?#%41.db", tmp_path / "a ?#%41-openml.db")
    open_sqlite(files, create=True).close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a ?#%41-openml.db", "a ?#%41.db"]


@pytest.mark.parametrize("driver", ["mysql+aiomysql", "mysql+asyncmy", "mariadb+aiomysql"])
async def test_server_sessions_are_those_of_php(mariadb_url: str, driver: str) -> None:
    """Three-byte characters, UTC, long GROUP_CONCAT and no strict mode, with every driver."""
    database = Database(mariadb_url.replace("mysql+aiomysql", driver))
    async with database.read() as connection:
        row = (
            await connection.execute(
                text(
                    "SELECT @@character_set_client, @@character_set_results, @@collation_connection, "
                    "@@time_zone, @@group_concat_max_len, @@sql_mode LIKE '%STRICT%', @@sql_mode"
                )
            )
        ).one()
    await database.dispose()
    assert tuple(row)[:6] == ("utf8mb3", "utf8mb3", "utf8mb3_general_ci", "+00:00", 1048576, 0)
    assert "NO_ENGINE_SUBSTITUTION" in row[6]
