"""Documents of runs (new-API contract, section C)."""

from collections.abc import Sequence
from typing import Final, Literal, NotRequired

from typing_extensions import TypedDict

from backend.database.results import AnyRow
from backend.database.stored_numbers import float_or_text
from backend.moments import Moment, iso_or_none
from backend.runs.queries import RunRows
from config.php.text import trimmed, trimmed_or_empty
from config.settings import BackendSettings

NO_DATASET: Final = -1
"""What PHP shows as the data set of a run's file: it is none."""


class ParameterSetting(TypedDict):
    """A parameter with the value that it had in the run."""

    name: str | None
    value: str
    component: int


class UsedDataset(TypedDict):
    """A data set that a run used or made."""

    did: int
    name: str
    url: str


class File(TypedDict):
    """A file of a run."""

    did: Literal[-1]
    file_id: int
    name: str
    url: str


class Evaluation(TypedDict):
    """A score; with repeat and fold when it is that of a fold."""

    name: str
    value: NotRequired[float]
    array_data: NotRequired[str]
    repeat: NotRequired[int]
    fold: NotRequired[int]


class OutputData(TypedDict):
    """What a run gave."""

    dataset: list[UsedDataset]
    file: list[File]
    evaluation: list[Evaluation]


class Run(TypedDict):
    """A run as ``GET /run/{run_id}`` shows it."""

    run_id: int
    uploader: int | None
    uploader_name: str
    task_id: int | None
    task_type: NotRequired[str]
    task_evaluation_measure: NotRequired[str]
    flow_id: NotRequired[int]
    flow_name: NotRequired[str]
    setup_id: int
    error: list[str]
    error_message: str | None
    run_details: str | None
    setup_string: str
    parameter_setting: list[ParameterSetting]
    tag: list[str]
    input_data: list[UsedDataset]
    output_data: OutputData


class ListedRun(TypedDict):
    """A run in a list."""

    run_id: int
    task_id: int
    setup_id: int
    flow_id: int
    uploader: int | None
    upload_time: Moment | None
    error_message: str
    run_details: str


class Iteration(TypedDict):
    """One iteration of an optimisation."""

    repeat: int
    fold: int
    iteration: int
    setup_string: str
    evaluation: float | str | None
    selected: bool | None


class Trace(TypedDict):
    """The trace of a run."""

    run_id: int
    trace: list[Iteration]


class Reset(TypedDict):
    """The run that was reset."""

    id: int


class RunDeleted(TypedDict):
    """The run that is gone."""

    id: int


class Concerned(TypedDict):
    """The run that was uploaded, evaluated or traced."""

    run_id: int


def run(rows: RunRows, settings: BackendSettings) -> Run:
    """A run with all that belongs to it (legacy notes, task 3.3; new-API contract, section C). Returns the document of
    ``GET /run/{run_id}``.

    """
    row = rows.row
    document: Run = {
        "run_id": row.rid,
        "uploader": row.uploader,
        "uploader_name": trimmed_or_empty(f"{row.first_name or ''} {row.last_name or ''}"),
        "task_id": row.task_id,
        "setup_id": row.setup,
        "error": [text] if (text := trimmed(row.error)) else [],
        "error_message": trimmed(row.error_message),
        "run_details": trimmed(row.run_details),
        "setup_string": trimmed_or_empty(row.setup_string),
        "parameter_setting": [
            {
                "name": trimmed(setting.name),
                "value": trimmed_or_empty(setting.value),
                "component": setting.implementation_id,
            }
            for setting in rows.parameters
        ],
        "tag": [trimmed_or_empty(tag) for tag in rows.tags],
        "input_data": [_dataset(used) for used in rows.used],
        "output_data": {
            "dataset": [_dataset(made) for made in rows.made],
            "file": [_file(part, settings) for part in rows.files],
            "evaluation": [
                *(_evaluation(found) for found in rows.evaluations),
                *(_fold_evaluation(found) for found in rows.fold_evaluations),
            ],
        },
    }
    if row.task_type is not None:
        document["task_type"] = trimmed_or_empty(row.task_type)
    if row.measure is not None:
        document["task_evaluation_measure"] = trimmed_or_empty(row.measure)
    if row.flow_id is not None:
        document["flow_id"] = row.flow_id
        document["flow_name"] = trimmed_or_empty(row.flow_name)
    return document


def _dataset(row: AnyRow) -> UsedDataset:
    return {"did": row.did, "name": trimmed_or_empty(row.name), "url": trimmed_or_empty(row.url)}


def _file(row: AnyRow, settings: BackendSettings) -> File:
    return {
        "did": NO_DATASET,
        "file_id": row.file_id,
        "name": trimmed_or_empty(row.field),
        "url": trimmed_or_empty(f"{settings.public_url}data/download/{row.file_id}/{row.filename_original}"),
    }


def _evaluation(row: AnyRow) -> Evaluation:
    document: Evaluation = {"name": row.name}
    if row.value is not None:
        document["value"] = score(row.value)
    if row.array_data:
        document["array_data"] = trimmed_or_empty(row.array_data)
    return document


def _fold_evaluation(row: AnyRow) -> Evaluation:
    return {**_evaluation(row), "repeat": row.repeat, "fold": row.fold}


def score(value: float) -> float:
    """The number of a DOUBLE column; the server prints -0 as 0, so it is 0 here."""
    return value + 0.0


def listed(rows: Sequence[AnyRow]) -> list[ListedRun]:
    """Runs of a list (legacy notes, task 3.2). ``rows``: of ``queries.listed``. Returns the document of ``GET
    /run/list``.
    """
    return [
        {
            "run_id": row.rid,
            "task_id": row.task_id,
            "setup_id": row.setup,
            "flow_id": row.implementation_id,
            "uploader": row.uploader,
            "upload_time": iso_or_none(row.start_time),
            "error_message": row.error_message or "",
            "run_details": row.run_details or "",
        }
        for row in rows
    ]


def trace(rid: int, rows: Sequence[AnyRow], asked: str) -> Trace:  # noqa: ARG001  # all presenters of an operation take the same
    """The trace of a run (legacy notes, task 3.4). ``rows``: of ``queries.trace``. ``asked``: the id as it was asked
    for, which only PHP shows. Returns the document of ``GET /run/trace/{run_id}``.
    """
    return {
        "run_id": rid,
        "trace": [
            {
                "repeat": row.repeat,
                "fold": row.fold,
                "iteration": row.iteration,
                "setup_string": trimmed_or_empty(row.setup_string),
                "evaluation": None if (found := float_or_text(row.evaluation)) == "" else found,
                "selected": {"true": True, "false": False}.get(row.selected),
            }
            for row in rows
        ],
    }


def uploaded(rid: int) -> Concerned:
    """The run that was uploaded."""
    return {"run_id": rid}


def concerned(rid: int, sent: str | None) -> Concerned:  # noqa: ARG001  # all presenters of an operation take the same
    """The run that was evaluated or traced. ``sent``: the same as it was sent, which only PHP shows."""
    return {"run_id": rid}
