"""PHP's documents of tasks (legacy notes, task 1)."""

from collections.abc import Iterable

from backend.database.results import AnyRow
from backend.legacy.tree import Element, each, element
from backend.tasks.templates import Piece


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
