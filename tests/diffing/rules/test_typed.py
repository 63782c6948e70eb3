"""Texts as values; `test_shapes.py` has them in documents."""

import math

import pytest

from diffing.paths import MISSING, identical
from diffing.rules.typed import typed


@pytest.mark.parametrize(
    ("value", "kind", "after"),
    [
        ("0", "integer", 0),
        ("-0", "integer", 0),
        ("9" * 40, "integer", int("9" * 40)),
        ("9" * 41, "integer", MISSING),
        (True, "integer", MISSING),
        ("1E+2", "number", 100.0),
        ("-0", "number", -0.0),
        ("Infinity", "number", MISSING),
        ("1e400", "number", MISSING),
        ("false", "boolean", False),
        ("FALSE", "boolean", MISSING),
        (0, "boolean", MISSING),
        ("2014-04-06T23:19:24", "date-time", "2014-04-06T23:19:24"),
        (5, "string", MISSING),
    ],
)
def test_only_what_is_written_so_is_converted(value: object, kind: str, after: object) -> None:
    """Type-strictly; `MISSING` where it is not."""
    assert identical(typed(value, kind), after) or typed(value, kind) is after


def test_a_number_is_finite() -> None:
    """JSON has no other."""
    number = typed("1.7976931348623157e308", "number")
    assert isinstance(number, float)
    assert math.isfinite(number)
