"""The databases that tests run on: the sample in SQLite files, and in a private MariaDB."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from backend.database.connections import Database
from backend.database.engines import SchemaNames
from backend.database.load import load
from backend.tables import metadata
from tests import mariadb, redis_server
from tests.redis_server import RedisServer

ROOT = Path(__file__).parent.parent


# While tests are collected there is nothing to throw away, and looking for it takes a quarter of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """What was collected stays until the end: the garbage collector never looks at it again."""
    gc.collect()
    gc.freeze()
    # Each round looks at all that a long test keeps, a tenth of its time; rounds as rare as these take no more memory.
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long tests first, so that all workers end at about the same time."""
    items.sort(key=lambda item: "functional" not in item.path.parts)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """All asynchronous tests run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def sample() -> Path:
    """The sample database as JSON Lines, with its files."""
    return ROOT / "config" / "sample"


@pytest.fixture(scope="session")
def sqlite_url(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample in SQLite files that every test shares: read only."""
    url = f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'sample.db'}"
    asyncio.run(load(sample, url))
    return url


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a private MariaDB without OpenML's databases."""
    if os.environ.get(mariadb.SKIP):
        pytest.skip(f"{mariadb.SKIP} IS SET: NOTHING IS TESTED ON MARIADB")
    try:
        with mariadb.running_server(tmp_path_factory.mktemp("mariadb")) as url:
            yield url
    except mariadb.MariaDBMissing as error:
        pytest.fail(f"{error} (or set {mariadb.SKIP}=1)")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A queue of the test's own."""
    if redis_server.skipped():
        pytest.skip(f"{redis_server.SKIP} IS SET: NOTHING IS TESTED ON REDIS")
    folder = tmp_path / "redis"
    folder.mkdir()
    try:
        with RedisServer(folder) as server:
            yield server
    except redis_server.RedisMissing as error:
        pytest.fail(f"{error} (or set {redis_server.SKIP}=1)")


@pytest.fixture(scope="session")
def mariadb_url(sample: Path, mariadb_server: str) -> str:
    """The sample in MariaDB, under the default names, shared by every test: read only."""
    asyncio.run(load(sample, mariadb_server))
    return mariadb_server


@pytest.fixture(scope="session", params=["sqlite", "mariadb"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The loaded sample, once on each kind of database: read only."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with the loaded sample, once on each kind: read only."""
    opened = Database(database_url)
    yield opened
    await opened.dispose()


SCRATCH = SchemaNames("scratch_openml", "scratch_openml_expdb")


@pytest.fixture(scope="session")
def scratch_server(sample: Path, mariadb_url: str) -> str:
    """A server with a second pair of databases, for tests that write."""
    asyncio.run(load(sample, mariadb_url, names=SCRATCH))
    return mariadb_url


@pytest.fixture(scope="session", params=["sqlite", "mariadb"])
def scratch_source(request: pytest.FixtureRequest) -> str:
    """What a scratch database is made from, once on each kind of database."""
    name = "sqlite_url" if request.param == "sqlite" else "scratch_server"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
async def scratch_database(scratch_source: str, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of the test's own with the loaded sample, once on each kind: may be written."""
    source = Database(scratch_source, SCRATCH)
    if source.is_sqlite:
        opened = Database(f"sqlite:///{tmp_path / 'scratch.db'}")
        shutil.copyfile(source.files.experiments, opened.files.experiments)
        shutil.copyfile(source.files.users, opened.files.users)
        yield opened
    else:
        opened = source
        yield opened
        await _restore(opened)
    await opened.dispose()


_SAMPLE: dict[str, object] = {}


async def _restore(database: Database) -> None:
    """Give the tables that a test changed their rows and numbering back."""
    async with database.connect() as connection:

        async def states(prefix: str) -> dict[str, object]:
            tables = ", ".join(f"`{prefix}{t.schema}`.`{t.name}`" for t in metadata.sorted_tables)
            sums = (await connection.execute(text(f"CHECKSUM TABLE {tables}"))).all()
            numbering = await connection.execute(
                text(
                    "SELECT CONCAT(table_schema, '.', table_name), auto_increment "
                    "FROM information_schema.tables"
                )
            )
            numbers = {row[0]: row[1] for row in numbering}
            return {row[0].removeprefix(prefix): (row[1], numbers.get(row[0])) for row in sums}

        if not _SAMPLE:
            _SAMPLE.update(await states(""))
        before, after = _SAMPLE, await states("scratch_")
        await connection.exec_driver_sql("SET foreign_key_checks = 0")
        for name in (name for name in before if before[name] != after[name]):
            quoted = name.replace(".", "`.`")
            await connection.exec_driver_sql(f"TRUNCATE `scratch_{quoted}`")
            await connection.exec_driver_sql(f"INSERT INTO `scratch_{quoted}` SELECT * FROM `{quoted}`")
        await connection.exec_driver_sql("SET foreign_key_checks = 1")
        await connection.commit()
