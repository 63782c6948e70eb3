"""PHP's documents of task types."""

from types import SimpleNamespace
from typing import Any

from backend.legacy.tree import to_json
from backend.tasktypes import legacy

ROW: Any = SimpleNamespace(
    ttid=1, name="T ", description="", creator="A, B", contributors=None, creationDate="2014-01-21 00:00:00"
)


def test_the_list_has_the_columns_text() -> None:
    """No description is an empty element."""
    assert to_json(legacy.task_types([ROW])) == (
        b'{"task_types":{"task_type":{"id":"1","name":"T","description":[],"creator":"A, B"}}}'
    )


def test_one_has_each_creator_and_input() -> None:
    """Only what is required says so."""
    required: Any = SimpleNamespace(
        name="a", requirement="required", api_constraints='{"data_type": "string"}'
    )
    other: Any = SimpleNamespace(name="b", requirement="optional", api_constraints=None)
    assert to_json(legacy.task_type(ROW, [required, other])) == (
        b'{"task_type":{"id":"1","name":"T","description":[],"creator":["A","B"],'
        b'"creation_date":"2014-01-21 00:00:00",'
        b'"input":[{"name":"a","requirement":"required","data_type":"string"},{"name":"b"}]}}'
    )
