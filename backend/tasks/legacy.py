"""PHP's documents of tasks (legacy notes, task 1)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from backend.database.results import AnyRow
from backend.legacy.pairs import pasted
from backend.legacy.tree import Element, each, element, markup, named, record
from backend.tasks.templates import Piece

Named: TypeAlias = Mapping[int, Sequence[tuple[str, str]]]
"""Names and values by id."""


def task(row: AnyRow, pieces: Iterable[Piece], tags: Iterable[str], asked: str) -> Element:
    """One task, its inputs and outputs as the templates of its type say.

    Args:
        row: Of ``queries.task``.
        pieces: Of ``templates.expanded``.
        tags: Of the task, in order.
        asked: The id as it was asked for, which is part of the name.
    """
    made = list(pieces)
    about = f": {row.dataset or ''}" if row.source is not None else ""
    return element(
        "task",
        element("task_id", row.task_id),
        element("task_name", f"Task {asked}{about} ({row.task_type})"),
        element("task_type_id", row.ttid),
        element("task_type", row.task_type),
        (piece.tree for piece in made if piece.io == "input"),
        (piece.tree for piece in made if piece.io == "output"),
        each("tag", tags),
    )


def inputs(row: AnyRow, values: Mapping[str, str]) -> Element:
    """The values that a task was made with."""
    return element(
        "task_inputs",
        element("task_id", row.task_id),
        element("task_type_id", row.ttid),
        (markup("input", value, name=name) for name, value in values.items()),
    )


def listed(rows: Iterable[AnyRow], inputs: Named, qualities: Named) -> Element:
    """The tasks of a list."""
    return element(
        "tasks",
        [
            record(
                "task",
                task_id=row.task_id,
                task_type_id=row.ttid,
                task_type=row.task_type,
                did=row.did,
                name=row.name,
                status=row.status,
                format=row.format,
                input=named("input", pasted(inputs[row.task_id])),
                quality=named("quality", pasted(qualities[row.did])),
            )
            for row in rows
        ],
    )


def listed_json(rows: Iterable[AnyRow], inputs: Named, qualities: Named) -> Mapping[str, Any]:
    """The same as PHP's own template; without ``quality`` where there is none."""
    return {
        "tasks": {
            "task": [
                {
                    "task_id": row.task_id,
                    "task_type_id": row.ttid,
                    "task_type": row.task_type,
                    "did": row.did,
                    "name": row.name,
                    "status": row.status,
                    "format": row.format,
                    "input": _named(pasted(inputs[row.task_id])),
                    **({"quality": _named(shown)} if (shown := pasted(qualities[row.did])) else {}),
                }
                for row in rows
            ]
        }
    }


def _named(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
