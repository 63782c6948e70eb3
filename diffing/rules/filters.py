"""Filters of lists: what is one number is one number, a limit is at least 1, and an offset needs no limit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from config.routes import Route
from diffing.conditions import Condition
from diffing.registry import Example, Kind, LegacySide, NewSide
from diffing.rules.derived import ANSWERED, BROKEN, KEYS, PAGE, REFUSED, Expectation, deaths
from diffing.rules.parameters import ParameterRule
from diffing.rules.rule import Rule

SEVERAL: Final = r"\d+(?:,\d+)+"
_DIGITS: Final = r"[ \t\n\r\v\f]*\d+[ \t\n\r\v\f]*(?:,[ \t\n\r\v\f]*\d+[ \t\n\r\v\f]*)*"
ZERO: Final = re.compile("0+")
_TYPE: Final = "validation-error"

RULE = Rule(
    id="rule-filter",
    title="A filter that is one number takes one number, and a limit is at least 1",
    why="PHP reads `limit/5,2` as another offset, takes the first of `uploader/1,2`, and finds nothing with a limit "
    "of 0. "
    "The new API says what is wrong: 422, with the code of an illegal value, or that of an empty list.",
    guide="all",
    examples=(
        Example({"status": 200}, {"status": 422, "code": "371", "type": "validation-error"}),
        Example({"status": 412, "code": "372"}, {"status": 422, "code": "372", "type": "validation-error"}),
        Example({"defect": "empty_500"}, {"status": 422, "code": "371", "type": "validation-error"}),
    ),
    near_misses=(Example({"status": 200}, {"status": 404, "code": "372", "type": "no-results"}),),
)
OFFSET = Rule(
    id="rule-offset",
    title="An offset needs no limit",
    why="PHP refuses an offset without a limit. The new API answers the rows from there on.",
    guide="all",
    examples=(Example({"status": 412, "code": "373"}, {"status": 200}),),
    near_misses=(Example({"status": 412, "code": "372"}, {"status": 200}),),
)


def expectations(route: Route, parameters: Sequence[ParameterRule]) -> Iterator[Expectation]:
    """What lists where one number belongs, and a limit of 0, must come to."""
    codes = route.codes
    if codes.filter is None or codes.empty is None:
        return
    wrong = frozenset({"digits", "limit_zero"}).union(
        *(route.errors[code].errors for code in (codes.filter, codes.empty) if code in route.errors)
    ) - {"extra_forbidden"}
    unknown = {code for code, error in route.errors.items() if "extra_forbidden" in error.errors}
    single = [one for one in parameters if one.place == "query" and one.integer]
    if single:
        patterns = {one.name: one.pattern(SEVERAL) for one in single}
        legacy = LegacySide(ANSWERED, frozenset({"", codes.offset or "", *route.errors}) - unknown, BROKEN)
        new = NewSide(422, codes.filter, _TYPE, wrong)
        yield Expectation(Kind.REFUSAL, legacy, new, Condition(any_parameter=patterns))
        yield from deaths(route, patterns, new)
    if any(one.name == "limit" for one in single):
        legacy = LegacySide(ANSWERED, frozenset({"", codes.empty, codes.offset or ""}), BROKEN)
        new = NewSide(422, codes.empty, _TYPE, wrong)
        yield Expectation(Kind.REFUSAL, legacy, new, Condition(parameters={"limit": ZERO}))


def characters(route: Route, parameters: Sequence[ParameterRule]) -> Iterator[Expectation]:
    """What values that no filter has must come to, where PHP's framework refuses their characters with a page."""
    if route.codes.filter is None:
        return
    illegal = {one.name: one.pattern(wrong) for one in parameters if (wrong := _illegal(one)) is not None}
    if illegal:
        errors = route.errors[route.codes.filter].errors if route.codes.filter in route.errors else ()
        new = NewSide(422, route.codes.filter, _TYPE, frozenset(errors))
        known = frozenset(route.legacy.filters or ()) if route.legacy is not None else frozenset()
        when = Condition(any_parameter=illegal, only=known, role=KEYS)
        yield Expectation(Kind.REFUSAL, LegacySide(frozenset({PAGE})), new, when)


def _illegal(parameter: ParameterRule) -> str | None:
    """What a filter's value may not be; None where the schema does not say."""
    if parameter.place != "query" or not (parameter.kinds or parameter.texts):
        return None
    if parameter.kinds & {"integer", "array"}:
        return rf"(?!{_DIGITS}\Z)(?s:.+)"
    if len(parameter.texts) == 1 and not parameter.kinds:
        return rf"(?!{parameter.texts[0].removeprefix('^').removesuffix('$')}\Z)(?s:.+)"
    return None


def offsets(route: Route) -> Iterator[Expectation]:
    """What an offset without a limit must come to: the rest of the list without it."""
    if route.codes.offset is not None:
        legacy = LegacySide(REFUSED, frozenset({route.codes.offset}))
        when = Condition(parameter=("offset",))
        yield Expectation(Kind.ACCEPTS, legacy, NewSide(200), when, derive="offset")
