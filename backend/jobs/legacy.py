"""PHP's documents of jobs (legacy notes, task 7)."""

from backend.database.results import AnyRow
from backend.legacy.tree import Element, element


def job(row: AnyRow) -> Element:
    """A setup to run on a task."""
    return element(
        "job",
        element("learner", row.setup_string),
        element("task_id", row.task_id),
        element("setup_id", row.sid),
    )
