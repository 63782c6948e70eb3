"""Premises: what the new side refuses elsewhere before a refusal applies."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.problems import ProblemType
from diffing.compare import Differ
from diffing.conditions import Condition, ValueCondition
from diffing.decode import decode
from diffing.defects import judge_defect
from diffing.further import Further, Needed, Sources, Underived, wanted
from diffing.model import Asked, Breakage, FollowUp, Observation
from diffing.premises import Premise
from diffing.registry import Deviation, Kind, LegacySide, NewSide
from tests.diffing.registry import GET, registry, settled

IN_DOCUMENT = Premise("/datasets/{id}", "$.input[*].did", "112")
IN_REQUEST = Premise("/tasks/{id}", "task_id", "112")
DOCUMENT = {"input": [{"name": "quality"}, {"name": "source_data", "did": "130"}]}


def test_the_id_is_found_in_the_legacy_document() -> None:
    """Elements without it are passed over."""
    assert list(IN_DOCUMENT.questions(Asked(None, "GET"), DOCUMENT)) == [("/datasets/130", "130")]


def test_the_id_is_found_in_the_request() -> None:
    """A parameter names it."""
    assert list(IN_REQUEST.questions(Asked(None, "GET", {"task_id": "9"}), DOCUMENT)) == [("/tasks/9", "9")]


@pytest.mark.parametrize("value", [[], {}, "1/../2", "", None])
def test_what_is_no_id_is_not_asked_for(value: object) -> None:
    """PHP shows an empty element as a list, and no text may lead to another path."""
    assert list(IN_DOCUMENT.questions(Asked(None, "GET"), {"input": [{"did": value}]})) == []


@pytest.mark.parametrize(
    ("status", "code", "holds"), [(403, "112", True), (403, "104", False), (404, "112", False)]
)
def test_a_premise_holds_when_the_new_side_refuses_so(status: int, code: str, holds: bool) -> None:
    """Status and code are those of a refusal."""
    answer = Observation(
        status, (("Content-Type", "application/problem+json"),), json.dumps({"code": code}).encode()
    )
    sources = Sources({(FollowUp.PREMISE, "/datasets/130"): answer})
    assert IN_DOCUMENT.holds(Asked(None, "GET"), DOCUMENT, sources) is holds


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
    with pytest.raises(Needed) as needed:
        judge_defect(asked, Breakage("empty_500"), new, decode(new), [entry], {})
    assert wanted(needed.value.comparison) == (FollowUp.PREMISE, "/tasks/9")


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
    (
        ("Content-Type", "application/problem+json"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Allow-Headers", "Origin, X-Requested-With, Content-Type, Accept"),
    ),
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
    assert settled(differ, Asked(GET, "GET"), LEGACY, new, whole).verdict == verdict


@pytest.mark.parametrize(
    ("premise", "key"),
    [
        ('{ path = "/wholes", id = "thing_id", code = "112" }', "premise: the path of a premise"),
        (
            '{ path = "/wholes/{id}", id = "thing_id", find = "a" }',
            "premise: the expression that finds an id must have one group",
        ),
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
    comparison = settled(differ, Asked(GET, "GET"), LEGACY, told, ANSWERED)
    assert (comparison.verdict, comparison.deviations) == ("explained", ("thing-gone",))


def shown(document: object, status: int = 200) -> Observation:
    """An answer of the new side."""
    return Observation(status, (("Content-Type", "application/json"),), json.dumps(document).encode())


OWNED = Premise(
    "/wholes/{id}",
    "whole",
    status=frozenset({200}),
    then=Premise(
        "/flows/{id}",
        "$.flow",
        status=frozenset({200, 403}),
        hides=(ValueCondition("$.uploader", equals="{caller}"),),
    ),
)
"""That the flow of a whole is not the caller's."""


@pytest.mark.parametrize(
    ("whole", "flow", "holds"),
    [
        (shown({"flow": 7}), shown({"uploader": 16}), True),
        (shown({"flow": 7}), shown({"uploader": 2}), False),
        (shown({"flow": 7}), shown({"uploader": None}), True),
        (shown({"flow": 7}), shown({"code": "104"}, 403), True),
    ],
)
def test_who_owns_a_thing_is_asked_in_two_steps(whole: Observation, flow: Observation, holds: bool) -> None:
    """The answer to the first question has the id for the second."""
    sources = Sources({(FollowUp.PREMISE, "/wholes/5"): whole, (FollowUp.PREMISE, "/flows/7"): flow})
    assert OWNED.holds(Asked(None, "GET", {"whole": "5"}, caller="2"), None, sources) is holds


def test_nothing_is_guessed_of_a_caller_whom_nobody_knows_or_of_a_thing_that_is_gone() -> None:
    """The exchange is then not judged."""
    flow = shown({"uploader": 16})
    sources = Sources(
        {(FollowUp.PREMISE, "/wholes/5"): shown({"flow": 7}), (FollowUp.PREMISE, "/flows/7"): flow}
    )
    with pytest.raises(Underived):
        OWNED.holds(Asked(None, "GET", {"whole": "5"}), None, sources)
    gone = Sources({(FollowUp.PREMISE, "/wholes/5"): shown({}, 404)})
    with pytest.raises(Underived):
        OWNED.holds(Asked(None, "GET", {"whole": "5"}, caller="2"), None, gone)


def test_an_id_is_found_in_a_text_and_of_several_one_is_enough() -> None:
    """A stranger has no key; ids that are no ids are not asked for."""
    premise = Premise(
        "/run/{id}", "text", find=re.compile(r"<run>([^<]*)<"), key="stranger", status=frozenset({404})
    )
    asked = Asked(None, "POST", {"text": "<run>1<<run>../2<<run>3<"})
    assert [path for path, _ in premise.questions(asked, None)] == ["/run/1", "/run/3"]
    known: dict[Further, Observation] = {
        (FollowUp.STRANGER, "/run/1"): shown({}),
        (FollowUp.STRANGER, "/run/3"): shown({}, 404),
    }
    assert premise.holds(asked, None, Sources(known))


def test_one_premise_stands_for_another_where_the_request_is_so() -> None:
    """A vote is for a data set or a task."""
    task = Premise("/tasks/{id}", "id", "112", given={"type": re.compile("t")})
    premise = replace(
        IN_REQUEST, path="/datasets/{id}", of="id", given={"type": re.compile("d")}, otherwise=task
    )
    sources = Sources({(FollowUp.PREMISE, "/tasks/9"): REFUSED})
    assert premise.holds(Asked(None, "POST", {"type": "t", "id": "9"}), None, sources)
    assert not premise.holds(Asked(None, "POST", {"type": "f", "id": "9"}), None, sources)


def test_what_php_did_before_it_died_is_asked_afterwards() -> None:
    """Before the new side has acted, its answer would say nothing."""
    premise = Premise(
        "/votes/{caller}", after=True, status=frozenset({200}), shows=(ValueCondition("$[*]", equals="{id}"),)
    )
    asked = Asked(None, "POST", {"id": "9"}, caller="2")
    answers: dict[Further, Observation] = {(FollowUp.PREMISE, "/votes/2"): shown([9])}
    assert premise.holds(asked, None, Sources(answers))
    with pytest.raises(Underived):
        premise.holds(asked, None, Sources(answers, ahead=True))
