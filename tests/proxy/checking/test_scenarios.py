"""Replaying scenarios against the backend, at a size that fits."""

import copy
from collections.abc import Callable, Iterable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import select

from backend import tables
from backend.database.connections import Database
from proxy.checking.check import CheckError, FailureLimits
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenarios import ScenariosResult, check_scenarios
from proxy.recordings.recording import Recording, read_recordings
from tests.proxy.recording_files import write_recordings

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parent.parent.parent.parent
WRITE = ROOT / "tests" / "recordings" / "write"
TOPIC = {"id": 61, "topic": "Ponds", "uploader": 2, "date": "<now>"}
SCENARIOS = ("data.tag", "data.untag-owner", "task.tag")


@pytest.fixture(params=["sqlite", "mariadb"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> SandboxPlace:
    """A database of the check's own, once on each kind."""
    if request.param == "sqlite":
        return SandboxPlace(f"sqlite:///{tmp_path / 'scenarios.db'}", sample)
    monkeypatch.setenv("OPENML_DATABASE_NAMES_OPENML", "scenario_openml")
    monkeypatch.setenv("OPENML_DATABASE_NAMES_OPENML_EXPDB", "scenario_openml_expdb")
    return SandboxPlace(request.getfixturevalue("mariadb_server"), sample)


@pytest.fixture
def small(tmp_path: Path, sample: Path) -> SandboxPlace:
    """A SQLite database, where one kind is enough."""
    return SandboxPlace(f"sqlite:///{tmp_path / 'scenarios.db'}", sample)


def some(*names: str) -> list[Recording]:
    """The steps of some scenarios."""
    return [recording for recording in read_recordings([WRITE]) if recording.scenario in names]


def damaged(recording: Recording, damage: Callable[[dict[str, Any]], None]) -> Recording:
    """A recording whose entry was changed."""
    raw = copy.deepcopy(dict(recording.raw))
    damage(raw)
    object.__setattr__(recording, "raw", MappingProxyType(raw))
    return recording


async def checked(
    recordings: Iterable[Recording], place: SandboxPlace, folder: Path, route: str | None = None
) -> ScenariosResult:
    """Check recordings."""
    file = folder / "steps.jsonl"
    write_recordings(file, recordings)
    return await check_scenarios((file,), place, ROOT / "config", limits=FailureLimits(), route=route)


async def test_answers_and_effects_are_those_of_php(place: SandboxPlace, tmp_path: Path) -> None:
    """On both databases; what is taken back starts anew in the next scenario."""
    steps = some(*SCENARIOS)
    result = await checked(steps, place, tmp_path)
    effects = result.effects.document()
    assert (effects["compared"], effects["equal"], effects["different"]) == (len(steps), len(steps), [])
    assert result.check.tally.totals.of("mismatch") == 0
    assert result.check.breaches == ()


async def test_a_wrong_effect_is_told_and_mended(small: SandboxPlace, tmp_path: Path) -> None:
    """The steps after it are compared as if nothing had been wrong."""

    def damage(raw: dict[str, Any]) -> None:
        raw["_db_changes"].append(
            {"db": "openml_expdb", "table": "dataset_topic", "op": "insert", "row": TOPIC}
        )

    first, *others = some("data.tag")
    result = await checked([damaged(first, damage), *others], small, tmp_path)
    [difference] = result.effects.document()["different"]
    assert difference["recording"] == first.id
    assert difference["rows"] == [{"table": "openml_expdb.dataset_topic", "what": "missing", "row": TOPIC}]
    assert "1 effects differ, in 1 rows" in result.check.breaches


async def test_a_wrong_answer_is_a_mismatch(small: SandboxPlace, tmp_path: Path) -> None:
    """As for reads."""

    def damage(raw: dict[str, Any]) -> None:
        content = raw["response"]["content"]
        content["text"] = content["text"].replace("fresh-tag", "stale-tag")

    first, *others = some("data.tag")
    result = await checked([damaged(first, damage), *others], small, tmp_path)
    assert result.check.tally.totals.of("mismatch") == 1


async def test_of_other_routes_only_the_changes_are_made(small: SandboxPlace, tmp_path: Path) -> None:
    """What a selected step finds is what the recording found."""
    result = await checked(some("data.tag"), small, tmp_path, route="dataset.untag")
    assert result.check.tally.routes.keys() == {"dataset.untag"}
    assert result.check.tally.totals.of("mismatch") == 0
    assert result.effects.document()["different"] == []


async def test_new_rows_get_the_recorded_ids(small: SandboxPlace, tmp_path: Path) -> None:
    """Whatever ids failed inserts used up before."""
    result = await checked(some("votes.down-errors"), small, tmp_path, route="vote*")
    rows = [row for item in result.effects.document()["different"] for row in item["rows"]]
    assert [row for row in rows if row["table"] == "openml_expdb.downvotes" and "did" in row["row"]] == []


async def test_a_recorded_read_is_wrong_use(small: SandboxPlace, tmp_path: Path) -> None:
    """Only scenarios can be played."""
    [read, *_] = read_recordings([ROOT / "tests" / "recordings" / "read" / "user.jsonl.gz"])
    with pytest.raises(CheckError, match="is no step of a scenario"):
        await checked([read], small, tmp_path)


async def test_a_glob_that_fits_no_route_is_wrong_use(small: SandboxPlace, tmp_path: Path) -> None:
    """A typing error does not make a check weaker."""
    with pytest.raises(CheckError, match="no route fits"):
        await checked(some("data.tag"), small, tmp_path, route="datasett.*")


async def test_the_sample_is_left_behind(small: SandboxPlace, tmp_path: Path) -> None:
    """Whoever looks at the database next finds it as it was."""
    await checked([step for step in some("data.tag") if step.raw["_step"] == 1], small, tmp_path)
    database = Database(small.database)
    async with database.read() as connection:
        tag = tables.dataset_tag
        found = await connection.scalars(select(tag.c.tag).where(tag.c.id == 61))
        assert "fresh-tag" not in set(found)
    await database.dispose()
