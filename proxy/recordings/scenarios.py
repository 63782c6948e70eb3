"""Scenarios: recorded requests in order, with what each did to the databases and files.

A scenario starts from the pristine sample. Times of writing are not those of the recording but those of the clock
that the replay shows, so times in recorded answers are brought to that clock.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from proxy.message.forms import read_contents
from proxy.recordings.recording import Recording

Op = Literal["insert", "update", "delete"]

NOW: Final = "<now>"
"""Stands for a time of writing in recorded rows."""

STEP_TIME: Final = timedelta(milliseconds=1)
"""How far the clock of a replay goes from one step to the next within a second."""

_PARQUET = re.compile(rb'parquet_url(?:": ?"|>)([^"<]+?)datasets\\?/')
_MOMENT = re.compile(rb"\b(\d{4}-[01]\d-[0-3]\d)([ T])([0-2]\d:[0-5]\d:[0-5]\d)\b")


class ScenarioError(ValueError):
    """A recording cannot be replayed as a step. ``problem``: what is wrong."""

    def __init__(self, recording: Recording, problem: str) -> None:
        super().__init__(f"{recording.id}: {problem}")


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a step did to one row.

    Args:
        table: The table, ``openml_expdb.dataset``.
        op: What was done.
        row: After it: all columns of an inserted row; key and changed columns of an updated one.
        before: Before it: all columns of a deleted row; key and changed columns of an updated one.
    """

    table: str
    op: Op
    row: Mapping[str, Any]
    before: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FileChange:
    """What a step did to one stored file.

    Args:
        path: Below the root of the files.
        op: What was done.
        size: In bytes, after it.
        md5: Checksum after it.
    """

    path: str
    op: Op
    size: int
    md5: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a scenario.

    Args:
        recording: The exchange as recorded.
        changes: What it did to rows.
        file_changes: What it did to files.
        started: When it was recorded.
        now: What the clock of a replay shows at this step.
    """

    recording: Recording
    changes: tuple[RowChange, ...]
    file_changes: tuple[FileChange, ...]
    started: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Scenario:
    """Steps that were recorded one after the other, from the pristine sample on. ``steps``: in order."""

    name: str
    steps: tuple[Step, ...]

    @property
    def start(self) -> datetime:
        """When its clock begins."""
        return self.steps[0].now

    def timed(self) -> tuple[Recording, ...]:
        """The exchanges with the times of the replay's clock in their answers."""
        clock = [(step.started, step.now) for step in self.steps]
        return tuple(with_times(step.recording, clock[: index + 1]) for index, step in enumerate(self.steps))


def scenarios(recordings: Iterable[Recording]) -> list[Scenario]:
    """Put recorded steps together. ``recordings``: steps in order, scenario after scenario. Returns the scenarios,
    each once. Raises ScenarioError: a recording is no step of a scenario.
    """
    found: dict[str, list[Recording]] = {}
    for recording in recordings:
        if recording.scenario is None:
            raise ScenarioError(recording, "is no step of a scenario")
        found.setdefault(recording.scenario, []).append(recording)
    return [_scenario(name, steps) for name, steps in found.items()]


def recorded_bases(recordings: Iterable[Recording]) -> tuple[str | None, str | None]:
    """How the server and its object store were called from outside when it was recorded. Returns base URLs with a
    slash at the end; None where no recording tells.
    """
    public = store = None
    for recording in recordings:
        public = public or recording.request.base + "/"
        told = _PARQUET.search(recording.response.body)
        if told:
            store = told[1].replace(b"\\/", b"/").decode()
            break
    return public, store


def _scenario(name: str, recordings: Sequence[Recording]) -> Scenario:
    ordered = sorted(recordings, key=lambda recording: int(recording.raw.get("_step", 0)))
    steps: list[Step] = []
    for recording, now in zip(ordered, _clock(ordered), strict=True):
        try:
            steps.append(
                Step(
                    recording=recording,
                    changes=tuple(_change(change) for change in recording.raw.get("_db_changes", ())),
                    file_changes=tuple(
                        FileChange(change["path"], change["op"], change.get("size", 0), change.get("md5", ""))
                        for change in recording.raw.get("_file_changes", ())
                    ),
                    started=_started(recording),
                    now=now,
                )
            )
        except (KeyError, TypeError) as error:
            raise ScenarioError(recording, f"its changes cannot be read: {error!r}") from error
    return Scenario(name, tuple(steps))


def _change(change: Mapping[str, Any]) -> RowChange:
    table = f"{change['db']}.{change['table']}"
    return RowChange(table, change["op"], change.get("row", {}), change.get("before", {}))


def _started(recording: Recording) -> datetime:
    text = str(recording.raw.get("startedDateTime", ""))
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise ScenarioError(recording, f"startedDateTime {text!r} is no time") from error


def _clock(recordings: Sequence[Recording]) -> Iterator[datetime]:
    """The whole second in which the recording began; a second more at each pause."""
    now = _started(recordings[0]).replace(microsecond=0)
    for index, recording in enumerate(recordings):
        if recording.raw.get("_pause"):
            now = now.replace(microsecond=0) + timedelta(seconds=1)
        elif index:
            now += STEP_TIME
        yield now


def with_times(recording: Recording, played: Sequence[tuple[datetime, datetime]]) -> Recording:
    """A step's exchange with the times of another clock in its answer.

    ``recording``: the exchange as recorded. ``played``: of the steps up to this one, in order: when each was recorded,
    and what the clock showed. Returns the exchange; nothing of its answer is volatile any more.
    """

    # What was written by a step lies between the first one and the end of this one; the sample has other times.
    last = played[-1][0] + timedelta(seconds=recording.response.seconds)

    def moved(match: re.Match[bytes]) -> bytes:
        try:
            written = datetime.fromisoformat(f"{match[1].decode()} {match[3].decode()}")
        except ValueError:
            return match[0]
        now = next(
            (now for started, now in reversed(played) if started.replace(microsecond=0) <= written <= last),
            None,
        )
        return match[0] if now is None else now.strftime(f"%Y-%m-%d{match[2].decode()}%H:%M:%S").encode()

    body = _MOMENT.sub(moved, recording.response.body)
    return replace(recording, response=replace(recording.response, body=body), volatile=())


def contents(recording: Recording) -> list[bytes]:
    """The contents that a request brings, which stored files may get. ``recording``: the exchange. Returns those of
    its form's parts; nothing when it has no multipart form.
    """
    request = recording.request
    kind = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    return read_contents(kind, request.body)
