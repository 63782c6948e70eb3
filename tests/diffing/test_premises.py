"""Premises: what the new side refuses elsewhere before a refusal applies."""

import json

import pytest

from diffing.conditions import Condition
from diffing.decode import decode
from diffing.defects import judge_defect
from diffing.deviations import Deviation, Kind, LegacySide, NewSide
from diffing.model import Asked, FollowUp, Observation
from diffing.paths import parse
from diffing.premises import Premise

IN_DOCUMENT = Premise("/datasets/{id}", "$.input[*].did", parse("$.input[*].did"), "112")
IN_REQUEST = Premise("/tasks/{id}", "task_id", None, "112")
DOCUMENT = {"input": [{"name": "quality"}, {"name": "source_data", "did": "130"}]}


def test_the_id_is_found_in_the_legacy_document() -> None:
    """Elements without it are passed over."""
    assert IN_DOCUMENT.question(Asked(None, "GET"), DOCUMENT) == "/datasets/130"


def test_the_id_is_found_in_the_request() -> None:
    """A parameter names it."""
    assert IN_REQUEST.question(Asked(None, "GET", {"task_id": "9"}), DOCUMENT) == "/tasks/9"


@pytest.mark.parametrize("value", [[], {}, "1/../2", "", None])
def test_what_is_no_id_is_not_asked_for(value: object) -> None:
    """PHP shows an empty element as a list, and no text may lead to another path."""
    assert IN_DOCUMENT.question(Asked(None, "GET"), {"input": [{"did": value}]}) is None


@pytest.mark.parametrize(
    ("status", "code", "holds"), [(403, "112", True), (403, "104", False), (404, "112", False)]
)
def test_a_premise_holds_when_the_new_side_refuses_so(status: int, code: str, holds: bool) -> None:
    """Status and code are those of a refusal."""
    answer = Observation(
        status, (("Content-Type", "application/problem+json"),), json.dumps({"code": code}).encode()
    )
    assert IN_DOCUMENT.holds(answer) is holds


def test_a_defect_can_stand_on_a_premise() -> None:
    """Where PHP dies, too, the new side is asked first whether it refuses the thing itself."""
    entry = Deviation(
        id="private-and-broken",
        kind=Kind.LEGACY_DEFECT,
        title="t",
        routes=("task.get",),
        why="w",
        guide="g",
        source="tasks.toml",
        when=Condition(),
        examples=(),
        near_misses=(),
        legacy=LegacySide(defects=frozenset({"empty_500"})),
        new=NewSide(200),
        premise=IN_REQUEST,
    )
    new = Observation(200, (("Content-Type", "application/json"),), b"{}")
    asked = Asked(None, "GET", {"task_id": "9"})
    found = judge_defect(asked, "empty_500", new, decode(new), [entry], {})
    assert (found.follow_up, found.question) == (FollowUp.PREMISE, "/tasks/9")
