"""Where scenarios are played: only on what is empty or theirs."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from backend import tables
from backend.database.connections import Database
from backend.database.load import load
from config.settings import BackendSettings, DatabaseNames
from diffing.model import Observation
from proxy.checking.check import CheckError
from proxy.checking.sandbox import FILE_MARK, SandboxPlace, staged
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.recordings.scenarios import RowChange, Step

pytestmark = pytest.mark.anyio
SETTINGS = BackendSettings(database_names=DatabaseNames("stage_openml", "stage_openml_expdb"))

ASKED = RecordedRequest("POST", "https://openml.test", b"/")
LIKE = RowChange("openml_expdb.likes", "insert", {"lid": 99, "user_id": 1}, {})
TAG = RowChange("openml_expdb.dataset_tag", "insert", {"id": 61, "tag": "a"}, {})


@pytest.fixture(params=["sqlite", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that nobody uses, once on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'stage.db'}"
    server: str = request.getfixturevalue("mariadb_server")
    return server


def step() -> Step:
    """A step that inserts a row with a number, and one without."""
    moment = datetime.fromisoformat("2026-11-22T00:34:56")
    return Step(
        Recording("s.1", "", "none", ASKED, Observation(200, (), b"")), (TAG, LIKE), (), moment, moment
    )


async def test_it_is_filled_and_put_back(url: str, sample: Path) -> None:
    """Rows, numbering and files; a second use finds its own mark."""
    for _ in range(2):
        async with staged(SandboxPlace(url, sample), SETTINGS) as stage:
            pristine, numbers, files = stage.tables.rows, await stage.tables.next_ids(), stage.files.files
            database = Database(url, SETTINGS.database_names)
            async with database.write() as connection:
                await connection.execute(delete(tables.likes))
            await database.dispose()
            await stage.align(step())
            assert (await stage.tables.next_ids())["openml_expdb.likes"] == 99
            (stage.root / "new").write_bytes(b"x")
            await stage.reset()
            await stage.tables.look()
            assert {name: sorted(map(repr, rows)) for name, rows in stage.tables.rows.items()} == {
                name: sorted(map(repr, rows)) for name, rows in pristine.items()
            }
            assert await stage.tables.next_ids() == numbers
            assert (len(files), stage.files.files) == (7, files)


async def test_another_database_is_refused(sample: Path, tmp_path: Path) -> None:
    """Whatever is in it would be lost."""
    url = f"sqlite:///{tmp_path / 'other.db'}"
    await load(sample, url)
    with pytest.raises(CheckError, match="exists already; --force overwrites it"):
        async with staged(SandboxPlace(url, sample), SETTINGS):
            pass
    async with staged(SandboxPlace(url, sample, force=True), SETTINGS) as stage:
        assert stage.tables.rows


async def test_an_empty_file_is_taken(sample: Path, tmp_path: Path) -> None:
    """As one that is not there."""
    (tmp_path / "empty.db").touch()
    async with staged(SandboxPlace(f"sqlite:///{tmp_path / 'empty.db'}", sample), SETTINGS) as stage:
        assert stage.tables.rows


async def test_a_file_that_is_no_database_is_refused(sample: Path, tmp_path: Path) -> None:
    """It may be anything."""
    (tmp_path / "thesis.db").write_text("Chapter 1 of many, many words that are no database at all.\n" * 20)
    with pytest.raises(CheckError, match="exists already"):
        async with staged(SandboxPlace(f"sqlite:///{tmp_path / 'thesis.db'}", sample), SETTINGS):
            pass


async def test_a_folder_with_other_files_is_refused(sample: Path, tmp_path: Path) -> None:
    """They would be lost."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "mine").touch()
    place = SandboxPlace(f"sqlite:///{tmp_path / 'x.db'}", sample, folder)
    with pytest.raises(CheckError, match="is not empty; --force replaces all files in it"):
        async with staged(place, SETTINGS):
            pass


async def test_a_folder_is_marked(sample: Path, tmp_path: Path) -> None:
    """So that it is taken again."""
    folder = tmp_path / "new" / "files"
    place = SandboxPlace(f"sqlite:///{tmp_path / 'x.db'}", sample, folder)
    for _ in range(2):
        async with staged(place, SETTINGS) as stage:
            assert (stage.root, (folder / FILE_MARK).is_file()) == (folder, True)
            (folder / "left").touch()
            stage.files.look()
    assert (folder / "left").is_file()


async def test_a_sample_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Before anything is made."""
    with pytest.raises(CheckError, match="nothing"):
        async with staged(SandboxPlace(f"sqlite:///{tmp_path / 'x.db'}", tmp_path / "nothing"), SETTINGS):
            pass
    assert not (tmp_path / "x.db").exists()
