"""Premises: what the new side refuses elsewhere before a refusal applies."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.problems import ProblemType
from diffing.compare import Differ
from diffing.conditions import Condition
from diffing.decode import decode
from diffing.defects import judge_defect
from diffing.model import Asked, FollowUp, Observation
from diffing.premises import Premise
from diffing.registry import Deviation, Kind, LegacySide, NewSide
from tests.diffing.registry import GET, registry

IN_DOCUMENT = Premise("/datasets/{id}", "$.input[*].did", "112")
IN_REQUEST = Premise("/tasks/{id}", "task_id", "112")
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


ENTRY = """
[[deviation]]
id = "thing-private"
kind = "refusal"
title = "t"
routes = ["thing.get"]
legacy = { status = 200 }
new = { status = 403, code = "112", type = "no-access" }
premise = { path = "/wholes/{id}", id = "$.thing.whole", code = "112" }
why = "w"
guide = "things"
[[deviation.example]]
legacy = { status = 200 }
new = { status = 403, code = "112", type = "no-access" }
[[deviation.near_miss]]
legacy = { status = 200 }
new = { status = 404, code = "112", type = "no-access" }
"""
TABLE = {"no-access": ProblemType("no-access", "No Access", 403)}
LEGACY = Observation(200, (("Content-Type", "application/json"),), b'{"thing": {"whole": "5"}}')
ANSWERED = replace(LEGACY)
REFUSED = Observation(
    403,
    (("Content-Type", "application/problem+json"),),
    b'{"type": "https://openml.org/problems/no-access", "title": "No Access", "status": 403,'
    b' "detail": "No.", "code": "112"}',
)


@pytest.fixture
def differ(tmp_path: Path) -> Differ:
    """A differ over one refusal with a premise."""
    return Differ(registry(tmp_path, ENTRY), TABLE)


def test_the_new_side_is_asked_before_a_refusal_applies(differ: Differ) -> None:
    """Neither request nor answer shows whether the caller may see the whole."""
    comparison = differ.compare(Asked(GET, "GET"), LEGACY, REFUSED)
    assert (comparison.follow_up, comparison.question) == (FollowUp.PREMISE, "/wholes/5")


@pytest.mark.parametrize(
    ("new", "whole", "verdict"),
    [
        (REFUSED, REFUSED, "explained"),
        (ANSWERED, REFUSED, "mismatch"),
        (REFUSED, ANSWERED, "mismatch"),
        (ANSWERED, ANSWERED, "match"),
    ],
)
def test_a_refusal_applies_exactly_where_the_whole_is_refused(
    differ: Differ, new: Observation, whole: Observation, verdict: str
) -> None:
    """An answer that leaks is as wrong as a refusal that has no ground."""
    assert differ.compare(Asked(GET, "GET"), LEGACY, new, whole).verdict == verdict


@pytest.mark.parametrize(
    ("premise", "key"),
    [
        ('{ path = "/wholes", id = "thing_id", code = "112" }', "premise: the path of a premise"),
        ('{ path = "/wholes/{id}", id = "thing_id" }', "premise code: is missing"),
        ('{ path = "/wholes/{id}", id = "$[", code = "112" }', "premise: path '$[' is not understood"),
    ],
)
def test_a_wrong_premise_is_told_by_its_key(tmp_path: Path, premise: str, key: str) -> None:
    """The entry and what is wrong in it are named."""
    entry = ENTRY.replace('{ path = "/wholes/{id}", id = "$.thing.whole", code = "112" }', premise)
    with pytest.raises(ConfigError, match=re.escape(f"thing-private.{key}")):
        registry(tmp_path, entry)


def test_behind_a_premise_that_does_not_hold_the_next_entry_counts(tmp_path: Path) -> None:
    """Who may see the whole is told what everybody is told."""
    other = ENTRY.replace("thing-private", "thing-gone").replace("premise =", "# ")
    differ = Differ(registry(tmp_path, ENTRY + other.replace('"112"', '"111"')), TABLE)
    told = replace(REFUSED, body=REFUSED.body.replace(b"112", b"111"))
    comparison = differ.compare(Asked(GET, "GET"), LEGACY, told, ANSWERED)
    assert (comparison.verdict, comparison.deviations) == ("explained", ("thing-gone",))
