"""Descriptions of tasks."""

from __future__ import annotations

import pytest

from backend.input.xml_documents import Node
from backend.problems import InputProblem
from backend.tasks.uploads import NOT_ALLOWED, read_task, refused


def described(*inputs: tuple[str, str]) -> Node:
    """A description with these inputs."""
    return Node(
        "task_inputs",
        children=(
            Node("task_type_id", " 01 "),
            *(Node("input", value, {"name": name}) for name, value in inputs),
        ),
    )


def test_values_are_not_trimmed() -> None:
    """The type is a number, however it is written."""
    assert read_task(described(("target_feature", " class "))) == (1, {"target_feature": " class "})


def test_an_input_occurs_once() -> None:
    """The second one is refused, even with the same value."""
    with pytest.raises(InputProblem) as caught:
        read_task(described(("source_data", "61"), ("source_data", "61")))
    assert (caught.value.code, caught.value.detail) == ("617", "The input source_data occurs twice.")


def test_a_refusal_names_the_description() -> None:
    """That is where all inputs are."""
    problem = refused("not_allowed", "No", "x", NOT_ALLOWED)
    assert (problem.code, problem.errors[0]["loc"]) == ("622", ["body", "description"])
