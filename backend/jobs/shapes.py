"""Documents of jobs (legacy notes, task 7)."""

from typing import Any

from sqlalchemy import Row
from typing_extensions import TypedDict

from config.php.text import trimmed_or_empty


class Job(TypedDict):
    """A setup to run on a task."""

    learner: str
    task_id: int
    setup_id: int


def job(row: Row[*tuple[Any, ...]]) -> Job:
    """A job. ``row``: of ``queries.next_job``. Returns the document of ``GET /job/request``."""
    return {"learner": trimmed_or_empty(row.setup_string), "task_id": row.task_id, "setup_id": row.sid}
