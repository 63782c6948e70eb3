"""The lint refuses entries that rules could say, and expressions that stand twice."""

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from config.problems import load_problems
from config.routes import load_routes
from config.typed import KEY
from diffing.conditions import Condition, ValueCondition
from diffing.derivable import expected_by_rules, expressions, ruled, superfluous
from diffing.deviations import load_registry
from diffing.paths import MISSING, parse
from diffing.premises import Premise
from diffing.proposals import PLAIN
from diffing.registry import SHARED, Deviation, Example, Kind, LegacySide, NewSide
from diffing.tolerances import TOLERANCES
from diffing.transforms import TRANSFORMS
from tests.diffing.rules.fake import FIELDS, PROBLEMS, ROUTES, ROWS, TASK, registry

CONFIG = Path("config")
TRANSFORM = Deviation(
    id="count-integer",
    kind=Kind.TRANSFORM,
    title="t",
    routes=(FIELDS["count"].name,),
    why="w",
    guide="all",
    source="things.toml",
    examples=(Example("7", 7),),
    near_misses=(Example("7", "7"),),
    at=("$.count",),
    transform="integer",
)
STATUS = replace(
    TRANSFORM,
    id="task-unknown",
    kind=Kind.STATUS,
    routes=(TASK.name,),
    examples=(Example({"status": 412, "code": "113"}, {"status": 404, "code": "113"}),),
    at=(),
    transform=None,
    legacy=LegacySide(frozenset({412}), frozenset({"113"})),
    new=NewSide(404, None, "dataset-not-found"),
)


def found(*entries: Deviation) -> list[tuple[str, str]]:
    """Which entries are superfluous, and how."""
    return [(one.deviation, one.kind) for one in superfluous(registry(*entries), ROUTES, PROBLEMS)]


def test_a_transform_that_the_schema_says_is_refused() -> None:
    """The rules alone make the same of all its examples."""
    assert found(TRANSFORM) == [("count-integer", "derivable")]


@pytest.mark.parametrize(
    "entry",
    [
        replace(TRANSFORM, at=("$.other",)),
        replace(TRANSFORM, routes=(FIELDS["count"].name, FIELDS["tag"].name)),
        replace(TRANSFORM, transform="default", arguments={"value": 0}, examples=(Example(MISSING, 0),)),
        replace(
            TRANSFORM,
            routes=(FIELDS["tag"].name,),
            at=("$.tag",),
            transform="split",
            arguments={"separator": ","},
            examples=(Example("a", ["a"]), Example("a,b", ["a", "b"])),
        ),
    ],
    ids=["not in the schema", "not on all its routes", "another value", "not all its examples"],
)
def test_a_transform_that_says_more_stands(entry: Deviation) -> None:
    """One place, route or example that the rules do not say is enough."""
    assert found(entry) == []


def test_a_status_that_a_row_of_the_route_map_says_is_refused() -> None:
    """The row stands in the text."""
    [finding] = superfluous(registry(STATUS), ROUTES, PROBLEMS)
    assert (finding.kind, finding.fails) == ("derivable", True)
    assert '113 = "dataset-not-found"' in finding.text


@pytest.mark.parametrize(
    "entry",
    [
        replace(STATUS, when=Condition(role=("admin",))),
        replace(STATUS, premise=Premise("/tasks/{id}", "task_id", "113")),
        replace(STATUS, new=NewSide(404, None, "dataset-not-found", unnamed=re.compile("id=[0-9]+"))),
        replace(STATUS, new=NewSide(404, "111", "dataset-not-found")),
        replace(STATUS, new=NewSide(410, None, "dataset-not-found")),
        replace(STATUS, legacy=LegacySide(frozenset({404}), frozenset({"113"}))),
        replace(STATUS, effect=frozenset({"files"})),
        replace(STATUS, source=SHARED),
    ],
    ids=["when", "premise", "unnamed", "code", "status", "legacy status", "effect", "shared"],
)
def test_a_status_that_says_more_stands(entry: Deviation) -> None:
    """A row holds a code and its type, of one route."""
    assert found(entry) == []


def test_an_id_of_a_rule_is_refused() -> None:
    """Reports tell rules from entries by it."""
    assert found(replace(STATUS, id="rule-mine", source=SHARED)) == [("rule-mine", "reserved")]


@pytest.mark.parametrize(
    "part",
    [
        {"when": Condition(parameters={"a": re.compile("0+")})},
        {"when": Condition(any_parameter={"a": re.compile("0+")})},
        {"when": Condition(message=re.compile("0+"))},
        {"when": Condition(value=(ValueCondition("$.a", matches=re.compile("0+")),))},
        {"when": Condition(value=(ValueCondition("$.a", not_matches=re.compile("0+")),))},
        {"new": NewSide(404, None, "dataset-not-found", unnamed=re.compile("0+"))},
        {"arguments": {"pattern": "0+", "by": "(.)"}},
    ],
)
def test_an_expression_that_stands_twice_is_refused(part: dict[str, object]) -> None:
    """Wherever it stands; in one entry, too."""
    one = replace(STATUS, source=SHARED, when=Condition(parameters={"a": re.compile("0+")}))
    other = replace(STATUS, id="other", source=SHARED, **part)  # type: ignore[arg-type]  # parts of an entry
    assert found(one, other) == [("other", "repeated")]


def test_a_word_is_no_expression() -> None:
    """It is a value that many may have."""
    word = Condition(parameters={"type": re.compile("d")})
    assert list(expressions(replace(STATUS, when=word))) == []


def test_what_the_rules_make_of_a_value() -> None:
    """At its path, in a document that holds nothing else."""
    rules = registry().rules(ROWS.name)
    assert rules is not None
    assert ruled(rules, parse("$[*].did"), "7") == 7
    assert ruled(rules, parse("$[*].did"), MISSING) is MISSING
    assert ruled(rules, parse("$"), {"did": "7"}) == [{"did": 7}]


LIMIT = replace(
    STATUS,
    id="flow-list-limit-zero",
    kind=Kind.REFUSAL,
    routes=("flow.list",),
    when=Condition(parameters={"limit": re.compile("0+")}),
    examples=(
        Example(
            {"status": 200},
            {"status": 422, "code": "500", "type": "validation-error"},
            {"parameters": {"limit": "0"}},
        ),
    ),
    legacy=LegacySide(frozenset({200})),
    new=NewSide(422, "500", "validation-error", frozenset({"limit_zero"})),
)


@pytest.mark.parametrize(
    ("changes", "derivable"),
    [
        ({}, True),
        ({"examples": (replace(LIMIT.examples[0], request={"parameters": {"limit": "1"}}),)}, False),
        ({"examples": (replace(LIMIT.examples[0], request=None),)}, False),
        ({"new": replace(LIMIT.new, errors=frozenset({"another"}))}, False),  # type: ignore[type-var]  # it has one
        ({"effect": frozenset({"implementation"})}, False),
    ],
)
def test_what_rules_expect_need_not_be_said(changes: dict[str, Any], derivable: bool) -> None:
    """Of all examples, by the request that they name; what says more stands."""
    known = load_registry(CONFIG)
    entry = replace(LIMIT, **changes)
    assert expected_by_rules(entry, known, [route.name for route in load_routes(CONFIG)]) is derivable


def test_the_registry_holds_nothing_superfluous() -> None:
    """No entry that a rule could derive, no expression twice."""
    assert [
        f"{one.deviation}: {one.kind}: {one.text}"
        for one in superfluous(load_registry(CONFIG), load_routes(CONFIG), load_problems(CONFIG))
    ] == []


def _conditions(entry: Deviation) -> list[ValueCondition]:
    premises = [entry.premise] if entry.premise is not None else []
    premises += [one for premise in premises for one in (premise.then, premise.otherwise) if one is not None]
    looks = [one for premise in premises for one in (*premise.shows, *premise.hides)]
    return [*entry.when.value, *entry.when.shows, *entry.when.shows_any, *looks]


def test_every_key_of_the_registry_is_used() -> None:
    """By some entry, or by the rules in its words: in the entry itself, its sides, its condition, its premise."""
    known = load_registry(CONFIG)
    derived = [one for route in load_routes(CONFIG) for one in known.of_route(route.name)]
    parts: dict[type, list[object]] = {}
    for entry in (*known.deviations, *derived):
        for part in (entry, entry.legacy, entry.new, entry.when, entry.premise, *_conditions(entry)):
            if part is not None:
                parts.setdefault(type(part), []).append(part)
        for example in (*entry.examples, *entry.near_misses):
            parts.setdefault(Example, []).append(example)
    plain = {LegacySide: LegacySide(), Condition: Condition()}
    unused = []
    for kind, ones in parts.items():
        for key in (one for one in fields(kind) if one.init):
            usual = getattr(plain[kind], key.name) if kind in plain else key.default
            if all(getattr(one, key.name) == usual for one in ones):
                unused.append(f"{kind.__name__}.{key.metadata.get(KEY, key.name)}")
    used = {entry.transform for entry in known.deviations} | {entry.canonical for entry in known.deviations}
    used |= set(PLAIN)  # what `parity file` may propose
    used |= {str((entry.arguments or {}).get("transform")) for entry in known.deviations}
    unused += sorted((TRANSFORMS.keys() | TOLERANCES.keys()) - used)
    assert unused == []
