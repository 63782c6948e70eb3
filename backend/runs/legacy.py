"""PHP's documents of runs (legacy notes, task 3)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element, marked_record, markup, optional
from backend.legacy.values import Value, text_of
from backend.runs.queries import RunRows
from backend.runs.shapes import NO_DATASET
from config.settings import BackendSettings


def run(rows: RunRows, settings: BackendSettings) -> Element:
    """A run with all that belongs to it; ``error`` is there where the default engine looked at it."""
    row = rows.row
    used = [_dataset(data) for data in rows.used]
    output = [
        *(_dataset(data) for data in rows.made),
        *(_file(part, settings) for part in rows.files),
        *(element("evaluation", _score(found)) for found in rows.evaluations),
        *(
            element("evaluation", _score(found), repeat=found.repeat, fold=found.fold)
            for found in rows.fold_evaluations
        ),
    ]
    return element(
        "run",
        element("run_id", row.rid),
        element("uploader", row.uploader),
        markup("uploader_name", f"{row.first_name or ''} {row.last_name or ''}"),
        element("task_id", row.task_id),
        markup("task_type", row.task_type),
        None if row.measure is None else markup("task_evaluation_measure", row.measure),
        element("flow_id", row.flow_id),
        markup("flow_name", row.flow_name),
        element("setup_id", row.setup),
        None if row.evaluated is None else element("error", row.error),
        None if row.error_message is None else markup("error_message", row.error_message),
        None if row.run_details is None else markup("run_details", row.run_details),
        element("setup_string", row.setup_string),
        (_setting(setting) for setting in rows.parameters),
        (markup("tag", tag) for tag in rows.tags),
        element("input_data", used) if used else None,
        element("output_data", output) if output else None,
    )


def _setting(row: AnyRow) -> Element:
    values = {"name": row.name, "value": row.value, "component": row.implementation_id}
    return marked_record("parameter_setting", ("name",), values)


def _dataset(row: AnyRow) -> Element:
    return element("dataset", element("did", row.did), markup("name", row.name), markup("url", row.url))


def _file(row: AnyRow, settings: BackendSettings) -> Element:
    return element(
        "file",
        element("did", NO_DATASET),
        element("file_id", row.file_id),
        element("name", row.field),
        markup("url", f"{settings.public_url}data/download/{row.file_id}/{row.filename_original}"),
    )


def _score(row: AnyRow) -> Iterable[Element | None]:
    array = markup("array_data", row.array_data) if row.array_data else None
    return element("name", row.name), optional("value", row.value), array


def listed(rows: Sequence[AnyRow]) -> Element:
    """The runs of a list."""
    return element(
        "runs", (marked_record("run", ("error_message", "run_details"), _listed(row)) for row in rows)
    )


def _listed(row: AnyRow) -> Mapping[str, Value]:
    return {
        "run_id": row.rid,
        "task_id": row.task_id,
        "task_type_id": row.ttid,
        "setup_id": row.setup,
        "flow_id": row.implementation_id,
        "uploader": row.uploader,
        "upload_time": row.start_time,
        "error_message": row.error_message,
        "run_details": row.run_details,
    }


def listed_json(rows: Sequence[AnyRow]) -> Mapping[str, Any]:
    """The same as PHP's own template, without the type of the task."""
    return {
        "runs": {
            "run": [
                {
                    "run_id": row.rid,
                    "task_id": row.task_id,
                    "setup_id": row.setup,
                    "flow_id": row.implementation_id,
                    "uploader": row.uploader,
                    "upload_time": text_of(row.start_time),
                    "error_message": row.error_message or "",
                    "run_details": row.run_details or "",
                }
                for row in rows
            ]
        }
    }


def trace(rid: int, rows: Sequence[AnyRow], asked: str) -> Element:  # noqa: ARG001  # all presenters of an operation take the same
    """The trace of a run, whose id is shown as it was asked for."""
    return element("trace", element("run_id", asked), (_iteration(row) for row in rows))


def _iteration(row: AnyRow) -> Element:
    values = {
        "repeat": row.repeat,
        "fold": row.fold,
        "iteration": row.iteration,
        "setup_string": row.setup_string,
        "evaluation": row.evaluation,
        "selected": row.selected,
    }
    return marked_record("trace_iteration", ("setup_string",), values)


def uploaded(rid: int) -> Element:
    """The run that was uploaded."""
    return element("upload_run", element("run_id", rid))


def evaluated(rid: int, sent: str | None) -> Element:  # noqa: ARG001  # all presenters of an operation take the same
    """The run whose evaluation was stored, as it was sent."""
    return element("run_evaluate", element("run_id", sent))


def traced(rid: int, sent: str | None) -> Element:  # noqa: ARG001  # all presenters of an operation take the same
    """The run whose trace was stored, as it was sent."""
    return element("run_trace", element("run_id", sent))
