"""Lists in which administrators see more on the new side than PHP shows them: what is private, or under an embargo.

Every row of PHP must be there and equal. Each further row must fit the response schema, occur once, be none that the
new side shows to a stranger (PHP would show that one too), and be about something that is there, as far as is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from diffing.decode import decode
from diffing.further import ExchangeFacts, Underived
from diffing.model import Asked, FollowUp, Observation
from diffing.paths import Steps
from diffing.rows import CUTTING, top_rows
from diffing.walk import canonical

if TYPE_CHECKING:
    from diffing.registry import Deviation

_ALL: Final = "all"
"""The value of a filter that asks for every value."""
_TOLD_OTHERWISE: Final = frozenset({("task.list", "name"), ("dataset.list", "md5_checksum")})
"""Columns of which a list tells another thing than what is shown by itself: the name of the data set, no checksum."""
_UNKNOWN: Final = 404
CANONICAL: Final = "rows_for_administrators"
_MOST: Final = 8
"""The new side is asked for so many of the further rows themselves."""


def rows_for_administrators(
    legacy: object, new: object, _: Sequence[Steps], exchange: ExchangeFacts
) -> tuple[object, object]:
    """The new rows without those that only an administrator may see.

    A list that is cut is left to `diffing.rows`: which rows come is another choice of more rows.

    Raises:
        Needed: the list must be asked for without a key first.
        Underived: that was not answered.
    """
    asked = exchange.asked
    if not isinstance(legacy, list) or not isinstance(new, list) or CUTTING & asked.parameters.keys():
        return legacy, new
    known = {_key(asked, row) for row in legacy}
    further = [row for row in new if _key(asked, row) not in known]
    if not further:
        return legacy, new
    answer = exchange.sources.answer(FollowUp.STRANGER)
    if answer.status not in (200, 404):
        raise Underived
    public = decode(answer).document
    shown = {_key(asked, row) for row in public} if isinstance(public, list) else set()
    times = Counter(_key(asked, row) for row in further)

    def private(row: object) -> bool:
        key = _key(asked, row)
        fits = exchange.shape is None or next(exchange.shape.fits([row]), None) is None
        return key in times and times[key] == 1 and key not in shown and fits

    found = [row for row in further if private(row)]
    paths = dict.fromkeys(path for row in found[:_MOST] if (path := _path(asked, row)) is not None)
    things = {path: exchange.sources.answer(FollowUp.PREMISE, path) for path in paths}
    return legacy, [row for row in new if not private(row) or not _true(asked, row, things)]


def wider(entries: Iterable[Deviation], asked: Asked) -> Deviation | None:
    """The entry that lets an administrator see more rows of a list; None for anybody else. ``entries``: the entries of
    the route.
    """
    return next(
        (one for one in entries if one.canonical == CANONICAL and one.when.why_not(asked, []) is None), None
    )


def _true(asked: Asked, row: object, things: Mapping[str, Observation]) -> bool:
    """Whether a row is what the filters ask for, and says what the new side says of the thing itself."""
    if not isinstance(row, dict) or not all(fits_filters(asked, row)):
        return False
    thing = things.get(_path(asked, row) or "")
    if thing is None:
        return True
    document = decode(thing).document
    told = document if isinstance(document, dict) else {}
    return thing.status != _UNKNOWN and all(
        str(value).casefold() == str(told[name]).casefold()
        for name, value in row.items()
        if isinstance(value, int | str)
        and type(told.get(name)) is type(value)
        and (asked.route_name, name) not in _TOLD_OTHERWISE
    )


def fits_filters(asked: Asked, row: Mapping[str, object]) -> Iterator[bool]:
    """For each filter that is the name of a column, whether the row has one of the values that it asks for."""
    moved = {} if asked.route is None else asked.route.parameters
    for name, value in asked.parameters.items():
        column = moved.get(name, name).rpartition(".")[2]
        if type(row.get(column)) in (int, str):
            wanted = [one.strip().casefold() for one in value.split(",")]
            yield str(row[column]).casefold() in wanted or wanted == [_ALL]


def _path(asked: Asked, row: object) -> str | None:
    """Where the new side shows what a row is about; None where it has no such place."""
    top = top_rows(asked.route)
    if asked.route is None or top is None or not isinstance(row, dict):
        return None
    place, key = asked.route.new.path.removesuffix("/list"), top.key[0] if len(top.key) == 1 else None
    value = row.get(key or "run_id")
    return f"{place if key else '/run'}/{value}" if type(value) is int else None


def _key(asked: Asked, row: object) -> bytes:
    top = top_rows(asked.route)
    columns = top.key if top else ()
    return canonical([row.get(column) for column in columns] if columns and isinstance(row, dict) else row)
