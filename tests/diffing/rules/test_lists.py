"""Lists; `test_shapes.py` has them in documents."""

from config.json_schema import Schema
from diffing.rules.lists import RULE
from diffing.rules.shapes import compiled

TEXTS = compiled(Schema({"type": "array", "items": {"type": "string"}}, {}))


def test_one_is_a_list_of_one() -> None:
    """And a list stays the list that it is."""
    told: list[str] = []
    found = [TEXTS.convert(value, lambda rule, _b, _a: told.append(rule)) for value in ("a", ["a", "b"], [])]
    assert found == [["a"], ["a", "b"], []]
    assert told == [RULE.id]
