"""Lists in which administrators see more on the new side than PHP shows them: what is private, or under an embargo.

Every row of PHP must be there and equal. Each further row must fit the response schema, occur once, stand in the order
of the list, be none that the new side shows to a stranger (PHP would show that one too), and say what the new side says
of its thing elsewhere (`diffing.elsewhere`), as far as is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from diffing.decode import decode
from diffing.elsewhere import OtherPath, is_said, places_of
from diffing.further import ExchangeFacts, Sources, Underived
from diffing.model import Asked, Difference, FollowUp
from diffing.paths import Steps
from diffing.rows import CUTTING, top_rows
from diffing.walk import canonical

if TYPE_CHECKING:
    from diffing.registry import Deviation

_ALL: Final = "all"
"""The value of a filter that asks for every value."""
CANONICAL: Final = "rows_for_administrators"
MOST_PLACES: Final = 16
"""The new side is asked for so many places of further rows, those of a row together."""


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
        return key in times and times[key] == 1 and key not in shown and _fits(row, exchange)

    if not _is_ordered(asked, new):
        return legacy, new
    told = asked_places(asked, [row for row in further if private(row)])
    return legacy, [
        row
        for row in new
        if not private(row) or not _is_true(asked, row, told.get(_key(asked, row), {}), exchange.sources)
    ]


def wider(entries: Iterable[Deviation], asked: Asked) -> Deviation | None:
    """The entry that lets an administrator see more rows of a list; None for anybody else. ``entries``: the entries of
    the route.
    """
    return next(
        (one for one in entries if one.canonical == CANONICAL and one.when.why_not(asked, []) is None), None
    )


def further_differences(
    legacy: Sequence[object], new: Sequence[object], exchange: ExchangeFacts
) -> Iterator[Difference]:
    """The rows of a cut list that PHP does not show and that are not as the filters, the schema or their places say.

    Which rows come is another choice of more rows, so that they may be public ones.

    Raises:
        Needed: a place must be asked first.
    """
    asked = exchange.asked
    known = {_key(asked, row) for row in legacy}
    further = [row for row in new if _key(asked, row) not in known]
    told = asked_places(asked, further)
    for row in further:
        if not _fits(row, exchange) or not _is_true(
            asked, row, told.get(_key(asked, row), {}), exchange.sources
        ):
            yield Difference("$", "extra", None, row)


def _fits(row: object, exchange: ExchangeFacts) -> bool:
    return exchange.shape is None or next(exchange.shape.fits([row]), None) is None


def asked_places(asked: Asked, rows: Iterable[object]) -> Mapping[bytes, Mapping[str, OtherPath]]:
    """The places that the new side is asked for, by the key of the row that they are about: of the first rows."""
    found: dict[bytes, Mapping[str, OtherPath]] = {}
    paths = set[str]()
    for row in rows:
        places = places_of(asked, row)
        if len(paths | places.keys()) > MOST_PLACES:
            break
        paths |= places.keys()
        found[_key(asked, row)] = places
    return found


def _is_ordered(asked: Asked, rows: Sequence[object]) -> bool:
    """Whether a list that both sides order by its key is ordered by it."""
    top = top_rows(asked.route)
    if top is None or not top.ordered:
        return True
    keys = [row.get(column) for row in rows if isinstance(row, dict) for column in top.key]
    numbers = [key for key in keys if isinstance(key, int)]
    return len(top.key) > 1 or numbers == sorted(numbers)


def _is_true(asked: Asked, row: object, places: Mapping[str, OtherPath], sources: Sources) -> bool:
    """Whether a row is what the filters ask for, and says what its places say."""
    return isinstance(row, dict) and all(fits_filters(asked, row)) and is_said(row, places, sources)


def fits_filters(asked: Asked, row: Mapping[str, object]) -> Iterator[bool]:
    """For each filter that is the name of a column, whether the row has one of the values that it asks for."""
    moved = {} if asked.route is None else asked.route.parameters
    for name, value in asked.parameters.items():
        column = moved.get(name, name).rpartition(".")[2]
        if type(row.get(column)) in (int, str):
            wanted = [one.strip().casefold() for one in value.split(",")]
            yield str(row[column]).casefold() in wanted or wanted == [_ALL]


def _key(asked: Asked, row: object) -> bytes:
    top = top_rows(asked.route)
    columns = top.key if top else ()
    return canonical([row.get(column) for column in columns] if columns and isinstance(row, dict) else row)
