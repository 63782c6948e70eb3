"""An id is an integer: the schema says which parameters are one, and what is written otherwise is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from config.routes import Route
from diffing.conditions import Condition
from diffing.registry import Example, Kind, LegacySide, NewSide
from diffing.rules.derived import BROKEN, Expectation
from diffing.rules.parameters import Parameter
from diffing.rules.rule import Rule

_NUMERIC: Final = r"[ \t\n\r\v\f]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
WORD: Final = rf"(?!{_NUMERIC}\Z)(?s:.+)"
DECIMAL: Final = rf"(?![+-]?\d+\Z){_NUMERIC}"
NO_INTEGER: Final = r"(?![+-]?\d+\Z)(?s:.+)"
_WRONG: Final = frozenset({"id", "id_zero"})
_TYPE: Final = "validation-error"

RULE = Rule(
    id="rule-id",
    title="An id is an integer",
    why="PHP knows no such path when an id is no number (code 100), and lets the database convert `1.0` and `1e1`. "
    "The path is right and the input is not: 422. What is no number has the code 100, other numbers have none; an id "
    "in a form has the code of an unknown one.",
    guide="all",
    examples=(
        Example({"status": 412, "code": "100"}, {"status": 422, "code": "100", "type": "validation-error"}),
        Example({"status": 200}, {"status": 422, "type": "validation-error"}),
        Example({"defect": "empty_500"}, {"status": 422, "type": "validation-error"}),
    ),
    near_misses=(
        Example({"status": 412, "code": "100"}, {"status": 404, "code": "100", "type": "not-found"}),
        Example({"status": 200}, {"status": 422, "code": "111", "type": "validation-error"}),
    ),
)


def expectations(route: Route, parameters: Sequence[Parameter]) -> Iterator[Expectation]:
    """What odd ids in the path or in the form of a route must come to."""
    errors = _WRONG.union(*(error.errors for error in route.errors.values()))
    ids = [parameter for parameter in parameters if parameter.integer]
    in_path = [parameter for parameter in ids if parameter.place == "path" or not parameter.texts]
    words = [parameter for parameter in in_path if "string" not in parameter.kinds]
    yield from _odd(in_path, DECIMAL, NewSide(422, "", _TYPE, errors))
    yield from _odd(words, WORD, NewSide(422, "100", _TYPE, errors))
    if route.codes.id is not None:
        in_form = [parameter for parameter in ids if parameter.place == "body" and parameter.texts]
        yield from _odd(in_form, NO_INTEGER, NewSide(422, route.codes.id, _TYPE, errors))


def _odd(ids: Sequence[Parameter], expression: str, new: NewSide) -> Iterator[Expectation]:
    if ids:
        patterns: Mapping[str, re.Pattern[str]] = {one.name: one.pattern(expression) for one in ids}
        legacy = LegacySide(defects=BROKEN)
        yield Expectation(Kind.REFUSAL, legacy, new, Condition(any_parameter=patterns, known=True))
