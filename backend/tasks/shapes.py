"""Documents of tasks (new-API contract, section C)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict

from backend.database.results import AnyRow
from backend.php.text import trimmed, trimmed_or_empty
from backend.tasks.templates import Payload


class Task(TypedDict):
    """The document of ``GET /tasks/{task_id}``; inputs and outputs hold what the type's templates say."""

    id: int
    name: str
    task_type_id: int
    task_type: str
    input: list[dict[str, Any]]
    output: list[dict[str, Any]]
    tags: list[str]


class Input(TypedDict):
    """A value that a task was made with; null when it is empty."""

    name: str
    value: str | None


class Inputs(TypedDict):
    """The document of ``GET /tasks/inputs/{task_id}``."""

    task_id: int
    task_type_id: int
    input: list[Input]


class Named(TypedDict):
    """An input or a quality of a listed task; both keep their text."""

    name: str
    value: str


class Listed(TypedDict):
    """A task in a list; without ``quality`` when the data set has none."""

    task_id: int
    task_type_id: int
    task_type: str
    did: int
    name: str
    status: str
    format: str
    input: list[Named]
    quality: NotRequired[list[Named]]


def task(row: AnyRow, expanded: Iterable[tuple[str, dict[str, Payload]]], tags: Iterable[str]) -> Task:
    """One task (legacy notes, task 1.3).

    Args:
        row: Of ``queries.task``.
        expanded: Of ``templates.expanded``.
        tags: Of the task, in order.

    Returns:
        The document of ``GET /tasks/{task_id}``.
    """
    pieces = list(expanded)
    return {
        "id": row.task_id,
        "name": task_name(row),
        "task_type_id": row.ttid,
        "task_type": trimmed_or_empty(row.task_type),
        "input": [piece for io, piece in pieces if io == "input"],
        "output": [piece for io, piece in pieces if io == "output"],
        "tags": [trimmed_or_empty(tag) for tag in tags],
    }


def task_name(row: AnyRow) -> str:
    """What a task is called.

    Args:
        row: Of ``queries.task``.

    Returns:
        Its number, data set and type; without the data set when the task names none.
    """
    about = f": {row.dataset or ''}" if row.source is not None else ""
    return trimmed_or_empty(f"Task {row.task_id}{about} ({row.task_type})")


def inputs(row: AnyRow, values: Mapping[str, str]) -> Inputs:
    """The inputs of a task (legacy notes, task 1.4).

    Args:
        row: Of ``queries.task``.
        values: Of ``queries.inputs``.

    Returns:
        The document of ``GET /tasks/inputs/{task_id}``; values stay text.
    """
    return {
        "task_id": row.task_id,
        "task_type_id": row.ttid,
        "input": [
            {"name": trimmed_or_empty(name), "value": trimmed(value) or None}
            for name, value in values.items()
        ],
    }


def listed(
    rows: Iterable[AnyRow],
    inputs: Mapping[int, Sequence[tuple[str, str]]],
    qualities: Mapping[int, Sequence[tuple[str, str]]],
) -> list[Listed]:
    """The document of a list.

    Args:
        rows: Of ``list_queries.listed``.
        inputs: Of ``list_queries.shown_inputs``.
        qualities: Of ``list_queries.shown_qualities``.

    Returns:
        One object a task.
    """
    document: list[Listed] = []
    for row in rows:
        task: Listed = {
            "task_id": row.task_id,
            "task_type_id": row.ttid,
            "task_type": row.task_type,
            "did": row.did,
            "name": row.name,
            "status": row.status,
            "format": row.format,
            "input": _named(inputs[row.task_id]),
        }
        if qualities[row.did]:
            task["quality"] = _named(qualities[row.did])
        document.append(task)
    return document


def _named(pairs: Iterable[tuple[str, str]]) -> list[Named]:
    return [{"name": name, "value": value} for name, value in pairs]
