"""Documents of tasks."""

from types import SimpleNamespace
from typing import Any

from backend.tasks import shapes
from backend.tasks.templates import Template, expanded


def row(**columns: object) -> Any:
    """A row of a query: its columns by name."""
    values = {"task_id": 5, "ttid": 1, "task_type": "Clustering", "source": "61", "dataset": "petals"}
    return SimpleNamespace(**(values | columns))


def test_a_task_is_named_after_number_data_set_and_type() -> None:
    """A task that names no data set is named without one; a lost data set has an empty name."""
    assert shapes.task_name(row()) == "Task 5: petals (Clustering)"
    assert shapes.task_name(row(source=None, dataset=None)) == "Task 5 (Clustering)"
    assert shapes.task_name(row(dataset=None)) == "Task 5:  (Clustering)"


def test_inputs_and_outputs_are_told_apart() -> None:
    """Both are lists, also when there are none."""
    pieces = expanded([Template("o", "output", ""), Template("i", "input", "")], {}, "1", "")
    document = shapes.task(row(), pieces, ["b "], "1")
    assert (document["input"], document["output"], document["tags"]) == (
        [{"name": "i"}],
        [{"name": "o"}],
        ["b"],
    )


def test_an_empty_input_is_null() -> None:
    """All others stay text."""
    document = shapes.inputs(row(), {"cost_matrix": "", "source_data": "61"})
    assert document["input"] == [
        {"name": "cost_matrix", "value": None},
        {"name": "source_data", "value": "61"},
    ]


def test_a_listed_task_without_qualities_does_not_name_them() -> None:
    """Inputs are always there."""
    listed: Any = SimpleNamespace(
        task_id=5, ttid=1, task_type="T", did=61, name="petals", status="active", format="ARFF"
    )
    without, having = (
        shapes.listed([listed, listed], {5: [("a", "1")]}, {61: []}),
        shapes.listed([listed], {5: []}, {61: [("NumberOfClasses", "3.0")]}),
    )
    assert "quality" not in without[0]
    assert without[0]["input"] == [{"name": "a", "value": "1"}]
    assert having[0]["quality"] == [{"name": "NumberOfClasses", "value": "3.0"}]
