"""When a deviation applies."""

import re

import pytest

from diffing.conditions import Condition, ValueCondition
from diffing.model import Asked
from diffing.paths import parse

ASKED = Asked(None, "GET", {"status": "bogus", "limit": "0"}, "user")


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        (Condition(parameter=("offset",)), "offset"),
        (Condition(lacks=("tag", "limit")), "limit"),
        (Condition(parameters={"limit": re.compile("1")}), "limit"),
        (Condition(parameters={"tag": re.compile(".*")}), "absent"),
        (Condition(any_parameter={"limit": re.compile("1"), "tag": re.compile(".*")}), "limit, tag"),
        (Condition(method=("HEAD",)), "GET"),
        (Condition(role=("admin",)), "user"),
        (Condition(known=False), "knows"),
        (Condition(message=re.compile("Illegal")), "message"),
        (Condition(value=(ValueCondition("$.a", parse("$.a"), equals="x"),)), "$.a"),
    ],
)
def test_an_unmet_premise_says_what_is_not_so(condition: Condition, word: str) -> None:
    """The sentence names what a person has to look at."""
    assert word in (condition.unmet_by(ASKED, {"a": "y"}, "No results") or "")


@pytest.mark.parametrize(
    "condition",
    [
        Condition(),
        Condition(parameter=("offset", "limit")),
        Condition(lacks=("tag",)),
        Condition(parameters={"status": re.compile("bog.*")}),
        Condition(any_parameter={"limit": re.compile("0+"), "tag": re.compile(".*")}),
        Condition(message=re.compile("results$")),
        Condition(value=(ValueCondition("$.a", parse("$.a"), matches=re.compile("(?i)Y")),)),
        Condition(rehearsed=False),
        Condition(value=(ValueCondition("$.b", parse("$.b"), absent=True),)),
        Condition(value=(ValueCondition("$.a", parse("$.a"), not_matches=re.compile("x")),)),
    ],
)
def test_a_met_premise_has_nothing_to_say(condition: Condition) -> None:
    """All parts hold."""
    assert condition.unmet_by(ASKED, {"a": "y"}, "No results") is None
