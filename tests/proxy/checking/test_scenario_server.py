"""The recorded legacy server changes a database as PHP did."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from backend import tables
from backend.database.connections import Database
from config.settings import BackendSettings
from diffing.model import Observation
from proxy.checking.inprocess import Application
from proxy.checking.sandbox import Sandbox, SandboxPlace, staged
from proxy.checking.scenario_server import ScenarioServer
from proxy.checking.scenarios import read_scenarios
from proxy.outbound.observe import observe
from proxy.recordings.scenarios import Scenario

pytestmark = pytest.mark.anyio
WRITE = Path(__file__).parent.parent.parent / "recordings" / "write"
NOW = datetime.fromisoformat("2030-01-02T03:04:05")


@pytest.fixture(scope="module")
def plays() -> dict[str, Scenario]:
    """All recorded scenarios."""
    return {scenario.name: scenario for scenario in read_scenarios([WRITE])}


@asynccontextmanager
async def playing(
    tmp_path: Path, sample: Path, *scenarios: Scenario, settle: float = 60.0
) -> AsyncIterator[tuple[ScenarioServer, Sandbox, Database]]:
    """A server on a database of its own."""
    url = f"sqlite:///{tmp_path / 'legacy.db'}"
    database = Database(url)
    async with staged(SandboxPlace(url, sample), BackendSettings()) as stage:
        server = ScenarioServer(scenarios, stage, lambda: NOW, settle=settle)
        try:
            yield server, stage, database
        finally:
            await server.aclose()
            await database.dispose()


async def ask(server: ScenarioServer, scenario: Scenario, step: int) -> Observation:
    """Ask for a step, from 1."""
    sent = scenario.steps[step - 1].recording.request
    return await observe(Application(server), sent.method, sent.target, sent.headers, sent.body)


async def tags(database: Database) -> dict[str, datetime]:
    """The tags of data set 61, with the time of tagging."""
    tag = tables.dataset_tag
    async with database.read() as connection:
        rows = await connection.execute(select(tag.c.tag, tag.c.date).where(tag.c.id == 61))
        return {row.tag: row.date for row in rows}


async def test_a_step_changes_what_php_changed(
    tmp_path: Path, sample: Path, plays: dict[str, Scenario]
) -> None:
    """At the time of its clock, before the answer is out."""
    play = plays["data.tag"]
    async with playing(tmp_path, sample, play) as (server, _, database):
        answer = await ask(server, play, 1)
        assert (answer.status, answer.body) == (200, play.steps[0].recording.response.body)
        assert (await tags(database))["fresh-tag"] == NOW


async def test_files_are_stored(tmp_path: Path, sample: Path, plays: dict[str, Scenario]) -> None:
    """With the content that the request brought; the answer to a read has the time of the clock."""
    play = plays["data.upload"]
    async with playing(tmp_path, sample, play) as (server, stage, _):
        await ask(server, play, 1)
        [change] = play.steps[0].file_changes
        assert stage.files.files[change.path] == (change.size, change.md5)
        assert (stage.root / change.path).stat().st_size == change.size
        read = await ask(server, play, 2)
        assert b'"upload_date":"2030-01-02T03:04:05"' in read.body


async def test_a_scenario_begins_with_the_sample(
    tmp_path: Path, sample: Path, plays: dict[str, Scenario]
) -> None:
    """When its first step is asked for."""
    first, second = plays["data.tag"], plays["task.tag"]
    async with playing(tmp_path, sample, first, second) as (server, _, database):
        await ask(server, first, 1)
        await ask(server, second, 1)
        assert "fresh-tag" not in await tags(database)


async def test_the_sample_is_back_after_the_last_step(
    tmp_path: Path, sample: Path, plays: dict[str, Scenario]
) -> None:
    """So that whoever is asked before this server finds it."""
    play = plays["study.create-suite"]
    async with playing(tmp_path, sample, play, settle=0.0) as (server, stage, _):
        pristine = stage.tables.rows
        for number in range(1, len(play.steps) + 1):
            await ask(server, play, number)
        await server.settled()
        await stage.tables.look()
        assert {name: set(rows) for name, rows in stage.tables.rows.items()} == {
            name: set(rows) for name, rows in pristine.items()
        }


async def test_a_read_can_be_repeated(tmp_path: Path, sample: Path, plays: dict[str, Scenario]) -> None:
    """It is no other step."""
    play = plays["data.upload"]
    async with playing(tmp_path, sample, play) as (server, _, _database):
        await ask(server, play, 1)
        answers = [await ask(server, play, 2) for _ in range(3)]
        assert {answer.status for answer in answers} == {200}
        assert len(server.times) == 2
        await ask(server, play, 3)
        assert len(server.times) == 3


async def test_a_pause_is_a_second(tmp_path: Path, sample: Path, plays: dict[str, Scenario]) -> None:
    """Of the times that are written, whatever the clock says."""
    play = next(play for play in plays.values() if any(s.recording.raw.get("_pause") for s in play.steps[1:]))
    paused = next(i for i, s in enumerate(play.steps) if i and s.recording.raw.get("_pause"))
    async with playing(tmp_path, sample, play) as (server, _, _database):
        for number in range(1, paused + 2):
            await ask(server, play, number)
        times = server.times
        assert (times[paused] - times[paused - 1]).total_seconds() == 1


async def test_what_is_no_step_is_told(tmp_path: Path, sample: Path, plays: dict[str, Scenario]) -> None:
    """As by the recorded server of reads."""
    async with playing(tmp_path, sample, plays["data.tag"]) as (server, _, _database):
        answer = await observe(Application(server), "GET", b"/api/v1/json/data/999")
        assert (answer.status, answer.header("parity-recorded")) == (404, "no")


async def test_steps_wait_for_one_another(tmp_path: Path, sample: Path, plays: dict[str, Scenario]) -> None:
    """Each change is whole before the next."""
    play = plays["data.tag"]
    async with playing(tmp_path, sample, play) as (server, _, _database):
        answers = await asyncio.gather(ask(server, play, 1), ask(server, play, 2))
        assert [answer.status for answer in answers] == [
            step.recording.response.status for step in play.steps[:2]
        ]


async def test_whoever_is_asked_first_gets_the_recorded_ids(
    tmp_path: Path, sample: Path, plays: dict[str, Scenario]
) -> None:
    """A rehearsal of the next step finds PHP's numbering, with the ids that failed inserts used up."""
    play = plays["study.create-refused"]
    async with playing(tmp_path, sample, play) as (server, stage, _):
        for number in range(1, 9):
            await ask(server, play, number)
        assert (await stage.tables.next_ids())["openml_expdb.study"] == 3003
