"""An id is an integer: the schema says which parameters are one, and what is written otherwise is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from config.routes import Route
from diffing.conditions import Condition
from diffing.registry import Example, Kind, LegacySide, NewSide
from diffing.rules.derived import ANSWERED, BROKEN, KEYS, PAGE, REFUSED, Expectation, deaths, numbered
from diffing.rules.parameters import ParameterRule
from diffing.rules.rule import Rule

_NUMERIC: Final = r"[ \t\n\r\v\f]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
WORD: Final = rf"(?!{_NUMERIC}\Z)(?s:.+)"
DECIMAL: Final = rf"(?![+-]?\d+\Z){_NUMERIC}"
_BLANK: Final = r"(?:[ \t\n\r\v\f]|%20|%0[9-Da-d])*"
_NO: Final = rf"(?!{_BLANK}[+-]?\d+{_BLANK}\Z)"
NO_INTEGER: Final = rf"{_NO}(?s:.+)"
FINDS: Final = rf"{_NO}(?s:{_BLANK}[+-]?\d.*)"
"""What is no integer and begins with one: the database finds a row by it, and PHP breaks on the rest later."""
PLUS: Final = rf"{_BLANK}\+\d+{_BLANK}"
_WRONG: Final = frozenset({"id", "id_zero"})
_TYPE: Final = "validation-error"

RULE = Rule(
    id="rule-id",
    title="An id is an integer",
    why="PHP knows no such path when an id is no number (code 100), and lets the database convert `1.0` and `1e1`. "
    "The path is right and the input is not: 422. What is no number has the code 100, other numbers have none; an id "
    "in a form has the code of an unknown one. `+27`, which PHP takes here and breaks on there, is an unknown id: 404.",
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


def in_paths(route: Route, parameters: Sequence[ParameterRule]) -> Iterator[Expectation]:
    """What odd ids in the path of a route must come to."""
    errors = _WRONG.union(*(error.errors for error in route.errors.values()))
    ids = [one for one in parameters if one.integer and (one.place == "path" or not one.texts)]
    ids = [one for one in ids if one.place != "query"]
    words = [one for one in ids if "string" not in one.kinds]
    yield from _odd(route, words, WORD, NewSide(422, "100", _TYPE, errors))
    if words:
        page = Condition(any_parameter={one.name: one.pattern(WORD) for one in words}, known=True, role=KEYS)
        refused = LegacySide(frozenset({PAGE}))
        yield Expectation(Kind.REFUSAL, refused, NewSide(422, "100", _TYPE, errors), page)
    unknown = LegacySide(REFUSED, frozenset({"100"}))
    yield Expectation(Kind.STATUS, unknown, NewSide(422, None, _TYPE, errors), Condition(known=True))
    yield from _odd(route, ids, DECIMAL, NewSide(422, "", _TYPE, errors))


def in_forms(route: Route, parameters: Sequence[ParameterRule]) -> Iterator[Expectation]:
    """What odd ids in the form of a route must come to."""
    if route.codes.id is not None:
        errors = _WRONG.union(*(error.errors for error in route.errors.values()))
        ids = [one for one in parameters if one.integer and one.place == "body" and one.texts]
        # What else is wrong with the input is said first, as PHP does.
        codes = {code for code, error in route.errors.items() if error.type != _TYPE}
        new = NewSide(422, route.codes.id, _TYPE, errors)
        yield from _odd(route, ids, NO_INTEGER, new, frozenset({"", route.codes.id, *codes}))
        for one in ids:
            entity = "dataset" if one.name == "data_id" else one.name.removesuffix("_id")
            unknown = NewSide(404, route.codes.id, f"{entity}-not-found")
            yield from _odd(route, [one], PLUS, unknown, frozenset({"", route.codes.id}))


def _odd(
    route: Route,
    ids: Sequence[ParameterRule],
    expression: str,
    new: NewSide,
    codes: frozenset[str] = frozenset(),
) -> Iterator[Expectation]:
    patterns: Mapping[str, re.Pattern[str]] = {one.name: one.pattern(expression) for one in ids}
    if patterns:
        legacy = LegacySide(ANSWERED, codes, BROKEN)
        yield Expectation(Kind.REFUSAL, legacy, new, Condition(any_parameter=patterns, known=True))
    if expression == WORD:
        patterns = {name: one for name, one in patterns.items() if name not in numbered(route)}
    elif expression == NO_INTEGER:
        patterns = {one.name: one.pattern(FINDS) for one in ids}
    yield from deaths(route, patterns, new)
