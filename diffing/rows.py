"""Lists that were cut by a limit, and lists that PHP refuses to move by an offset alone.

PHP's lists have no order, so which rows a limited list shows is unspecified (recordings: `_limited`). The rows of
both sides must then be rows of the new side's answer to the same filters without limit and offset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from config.routes import Route, RowList
from diffing.model import Asked, Difference
from diffing.paths import generalise
from diffing.walk import canonical, walk

CUTTING: Final = frozenset({"limit", "offset"})
_MANY_DIGITS: Final = 20


def unspecified(asked: Asked) -> bool:
    """Whether which rows come is unspecified: a limit or an offset on a list whose rows both sides do not order."""
    top = top_rows(asked.route)
    if top is None or top.ordered:
        return False
    return not (CUTTING | top.whole.keys()).isdisjoint(asked.parameters)


def top_rows(route: Route | None) -> RowList | None:
    """How the rows of a route's list are compared; None when the route answers no list."""
    return next((rows for rows in route.rows if rows.at == "$"), None) if route else None


def incomplete(route: Route | None, rows: Sequence[object]) -> bool:
    """Whether an answer that should be the whole list may lack rows: it is as long as the new side answers."""
    top = top_rows(route)
    longest = top.whole.get("limit") if top else None
    return longest is not None and len(rows) >= int(longest)


def settled(value: object, rows: Sequence[RowList], path: str = "$") -> object:
    """The value with every list of unspecified order sorted, so that equal ones have equal canonical bytes."""
    if isinstance(value, dict):
        return {key: settled(element, rows, f"{path}.{key}") for key, element in value.items()}
    if isinstance(value, list):
        elements = [settled(element, rows, f"{path}[*]") for element in value]
        if any(entry.at == generalise(path) and not entry.ordered for entry in rows):
            elements.sort(key=canonical)
        return elements
    return value


def limited_differences(
    asked: Asked, legacy: list[object], new: list[object], unlimited: list[object], *, full: bool = True
) -> Iterator[Difference]:
    """Where a limited list is not a choice of as many rows of the unlimited list, on either side.

    Args:
        asked: Facts of the request, with its route.
        legacy: The normalised legacy rows.
        unlimited: The new side's rows for the same filters without limit and offset.
        full: Legacy chose among the same rows; else the new side has as many as the unlimited list gives.
    """
    rows = asked.route.rows if asked.route else ()
    wanted = len(legacy) if full else len(moved(asked, unlimited))
    if wanted != len(new):
        yield Difference("$", "length", wanted, len(new))
    known = Counter(_form(row, rows) for row in unlimited)
    for side, answered in (("missing", legacy), ("extra", new)):
        left = known.copy()
        for row in answered:
            form = _form(row, rows)
            if left[form]:
                left[form] -= 1
            elif side == "missing":
                yield from _closest(row, unlimited, rows)
            else:
                yield Difference(_name(row, rows), side, None, row)


def _form(row: object, rows: Sequence[RowList]) -> bytes:
    return canonical(settled(row, rows, "$[*]"))


def _key(row: object, rows: Sequence[RowList]) -> list[object]:
    top = next((entry for entry in rows if entry.at == "$"), None)
    return [row.get(column) for column in top.key] if top and isinstance(row, dict) else [row]


def _name(row: object, rows: Sequence[RowList]) -> str:
    top = next((entry for entry in rows if entry.at == "$"), None)
    columns = top.key if top else ()
    return "$[" + ",".join(f"{c}={v}" for c, v in zip(columns, _key(row, rows), strict=False)) + "]"


def _closest(row: object, unlimited: list[object], rows: Sequence[RowList]) -> tuple[Difference, ...]:
    """The difference to the row of the same key; the whole row where there is none (or it is listed too often)."""
    wanted = canonical(_key(row, rows))
    twin = next((other for other in unlimited if canonical(_key(other, rows)) == wanted), None)
    if twin is None or _form(twin, rows) == _form(row, rows):
        return (Difference(_name(row, rows), "missing" if twin is None else "duplicate", row, None),)
    return walk([row], [twin], rows)


def moved(asked: Asked, unlimited: list[object]) -> list[object]:
    """The rows that offset and limit choose of the unlimited list."""
    offset, limit = asked.parameters.get("offset", "0"), asked.parameters.get("limit", "0")
    start, most = number_of(offset), number_of(limit)
    return unlimited[start : start + most if most else None]


def number_of(text: str) -> int:
    """The number that a client gave: 0 for none, and for one of many digits one that no list reaches."""
    significant = text.lstrip("0")
    if not significant.isdecimal():
        return 0
    return int(significant) if len(significant) < _MANY_DIGITS else 10**_MANY_DIGITS
