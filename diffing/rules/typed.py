"""Values get the type that the response schema says; only text that is written as that type is converted."""

from __future__ import annotations

import re
import sys
from typing import Final

from config.php.text import TRIMMED
from diffing.paths import MISSING
from diffing.registry import Example
from diffing.rules.rule import Rule

INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)", re.ASCII)
_LONGEST_INTEGER: Final = 40

RULE = Rule(
    id="rule-type",
    title="Values have types",
    why='An integer is an integer, a number a number, `"true"` is `true`, and a time has a T between date and time. '
    "PHP shows most of them as text.",
    guide="all",
    examples=(
        Example("7", 7),
        Example("0.5", 0.5),
        Example(63, 63.0),
        Example("true", True),
        Example("2014-04-06 23:19:24", "2014-04-06T23:19:24"),
    ),
    near_misses=(Example("07", 7), Example("7.0", 7), Example("", 0), Example("7", "7"), Example("1", True)),
)


def typed(value: object, kind: str) -> object:
    """A legacy value as the type that the schema says; `MISSING` where it is not written as that type.

    Args:
        value: A text, or a number of PHP's list templates, which write them without quotation marks.
        kind: `integer`, `number`, `boolean`, `string`, or `date-time` for text of that format.
    """
    match kind:
        case "integer":
            if type(value) is int:
                return value
            if isinstance(value, str) and len(value) <= _LONGEST_INTEGER and INTEGER.fullmatch(value):
                return int(value)
        case "number":
            return _number(value)
        case "boolean":
            if isinstance(value, bool):
                return value
            if value in ("true", "false"):
                return value == "true"
        case "date-time" if isinstance(value, str):
            return _MOMENT.sub(r"\1T\2", value) if _MOMENT.fullmatch(value) else value
        case "string" if isinstance(value, str):
            return value
    return MISSING


def _number(value: object) -> object:
    if type(value) is int or type(value) is float:
        return float(value) if abs(value) <= sys.float_info.max else MISSING
    if not isinstance(value, str):
        return MISSING
    text = value.strip(TRIMMED)
    if not NUMBER.fullmatch(text):
        return MISSING
    number = float(text)
    return number if number - number == 0.0 else MISSING
