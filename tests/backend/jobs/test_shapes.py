"""Documents of jobs."""

from types import SimpleNamespace
from typing import Any

from backend.jobs import shapes


def test_a_job_names_what_to_run() -> None:
    """The setup's text, trimmed, and both ids."""
    row: Any = SimpleNamespace(setup_string=" weka.MossTree -C 0.25 ", task_id=1, sid=2)
    assert shapes.job(row) == {"learner": "weka.MossTree -C 0.25", "task_id": 1, "setup_id": 2}
