"""Documents of estimation procedures."""

from types import SimpleNamespace
from typing import Any

from backend.estimationprocedures import shapes


def row(**columns: object) -> Any:
    """A row of the table: its columns by name."""
    values = {"id": 15, "ttid": 4, "name": "Interleaved", "type": "testthentrain", "samples": "false"}
    empty = {"repeats": None, "folds": None, "percentage": None, "stratified_sampling": None}
    return SimpleNamespace(**(values | empty | columns))


def test_what_a_procedure_does_not_have_is_left_out() -> None:
    """As PHP does; columns that PHP never shows stay hidden."""
    assert shapes.procedure(row()) == {
        "id": 15,
        "task_type_id": 4,
        "name": "Interleaved",
        "type": "testthentrain",
    }


def test_values_are_typed() -> None:
    """Zero is a value, and false is one."""
    document = shapes.procedure(row(repeats=10, folds=0, percentage=33, stratified_sampling="false"))
    assert document["repeats"] == 10
    assert document["folds"] == 0
    assert document["percentage"] == 33
    assert document["stratified_sampling"] is False
