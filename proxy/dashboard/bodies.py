"""Bodies line by line, the lines marked where the sides differ."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

import orjson

from config import text
from diffing.paths import generalise

MOST_LINES: Final = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a body. ``text``: with its indentation. ``marked``: a difference is here."""

    text: str
    marked: bool = False


def lines(body: str, paths: Collection[str]) -> list[Line]:
    """The lines of a body, at most `MOST_LINES`.

    JSON is indented and marked; all else is shown as it is. Paths are of the normalised document: in an answer of the
    legacy side they are below envelopes, so a line is marked where its path ends with one of them. ``paths``: where
    the sides differ.
    """
    try:
        document = orjson.loads(body)
        ends = {generalise(path).removeprefix("$") for path in paths if path.startswith(("$.", "$["))}
        found = list(_of(document, "$", 0, "", "", ends))
    except (orjson.JSONDecodeError, RecursionError):
        found = [Line(one) for one in body.splitlines()]
    if len(found) > MOST_LINES:
        return [*found[:MOST_LINES], Line(f"… {len(found) - MOST_LINES} more lines")]
    return found


def _of(
    value: object, path: str, depth: int, before: str, after: str, ends: Collection[str]
) -> Iterator[Line]:
    blank = "  " * depth
    marked = any(path.endswith(end) for end in ends)
    if isinstance(value, dict | list) and value:
        first, last = ("{", "}") if isinstance(value, dict) else ("[", "]")
        yield Line(f"{blank}{before}{first}", marked)
        items = (
            [(f"{path}.{key}", f"{_json(key)}: ", element) for key, element in value.items()]
            if isinstance(value, dict)
            else [(f"{path}[*]", "", element) for element in value]
        )
        for number, (inner, name, element) in enumerate(items, 1):
            yield from _of(element, inner, depth + 1, name, "," if number < len(items) else "", ends)
        yield Line(f"{blank}{last}{after}")
    else:
        yield Line(f"{blank}{before}{_json(value)}{after}", marked)


def _json(value: object) -> str:
    return text.json_bytes(value).decode()
