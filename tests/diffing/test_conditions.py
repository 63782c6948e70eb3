"""When a deviation applies."""

import re
from dataclasses import replace
from typing import Any

import pytest

from diffing.conditions import TEXT_LIMIT, Condition, ValueCondition
from diffing.model import Asked

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
        (Condition(value=(ValueCondition("$.a", equals="x"),)), "$.a"),
    ],
)
def test_an_unmet_premise_says_what_is_not_so(condition: Condition, word: str) -> None:
    """The sentence names what a person has to look at."""
    assert word in (condition.why_not(ASKED, {"a": "y"}, "No results") or "")


@pytest.mark.parametrize(
    ("demand", "told"),
    [
        ({"equals": "x"}, "PHP's value at $.a is 'y', and must be 'x'"),
        ({"matches": re.compile("x.")}, "PHP's value at $.a is 'y', and must be like 'x.'"),
        ({"not_matches": re.compile("y")}, "PHP's value at $.a is 'y', and must not be like 'y'"),
        ({"absent": True}, "$.a is there in PHP's answer"),
    ],
)
def test_an_unmet_value_is_told_with_what_it_must_be(demand: dict[str, Any], told: str) -> None:
    """Nobody has to look the entry up."""
    condition = Condition(value=(ValueCondition("$.a", **demand),))
    assert condition.why_not(ASKED, {"a": "y"}) == told


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("<a", True),
        ("", True),
        ("<a>\x01</a>", True),
        ("<a>&b;</a>", True),
        ("<a/>", False),
        (None, False),
        ("<a>" + "x" * TEXT_LIMIT, False),
    ],
)
def test_a_text_that_is_no_xml_is_known_when_it_is_whole(text: str | None, holds: bool) -> None:
    """What is cut off may be XML, or not."""
    asked = Asked(None, "POST", {} if text is None else {"description.text": text})
    assert (Condition(broken_xml=("description.text",)).why_not(asked, None) is None) == holds


@pytest.mark.parametrize(
    ("value", "told"), [([], "[]"), ([1], "a list"), ({"b": 1}, "an object"), ("x" * 99, f"'{'x' * 39}…")]
)
def test_what_is_long_is_cut_in_a_clause(value: object, told: str) -> None:
    """It stands in a sentence."""
    condition = Condition(value=(ValueCondition("$.a", equals="x"),))
    assert condition.why_not(ASKED, {"a": value}) == f"PHP's value at $.a is {told}, and must be 'x'"


@pytest.mark.parametrize(
    "condition",
    [
        Condition(),
        Condition(parameter=("offset", "limit")),
        Condition(lacks=("tag",)),
        Condition(parameters={"status": re.compile("bog.*")}),
        Condition(any_parameter={"limit": re.compile("0+"), "tag": re.compile(".*")}),
        Condition(message=re.compile("results$")),
        Condition(value=(ValueCondition("$.a", matches=re.compile("(?i)Y")),)),
        Condition(rehearsed=False),
        Condition(value=(ValueCondition("$.b", absent=True),)),
        Condition(value=(ValueCondition("$.a", not_matches=re.compile("x")),)),
    ],
)
def test_a_met_premise_has_nothing_to_say(condition: Condition) -> None:
    """All parts hold."""
    assert condition.why_not(ASKED, {"a": "y"}, "No results") is None


def test_a_guessed_role_is_said_to_be_guessed() -> None:
    """The key may be an administrator's; the setting that would say so is named."""
    told = Condition(role=("admin",)).why_not(replace(ASKED, guessed=True), {})
    assert told == (
        "the caller's role is user, not admin, by a guess: nobody has named the key, e.g. in admin_keys of proxy.toml"
    )
