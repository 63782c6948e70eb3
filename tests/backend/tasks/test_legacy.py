"""PHP's documents of tasks."""

from types import SimpleNamespace
from typing import Any

from backend.legacy.tree import to_json
from backend.tasks import legacy
from backend.tasks.templates import Template, expanded

ROW: Any = SimpleNamespace(
    task_id=5,
    ttid=1,
    task_type="T",
    source="61",
    dataset="petals",
    did=61,
    name="petals",
    status="active",
    format="ARFF",
)


def test_a_task_is_named_as_it_was_asked_for() -> None:
    """Inputs go before outputs; one tag is a text."""
    pieces = expanded([Template("o", "output", ""), Template("i", "input", "<oml:a>1</oml:a>")], {}, "05", "")
    assert to_json(legacy.task(ROW, pieces, ["t"], "05")) == (
        b'{"task":{"task_id":"5","task_name":"Task 05: petals (T)","task_type_id":"1","task_type":"T",'
        b'"input":{"name":"i","a":"1"},"output":{"name":"o"},"tag":"t"}}'
    )


def test_an_empty_input_has_no_value() -> None:
    """Markup in one becomes elements."""
    assert to_json(legacy.inputs(ROW, {"a": "", "b": "x<i>y</i>"})) == (
        b'{"task_inputs":{"task_id":"5","task_type_id":"1",'
        b'"input":[{"name":"a"},{"name":"b","i":"y","value":"x"}]}}'
    )


def test_a_listed_task_without_qualities_does_not_name_them() -> None:
    """Inputs are always there, in PHP's own JSON."""
    listed = legacy.listed_json([ROW], {5: [("a", 'say "x"')]}, {61: []})
    (task,) = listed["tasks"]["task"]
    assert (task["input"], "quality" in task) == ([], False)
    assert b'"quality":{"name":"q","value":"1"}' in to_json(legacy.listed([ROW], {5: []}, {61: [("q", "1")]}))
