"""What a `transform` deviation does to a value: one small function per kind.

Each takes a legacy value (or `MISSING` for an absent key) and the entry's arguments and answers the new value.
A value that a transform does not understand is answered as it is: the comparison then says what is left.
"""

from __future__ import annotations

import copy
import html
import json
import re
import sys
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass

from config.php.numbers import JSON_INTEGER, JSON_NUMBER, is_numeric
from config.php.text import TRIMMED
from diffing.decode import load_json
from diffing.paths import MISSING, change, parse

Arguments = Mapping[str, object]

_LONGEST = 4000
"""Digits of an integer; JSON has no longer ones either."""
_LARGEST = sys.float_info.max
_ENTITIES: Mapping[str, str] = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"'}
_ENTITY = re.compile("|".join(_ENTITIES))
_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Transform:
    """A kind of transform.

    Args:
        apply: The function.
        required: Arguments that an entry must give under `with`.
        optional: Arguments that it may give.
    """

    apply: Callable[[object, Arguments], object]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


def unwrap(value: object, arguments: Arguments) -> object:
    """An object with the one key `key` becomes that key's value."""
    key = arguments["key"]
    return value[key] if isinstance(value, dict) and value.keys() == {key} else value


def pluck(value: object, arguments: Arguments) -> object:
    """As unwrap, and a list of such objects becomes the list of their values."""
    if isinstance(value, list):
        return [unwrap(element, arguments) for element in value]
    return unwrap(value, arguments)


def items(value: object, arguments: Arguments) -> object:
    """As pluck, and what comes out is a list, also of one."""
    plucked = pluck(value, arguments)
    return plucked if plucked is MISSING or isinstance(plucked, list) else [plucked]


def rename(value: object, arguments: Arguments) -> object:
    """An object's key `from` is called `to`."""
    before, after = arguments["from"], arguments["to"]
    if isinstance(value, dict) and before in value and after not in value:
        return {after if key == before else key: element for key, element in value.items()}
    return value


def as_list(value: object, _: Arguments) -> object:
    """Nothing, one or many becomes a list."""
    if value is MISSING:
        return []
    return value if isinstance(value, list) else [value]


def list_of_text(value: object, arguments: Arguments) -> object:
    """As list; an empty element, which PHP shows as `[]`, is the empty text."""
    if value == []:
        return []
    elements = as_list(value, arguments)
    return ["" if element == [] else element for element in elements] if isinstance(elements, list) else value


def null(value: object, _: Arguments) -> object:
    """An absent key or an empty element is null."""
    return None if value is MISSING or value == [] else value


def null_text(value: object, _: Arguments) -> object:
    """The empty text, with which PHP's list templates show NULL, is null."""
    return None if value == "" else value


def text(value: object, _: Arguments) -> object:
    """An absent key or an empty element is the empty text."""
    return "" if value is MISSING or value == [] else value


def blank(value: object, _: Arguments) -> object:
    """An empty element is the empty text; an absent key stays absent."""
    return "" if value == [] else value


def _each(value: object, function: Callable[[str], object]) -> object:
    if isinstance(value, list):
        return [_each(element, function) for element in value]
    return function(value) if isinstance(value, str) else value


def integer(value: object, _: Arguments) -> object:
    """Text that is an integer, or each such text of a list, becomes one."""
    return _each(value, lambda text: int(text) if _is_integer(text) else text)


def _is_integer(text: str) -> bool:
    return len(text) <= _LONGEST and JSON_INTEGER.fullmatch(text) is not None


def _float(text: str) -> object:
    stripped = text.strip(TRIMMED)
    if not JSON_NUMBER.fullmatch(stripped):
        return text
    number = float(stripped)
    return number if number - number == 0.0 else text


def number(value: object, _: Arguments) -> object:
    """Text that is a number (new-API contract, decision 5) becomes a float; so does an integer."""
    if type(value) is int:
        return float(value) if abs(value) <= _LARGEST else value
    return _each(value, _float)


def literal(value: object, _: Arguments) -> object:
    """Text becomes an integer if written as one, else a float if it is a number."""
    return _each(value, lambda text: int(text) if _is_integer(text.strip(TRIMMED)) else _float(text))


def boolean(value: object, _: Arguments) -> object:
    """The texts true and false become booleans."""
    return _each(value, lambda text: {"true": True, "false": False}.get(text, text))


def datetime(value: object, _: Arguments) -> object:
    """A blank between date and time becomes a T."""
    return _each(value, lambda text: _DATETIME.sub(r"\1T\2", text) if _DATETIME.fullmatch(text) else text)


def lower(value: object, _: Arguments) -> object:
    """Text in lower case."""
    return _each(value, str.lower)


def split(value: object, arguments: Arguments) -> object:
    """Text is cut at each `separator` into a list, its elements trimmed when `trim` says so."""
    if not isinstance(value, str):
        return value
    parts = value.split(str(arguments["separator"]))
    return [part.strip(TRIMMED) for part in parts] if arguments.get("trim") else parts


def split_each(value: object, arguments: Arguments) -> object:
    """One text, or each of a list, is cut at each `separator` and trimmed; the parts join the list in its place."""
    if isinstance(value, str):
        return split(value, {**arguments, "trim": True})
    if not isinstance(value, list):
        return value
    parts: list[object] = []
    for element in value:
        found = split(element, {**arguments, "trim": True}) if isinstance(element, str) else element
        parts.extend(found if isinstance(found, list) and isinstance(element, str) else [element])
    return parts


def replace(value: object, arguments: Arguments) -> object:
    """What the regular expression `pattern` finds in a text is replaced by `by`."""
    return _each(value, lambda text: re.sub(str(arguments["pattern"]), str(arguments["by"]), text))


def drop(_: object, __: Arguments) -> object:
    """The key is not there."""
    return MISSING


def constant(value: object, arguments: Arguments) -> object:
    """An absent key has the value `value`."""
    return deepcopy(arguments["value"]) if value is MISSING else value


def default(value: object, arguments: Arguments) -> object:
    """An absent key or an empty element has the value `value`."""
    return deepcopy(arguments["value"]) if value is MISSING or value == [] else value


def texts_if_any(value: object, _: Arguments) -> object:
    """One or many become a list of texts, an empty element the empty text; none stays absent."""
    if value is MISSING:
        return value
    elements = value if isinstance(value, list) and value else [value]
    return ["" if element == [] else element for element in elements]


def omit_empty(value: object, _: Arguments) -> object:
    """An empty element, which PHP shows as `[]`, is left out."""
    return MISSING if value == [] else value


def unique(value: object, _: Arguments) -> object:
    """A list loses each element that is the same as an earlier one."""
    if not isinstance(value, list):
        return value
    return list({json.dumps(element, sort_keys=True): element for element in value}.values())


def every_level(value: object, arguments: Arguments) -> object:
    """`transform` (with further arguments of its own) at the paths `at` of an object, and of all objects below it.

    `through` is the path from an object to those of the next level, like `$.subflows[*].flow`.
    """
    return _levels(copy.deepcopy(value), arguments)


def _levels(value: object, arguments: Arguments) -> object:
    apply = TRANSFORMS[str(arguments["transform"])].apply
    at = arguments["at"]
    for path in at if isinstance(at, list) else [at]:
        value, _ = change(value, parse(str(path)), lambda found: apply(found, arguments))
    below = parse(str(arguments["through"]))
    return change(value, below, lambda found: found if found is MISSING else _levels(found, arguments))[0]


def php_array(value: object, _: Arguments) -> object:
    """The text of an array as PHP's list template takes it apart: brackets gone, cut at commas, numbers as they are.

    Numbers may have blanks before them, not behind (legacy notes, task 4.2); all else is text, trimmed.
    """
    if not isinstance(value, str):
        return value
    parts = value.replace("[", "").replace("]", "").split(",")
    return [_json_number(part) if is_numeric(part) else part.strip(TRIMMED) for part in parts]


def _json_number(text: str) -> object:
    try:
        return load_json(text.strip(TRIMMED).encode())
    except ValueError:
        return text


def escape(value: object, _: Arguments) -> object:
    """Text as PHP's htmlspecialchars leaves it."""
    return _each(value, lambda text: html.escape(text, quote=False).replace('"', "&quot;"))


def unescape(value: object, _: Arguments) -> object:
    """PHP's htmlspecialchars is undone, once."""
    return _each(value, lambda text: _ENTITY.sub(lambda found: _ENTITIES[found[0]], text))


def null_element(value: object, _: Arguments) -> object:
    """An empty element is null; an absent key stays absent."""
    return None if value == [] else value


def measured(value: object, arguments: Arguments) -> object:
    """Of rows with a `value`, those with empty text go, and the others' becomes a number where it is one."""
    if not isinstance(value, list):
        return value
    rows: list[object] = []
    for row in value:
        if isinstance(row, dict) and "value" in row:
            if row["value"] != "":
                rows.append({**row, "value": number(row["value"], arguments)})
        else:
            rows.append(row)
    return rows


TRANSFORMS: Mapping[str, Transform] = {
    "unwrap": Transform(unwrap, required=frozenset({"key"})),
    "pluck": Transform(pluck, required=frozenset({"key"})),
    "items": Transform(items, required=frozenset({"key"})),
    "rename": Transform(rename, required=frozenset({"from", "to"})),
    "list": Transform(as_list),
    "list_of_text": Transform(list_of_text),
    "null": Transform(null),
    "null_text": Transform(null_text),
    "text": Transform(text),
    "blank": Transform(blank),
    "integer": Transform(integer),
    "number": Transform(number),
    "literal": Transform(literal),
    "boolean": Transform(boolean),
    "datetime": Transform(datetime),
    "lower": Transform(lower),
    "split": Transform(split, required=frozenset({"separator"}), optional=frozenset({"trim"})),
    "split_each": Transform(split_each, required=frozenset({"separator"})),
    "replace": Transform(replace, required=frozenset({"pattern", "by"})),
    "drop": Transform(drop),
    "constant": Transform(constant, required=frozenset({"value"})),
    "default": Transform(default, required=frozenset({"value"})),
    "texts_if_any": Transform(texts_if_any),
    "omit_empty": Transform(omit_empty),
    "unique": Transform(unique),
    "every_level": Transform(
        every_level,
        required=frozenset({"transform", "through", "at"}),
        optional=frozenset({"from", "to", "value"}),
    ),
    "php_array": Transform(php_array),
    "escape": Transform(escape),
    "unescape": Transform(unescape),
    "null_element": Transform(null_element),
    "measured": Transform(measured),
}
