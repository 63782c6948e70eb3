"""A part of a condition that restricts nothing is found, and one that restricts a little is not."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.routes import RouteMap, load_routes
from diffing.conditions import ALWAYS, Condition, ValueCondition
from diffing.deviations import load_registry
from diffing.model import UNROUTED
from diffing.registry import SHARED, Deviation, Example, Kind, LegacySide, NewSide, Registry
from diffing.rules.book import RuleBook
from diffing.rules.shapes import compiled
from diffing.unconditional import filled, unconditional
from tests.diffing.rules.fake import DESCRIBED, FIELDS, PROBLEMS, ROUTES, ROWS, TAG, TASK

CONFIG = Path("config")
REGISTRY = load_registry(CONFIG)
REFUSAL = Deviation(
    id="refused",
    kind=Kind.REFUSAL,
    title="t",
    routes=(TASK.name,),
    why="w",
    guide="all",
    source="things.toml",
    examples=(Example({"status": 200}, {"status": 403, "type": "dataset-no-access"}),),
    near_misses=(Example({"status": 200}, {"status": 404, "type": "dataset-no-access"}),),
    legacy=LegacySide(frozenset({200})),
    new=NewSide(403, "", "dataset-no-access"),
)


def condition(**parts: Any) -> Condition:
    """A condition; texts are regular expressions, and `shows` and `value` are one condition each."""
    for name in ("parameters", "any_parameter"):
        if name in parts:
            parts[name] = {key: re.compile(text) for key, text in parts[name].items()}
    if "message" in parts:
        parts["message"] = re.compile(parts["message"])
    for name in ("shows", "value"):
        if name in parts:
            parts[name] = (told(**parts[name]),)
    return replace(ALWAYS, **parts)


def told(**parts: Any) -> ValueCondition:
    """What must be so of a value; texts but `at` and `equals` are regular expressions."""
    for name in ("matches", "not_matches"):
        if name in parts:
            parts[name] = re.compile(parts[name])
    return ValueCondition(**parts)


def found(entry: Deviation) -> list[str]:
    """The parts that restrict nothing."""
    book = RuleBook(ROUTES, DESCRIBED, PROBLEMS)
    findings = list(unconditional(Registry([entry], book), ROUTES))
    assert {(one.deviation, one.kind, one.fails) for one in findings} <= {(entry.id, "unconditional", True)}
    return [one.text.removeprefix("when.").partition(" holds")[0] for one in findings]


@pytest.mark.parametrize(
    ("part", "idle", "restricting"),
    [
        ("role", ("none", "user", "readonly", "admin", "bad"), ("none", "user", "readonly", "admin")),
        ("method", ("GET", "HEAD", "POST"), ("GET", "HEAD")),
        ("known", True, None),
        ("writes", False, None),
        ("rehearsed", False, None),
        ("parameter", ("id",), ("limit",)),
        ("lacks", ("nothing",), ("id",)),
        ("parameters", {"id": "(?s:.+)"}, {"id": r"\d+"}),
        ("parameters", {"id": r"[^/]+"}, {"id": r"(?!\d+\Z)[^/]+"}),
        ("parameters", {"id": r"[\s\S]{1,}"}, {"id": r"(?!rare\Z)[\s\S]*"}),
        ("any_parameter", {"id": "(?s:.*)"}, {"id": "(?s:.{0,99})"}),
        ("message", "", "known"),
        ("message", "x*", "^x*$"),
        ("value", {"at": "$.a", "not_matches": r"a\bb"}, {"at": "$.a", "not_matches": "a"}),
        ("value", {"at": "$.a", "matches": "(?s:.*)"}, {"at": "$.a", "absent": False}),
        ("shows", {"at": "$.detail", "matches": r"[\s\S]*"}, {"at": "$.detail", "matches": "[^<]*"}),
    ],
)
def test_what_restricts_nothing_is_found(part: str, idle: object, restricting: object) -> None:
    """What restricts a little is a near miss."""
    assert [name.partition(".")[0].partition(":")[0].split(" ")[0] for name in found(with_(part, idle))] == [
        part
    ]
    if restricting is not None:
        assert found(with_(part, restricting)) == []


def with_(part: str, value: object) -> Deviation:
    """The refusal with a condition."""
    return replace(REFUSAL, when=condition(**{part: value}))


def test_methods_are_those_of_the_route() -> None:
    """What a route does not have is refused before; entries of all routes see it."""
    post = condition(method=("POST",))
    assert found(replace(REFUSAL, routes=(TAG.name,), when=post)) == ["method"]
    assert found(replace(REFUSAL, when=post)) == []
    assert found(replace(REFUSAL, routes=(TAG.name,), when=post, source=SHARED)) == []


def test_a_part_that_follows_from_another_is_found() -> None:
    """The new side has no method for a path that nobody knows."""
    everywhere = replace(REFUSAL, routes=("*",), source=SHARED)
    assert found(replace(everywhere, when=condition(known=True))) == []
    assert found(replace(everywhere, when=condition(method_known=True))) == []
    assert found(replace(everywhere, when=condition(known=True, method_known=True))) == ["known"]


def test_an_unknown_path_is_unknown() -> None:
    """Whatever has no route."""
    nowhere = replace(REFUSAL, routes=(UNROUTED,))
    assert found(replace(nowhere, when=condition(known=False))) == ["known"]
    assert found(replace(nowhere, when=condition(parameters={"path": "votes/.*"}))) == []


def test_files_have_one_form() -> None:
    """Nobody asks for a file as XML."""
    files = replace(ROWS, name="file.get", entity="files")
    registry = Registry([replace(REFUSAL, routes=(files.name,), when=condition(format="json"))])
    assert [one.kind for one in unconditional(registry, RouteMap({files.name: files}))] == ["unconditional"]
    assert found(with_("format", "json")) == []


def test_its_own_near_miss_shows_that_an_expression_restricts() -> None:
    """What it refuses is a text that nobody thinks of."""
    entry = with_("parameters", {"id": r"(?s:(?!.*<(\w+:)?description\b).*)"})
    assert found(entry) == ["parameters.id"]
    miss = Example({"status": 200}, {"status": 403}, {"parameters": {"id": "<a:description>"}})
    assert found(replace(entry, near_misses=(miss,))) == []


@pytest.mark.parametrize(
    ("field", "idle", "restricting"),
    [
        ("count", {"matches": r"-?\d+"}, {"matches": r"\d+"}),
        ("name", {"absent": False}, {"matches": "a+"}),
        ("open", {"matches": "True|False"}, {"equals": True}),
    ],
)
def test_a_success_is_as_its_schema_has_it(field: str, idle: Any, restricting: Any) -> None:
    """What holds of every document of the schema restricts nothing; of an error all may be so."""
    entry = replace(REFUSAL, kind=Kind.LEGACY_DEFECT, routes=(FIELDS[field].name,), new=NewSide(200))
    at = f"$.{field}"
    assert found(replace(entry, when=condition(shows={"at": at, **idle}))) == [f"shows at {at}"]
    assert found(replace(entry, when=condition(shows={"at": at, **restricting}))) == []
    assert found(replace(entry, when=condition(shows={"at": at, **idle}), new=REFUSAL.new)) == []


def test_several_values_of_which_one_is_always_there() -> None:
    """Either is enough."""
    both = (told(at="$.count", matches="0"), told(at="$.count", not_matches="0"))
    entry = replace(REFUSAL, routes=(FIELDS["count"].name,), kind=Kind.LEGACY_DEFECT, new=NewSide(200))
    assert found(replace(entry, when=replace(ALWAYS, shows_any=both))) == ["shows at $.count, $.count"]
    assert found(replace(entry, when=replace(ALWAYS, shows_any=both[:1]))) == []


@pytest.mark.parametrize("name", [*load_routes(CONFIG).routes])
def test_documents_that_are_made_of_a_schema_fit_it(name: str) -> None:
    """Whole ones and small ones, with any text."""
    rules = REGISTRY.rules(name)
    shape = None if rules is None else rules.shape
    for whole in (True, False):
        for text in ("", "a", "ab"):
            if shape is not None:
                assert list(shape.fits(filled(shape, text, 7, whole=whole))) == []


def test_no_condition_of_the_registry_restricts_nothing() -> None:
    """Every part of each says something."""
    assert list(unconditional(REGISTRY, load_routes(CONFIG))) == []


def test_a_schema_that_holds_itself_comes_to_an_end() -> None:
    """A flow holds flows."""
    schema = DESCRIBED[TASK.name].answer
    assert schema is not None
    shape = compiled(schema)
    assert shape.fields is not None
    shape.fields = {"task_id": shape}
    assert filled(shape, "a", 1, whole=True)
