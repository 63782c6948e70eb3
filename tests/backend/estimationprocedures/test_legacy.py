"""PHP's documents of estimation procedures."""

from types import SimpleNamespace
from typing import Any

from backend.estimationprocedures import legacy
from backend.legacy.tree import to_json


def test_what_a_procedure_does_not_have_is_left_out() -> None:
    """Zero is something."""
    row: Any = SimpleNamespace(
        id=1, ttid=2, name="n", type="t", repeats=0, folds=None, percentage=None, stratified_sampling="true"
    )
    one = b'{"id":"1","ttid":"2","name":"n","type":"t","repeats":"0","stratified_sampling":"true"}'
    assert to_json(legacy.procedure(row)) == b'{"estimationprocedure":' + one + b"}"
    assert to_json(legacy.procedures([row])) == (
        b'{"estimationprocedures":{"estimationprocedure":' + one + b"}}"
    )
