"""The databases that tests run on: the sample in SQLite files, and in a private MariaDB."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from backend.database import Database
from backend.engines import DatabaseNames
from backend.load import load

ROOT = Path(__file__).parent.parent


def _server_module() -> ModuleType:
    """tests/ is no package, so its module is loaded by its path."""
    spec = importlib.util.spec_from_file_location("tests_mariadb", ROOT / "tests" / "mariadb.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


mariadb = _server_module()


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


SCRATCH = DatabaseNames("scratch_openml", "scratch_openml_expdb")


@pytest.fixture(params=["sqlite", "mariadb"])
async def scratch_database(
    request: pytest.FixtureRequest, sample: Path, tmp_path: Path
) -> AsyncIterator[Database]:
    """A database of the test's own with the loaded sample, once on each kind: may be written."""
    if request.param == "sqlite":
        shared = Database(request.getfixturevalue("sqlite_url"))
        opened = Database(f"sqlite:///{tmp_path / 'scratch.db'}")
        shutil.copyfile(shared.files.experiments, opened.files.experiments)
        shutil.copyfile(shared.files.users, opened.files.users)
    else:
        url = request.getfixturevalue("mariadb_server")
        await load(sample, url, names=SCRATCH, force=True)
        opened = Database(url, SCRATCH)
    yield opened
    await opened.dispose()
