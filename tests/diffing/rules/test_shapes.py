"""A response schema, compiled: what it makes of legacy documents, and what fits it."""

import copy
from typing import Any

import pytest

from config.json_schema import Schema
from diffing.paths import identical
from diffing.rules.shapes import Shape, compiled

DEFINITIONS: dict[str, Any] = {
    "Leaf": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "size": {"type": "integer"}},
        "required": ["name", "size"],
    },
    "Tree": {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "ratio": {"type": "number"},
            "open": {"type": "boolean"},
            "seen": {"anyOf": [{"type": "string", "format": "date-time-local"}, {"type": "null"}]},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "text": {"type": "string"},
            "tag": {"type": "array", "items": {"type": "string"}},
            "default": {"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "string"}]},
            "row": {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "string"}]}},
            "parts": {"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/Leaf"},
                                                           {"$ref": "#/components/schemas/Tree"}]}},
        },
        "required": ["id"],
    },
}  # fmt: skip


@pytest.fixture(name="tree", scope="module")
def _tree() -> Shape:
    root = Schema({}, DEFINITIONS)
    return compiled(root.below({"$ref": "#/components/schemas/Tree"}))


def converted(shape: Shape, document: object) -> tuple[object, list[str]]:
    """The document as the schema has it, and the rules that changed something."""
    told: list[str] = []
    after = shape.convert(copy.deepcopy(document), lambda rule, _before, _after: told.append(rule))
    return after, told


@pytest.mark.parametrize(
    ("field", "legacy", "new"),
    [
        ("id", "7", 7),
        ("id", "-7", -7),
        ("ratio", "0.5", 0.5),
        ("ratio", 3, 3.0),
        ("ratio", " 3 ", 3.0),
        ("open", "true", True),
        ("seen", "2014-04-06 23:19:24", "2014-04-06T23:19:24"),
        ("seen", "", None),
        ("note", [], None),
        ("text", [], ""),
        ("tag", "a", ["a"]),
        ("tag", ["a", []], ["a", ""]),
        ("default", "1", 1),
        ("default", "1.0", 1.0),
        ("parts", {"name": "n", "size": "1"}, [{"name": "n", "size": 1}]),
        ("parts", [{"id": "1", "text": []}], [{"id": 1, "text": ""}]),
    ],
)
def test_what_is_written_as_the_type_becomes_it(tree: Shape, field: str, legacy: object, new: object) -> None:
    """One value each, by the schema of its field."""
    after, told = converted(tree, {"id": 1, field: legacy})
    assert isinstance(after, dict)
    assert identical(after[field], new)
    assert told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "07"),
        ("id", "7.0"),
        ("id", ""),
        ("id", "+7"),
        ("id", 7.0),
        ("id", "٣"),
        ("id", "7\n"),
        ("ratio", "1_0"),
        ("ratio", "nan"),
        ("ratio", "1e999"),
        ("open", "True"),
        ("open", "1"),
        ("open", 1),
        ("seen", "yesterday"),
        ("seen", "2014-04-06 23:19:24\n"),
        ("note", ""),
        ("row", ["1", 2.5, "a"]),
        ("default", "1x"),
        ("unknown", "1"),
    ],
)
def test_anything_else_stays(tree: Shape, field: str, value: object) -> None:
    """So that the comparison shows it."""
    after, told = converted(tree, {"id": 1, field: value})
    assert isinstance(after, dict)
    assert identical(after[field], value)
    assert told == []


def test_only_what_is_required_is_added() -> None:
    """Null, the empty text or the empty list; never a number."""
    raw = {
        "type": "object",
        "properties": {
            "a": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "b": {"type": "string"},
            "c": {"type": "array", "items": {}},
            "d": {"type": "integer"},
            "e": {"type": "string"},
        },
        "required": ["a", "b", "c", "d"],
    }
    after, told = converted(compiled(Schema(raw, {})), {})
    assert after == {"a": None, "b": "", "c": []}
    assert sorted(told) == ["rule-empty-text", "rule-list", "rule-null"]


@pytest.mark.parametrize(
    ("document", "sentences"),
    [
        ({"id": 1}, []),
        ({"id": 1, "note": None, "tag": [], "ratio": 1.0, "default": "x"}, []),
        ({"id": 1.0}, ["$.id is float, not integer"]),
        ({"id": True}, ["$.id is bool, not integer"]),
        ({"id": 1, "ratio": 1}, ["$.ratio is int, not number"]),
        ({"id": 1, "tag": "a"}, ["$.tag is str, not a list"]),
        ({"id": 1, "tag": [None]}, ["$.tag[*] is NoneType, not string"]),
        ({"id": 1, "parts": [{"name": "n"}]}, ["$.parts[*].size is missing"]),
        ({"id": 1, "more": 1}, ["$.more is not in the schema"]),
        ({}, ["$.id is missing"]),
        ([], ["$ is list, not an object"]),
    ],
)
def test_what_does_not_fit_is_told(tree: Shape, document: object, sentences: list[str]) -> None:
    """Type-strictly: where, what it is, and what it must be."""
    assert list(tree.fits(document)) == sentences
