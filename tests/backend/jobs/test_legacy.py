"""PHP's documents of jobs."""

from types import SimpleNamespace
from typing import Any

from backend.jobs import legacy
from backend.legacy.tree import to_json


def test_a_job_is_a_setup_on_a_task() -> None:
    """Three texts."""
    row: Any = SimpleNamespace(setup_string="weka.A -- -B 6", task_id=2, sid=3)
    assert to_json(legacy.job(row)) == b'{"job":{"learner":"weka.A -- -B 6","task_id":"2","setup_id":"3"}}'
