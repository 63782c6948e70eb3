"""Schemas as text."""

from typing import Any

import pytest

from backend.schema_text import schema_text

DEFINITIONS: dict[str, dict[str, Any]] = {
    "Tag": {"type": "string", "maxLength": 9},
    "Flow": {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Flow"}},
        },
        "required": ["id"],
        "additionalProperties": False,
    },
}


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({}, "anything"),
        ({"type": "integer", "minimum": 0}, "integer (at least 0)"),
        ({"type": "string", "format": "date-time"}, "text (date-time)"),
        ({"type": "string", "pattern": "^a$"}, "text (like ^a$)"),
        ({"type": "boolean"}, "true or false"),
        ({"$ref": "#/components/schemas/Tag"}, "text (at most 9 characters)"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or null"),
        ({"type": ["string", "null"]}, "text or null"),
        ({"enum": ["a", 1]}, '"a" or 1'),
        ({"const": "a"}, '"a"'),
        (
            {"type": "array", "items": {"type": "number"}, "maxItems": 2},
            "list of number (at most 2 elements)",
        ),
        ({"type": "array", "prefixItems": [{"type": "string"}, {"const": 1}]}, "[text, 1]"),
        ({"type": "object"}, "an object"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "{\n  any name: integer\n}"),
        (
            {"$ref": "#/components/schemas/Flow"},
            "{\n  id: integer\n  parts?: list of the same again\n}",
        ),
        (
            {
                "properties": {"a": {"type": "array", "items": {"properties": {"b": {"const": 1}}}}},
                "required": ["a"],
            },
            "{\n  a: list of {\n    b?: 1\n  }\n}",
        ),
    ],
)
def test_a_schema_in_words(schema: dict[str, Any], text: str) -> None:
    """References are resolved, also those that come back to themselves."""
    assert schema_text(schema, DEFINITIONS) == text
