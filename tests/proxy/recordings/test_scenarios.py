"""Recorded writes as scenarios, with times of another clock."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from diffing.model import Observation
from proxy.recordings.recording import RecordedRequest, Recording, read_recordings, recording_files
from proxy.recordings.scenarios import (
    Scenario,
    ScenarioError,
    contents,
    recorded_bases,
    scenarios,
    with_times,
)
from proxy.recordings.superseded import superseded

WRITE = Path(__file__).parent.parent.parent / "recordings" / "write"
BEGUN = datetime.fromisoformat("2026-11-22T00:34:56.900000")


def step(number: int, body: bytes = b"", started: str = "2026-11-22T00:34:56.900Z", **more: Any) -> Recording:
    """A recorded step."""
    raw = {"_step": number, "startedDateTime": started, **more}
    return Recording(
        f"s.{number}",
        "data",
        "none",
        RecordedRequest("GET", "https://openml.test", b"/api/v1/json/data/1"),
        Observation(200, (), body, 0.2),
        scenario="s",
        raw=MappingProxyType(raw),
    )


@pytest.fixture(scope="module")
def recorded() -> list[Scenario]:
    """All recorded scenarios."""
    return scenarios(read_recordings([WRITE]))


def test_all_recorded_steps_are_in_scenarios(recorded: list[Scenario]) -> None:
    """As many as the recordings say, each in order; what is replaced is not there, and nothing else is missing."""
    files = recording_files([WRITE])
    everything = scenarios(recording for file in files for recording in read_recordings([file]))
    numbers = [[step.recording.raw["_step"] for step in scenario.steps] for scenario in everything]
    assert (len(everything), sum(map(len, numbers))) == (318, 2946)
    assert all(row == list(range(1, len(row) + 1)) for row in numbers)
    replaced = superseded(files)
    kept = [[step.recording.id for step in scenario.steps] for scenario in recorded]
    assert kept == [
        [step.recording.id for step in scenario.steps if step.recording.id not in replaced]
        for scenario in everything
    ]
    assert sum(map(len, kept)) == 2945


def test_changes_are_read(recorded: list[Scenario]) -> None:
    """Rows and files."""
    assert sum(len(step.changes) for scenario in recorded for step in scenario.steps) == 3135
    assert sum(len(step.file_changes) for scenario in recorded for step in scenario.steps) == 280


def test_the_clock_goes_a_second_on_at_a_pause() -> None:
    """Else all steps are in the second in which the recording began."""
    [scenario] = scenarios([step(1), step(2), step(3, _pause=True), step(4)])
    seconds = [item.now.replace(microsecond=0) for item in scenario.steps]
    first = BEGUN.replace(microsecond=0)
    assert seconds == [first, first, *[first + timedelta(seconds=1)] * 2]
    assert scenario.steps[0].now < scenario.steps[1].now


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"2026-11-22 00:34:57", b"2030-01-01 00:00:00"),
        (b"2026-11-22T00:34:56", b"2030-01-01T00:00:00"),
        (b"2014-04-06 23:19:24", b"2014-04-06 23:19:24"),
        (b"2026-12-26 13:07:23", b"2026-12-26 13:07:23"),
    ],
)
def test_times_of_writing_become_those_of_the_clock(text: bytes, expected: bytes) -> None:
    """Times of the sample, before and after the recording, stay."""
    found = with_times(
        step(1, b'{"date":"' + text + b'"}'), [(BEGUN, datetime.fromisoformat("2030-01-01T00:00:00"))]
    )
    assert found.response.body == b'{"date":"' + expected + b'"}'


def test_a_time_is_that_of_the_step_that_wrote_it() -> None:
    """The latest that had begun by then."""
    played = [
        (BEGUN, datetime.fromisoformat("2030-01-01T00:00:00")),
        (BEGUN + timedelta(seconds=2), datetime.fromisoformat("2030-01-02T00:00:00")),
    ]
    found = with_times(step(2, b"2026-11-22 00:34:57"), played)
    assert found.response.body == b"2030-01-01 00:00:00"


def test_a_read_is_no_step() -> None:
    """The message names it."""
    with pytest.raises(ScenarioError, match=r"s\.1: is no step of a scenario"):
        scenarios([replace(step(1), scenario=None)])


def test_a_change_without_its_table_is_told() -> None:
    """Nobody can replay it."""
    with pytest.raises(ScenarioError, match=r"s\.1: its changes cannot be read"):
        scenarios([step(1, _db_changes=[{"op": "insert"}])])


def test_the_recordings_tell_how_the_server_was_called() -> None:
    """So that a replayed backend is called the same."""
    assert recorded_bases(read_recordings([WRITE])) == ("https://openml.test/", "https://minio.openml.test/")


def test_the_object_store_is_told_by_xml_too() -> None:
    """Recordings of clients that only ask for XML name it as well."""
    body = b"<oml:parquet_url>https://minio.openml.test/datasets/0000/0061/dataset_61.pq</oml:parquet_url>"
    recording = step(1)
    told = replace(recording, response=replace(recording.response, body=body))
    assert recorded_bases([told])[1] == "https://minio.openml.test/"


def test_every_recorded_file_has_its_content_in_a_request(recorded: list[Scenario]) -> None:
    """So that a replay can store it."""
    brought = {
        len(content)
        for scenario in recorded
        for item in scenario.steps
        for content in contents(item.recording)
    }
    sizes = {
        change.size
        for scenario in recorded
        for item in scenario.steps
        for change in item.file_changes
        if change.op == "insert"
    }
    assert sizes <= brought
