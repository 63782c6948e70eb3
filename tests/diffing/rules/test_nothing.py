"""Nothing; `test_shapes.py` has it in documents."""

import pytest

from config.json_schema import Schema
from diffing.paths import MISSING
from diffing.rules.nothing import EMPTY, NULL
from diffing.rules.shapes import compiled

TEXT, NULLABLE = {"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("schema", "value", "after", "rules"),
    [
        (TEXT, [], "", [EMPTY.id]),
        (TEXT, MISSING, "", [EMPTY.id]),
        (NULLABLE, [], None, [NULL.id]),
        (NULLABLE, MISSING, None, [NULL.id]),
        (NULLABLE, "", "", []),
        (TEXT, None, None, []),
    ],
)
def test_what_has_no_value(schema: dict[str, object], value: object, after: object, rules: list[str]) -> None:
    """Null where it may be, else the empty text."""
    told: list[str] = []
    found = compiled(Schema(schema, {})).convert(value, lambda rule, _b, _a: told.append(rule))
    assert (found, told) == (after, rules)
