"""A schema is walked along a document."""

from config.json_schema import Schema

ITSELF = {"$ref": "#/components/schemas/Flow"}
FLOW = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "value": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Number"}]},
        "below": {"type": "array", "items": ITSELF},
    },
    "required": ["id"],
}
NUMBER = {"anyOf": [{"type": "number"}, {"type": "null"}]}
SCHEMA = Schema({}, {"Flow": FLOW, "Number": NUMBER, "Alias": ITSELF}).below(ITSELF)


def test_a_shape_may_hold_itself() -> None:
    """References are followed one at a time, as deep as a document goes."""
    at = SCHEMA
    for _ in range(3):
        element = at.members["below"].element
        assert element is not None
        at = element
    assert at.members["id"].types == {"integer"}


def test_alternatives_are_those_of_all_levels() -> None:
    """Null stands among them, wherever it was said."""
    assert SCHEMA.members["value"].types == {"string", "number", "null"}


def test_what_is_no_object_has_no_members() -> None:
    """And what is no list has no element."""
    number = SCHEMA.members["id"]
    assert (dict(number.members), number.required, number.element) == ({}, frozenset(), None)
    assert SCHEMA.required == {"id"}


def test_a_reference_to_a_reference_is_followed() -> None:
    """To the shape at its end."""
    assert SCHEMA.below({"$ref": "#/components/schemas/Alias"}) == SCHEMA
