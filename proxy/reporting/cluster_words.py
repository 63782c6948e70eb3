"""A cluster in words: what differs, why that may be, and what its requests have in common."""

import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from diffing.model import Outcome
from diffing.paths import generalise
from proxy.log.clusters import Shown
from proxy.reporting.values import both

_LONGEST: Final = 60
_ROW: Final = re.compile(r"\[([^\[\]]*+)\]$")
_TYPES: Final = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a text",
    type(None): "null",
}
_VERDICTS: Final = {
    str(Outcome.NEW_ERROR): "the new side fails",
    str(Outcome.BOTH_ERROR): "both sides fail",
    str(Outcome.TIMEOUT): "a side does not answer in time",
    str(Outcome.TOO_LARGE): "an answer is too large to be compared",
    str(Outcome.TOO_EXPENSIVE): "comparing takes too long",
    str(Outcome.LEGACY_ERROR): "legacy fails, and no entry says why",
}


def title_of(found: Shown) -> str:
    """What differs, as a sentence without its full stop; names of code stand between backticks."""
    differences = sorted(found.differences, key=_weight)
    if not differences:
        return found.cluster.signature
    first = differences[0]
    told = _told(first)
    # A problem document repeats its status.
    places = {_place(item["path"]) for item in differences} - {
        "`status`" if first["path"] == "status" else ""
    }
    more = len(places) - 1
    return told if more < 1 else f"{told} (and {more} more {'place' if more == 1 else 'places'})"


def causes_of(found: Shown) -> list[str]:
    """Why the first difference may be there, the likeliest first; none where nothing is seen in the values."""
    first = min(found.differences, key=_weight, default=None)
    return [] if first is None else list(dict.fromkeys(_causes(first)))


def common_of(requests: Sequence[Mapping[str, Any]], always: Collection[str] = ()) -> list[str]:
    """What all requests have in common, as words like ``all with `status=all```; nothing of fewer than two requests.

    Args:
        requests: Of a cluster.
        always: Parameters that every request of the route has.
    """
    if len(requests) < 2:
        return []
    told = []
    shared = dict.fromkeys(requests[0]["parameters"])
    for name in shared:
        values = [item["parameters"].get(name) for item in requests]
        if None in values:
            continue
        if len(set(values)) == 1:
            told.append(f"all with `{name}={values[0]}`")
        elif name not in always:
            told.append(f"all with `{name}`")
    roles = {item["role"] for item in requests}
    if len(roles) == 1 and not roles & {None, "none"}:
        told.append(f"all of role `{roles.pop()}`")
    return told


def _weight(difference: Mapping[str, Any]) -> int:
    """Differences of the status say most, those of headers least."""
    path = str(difference["path"])
    return 0 if path == "status" else 2 if path.startswith("header.") else 1


def _place(path: str) -> str:
    if path.startswith("header."):
        return f"header `{path.removeprefix('header.')}`"
    row = _ROW.search(path)
    if row:
        return f"row `{row[1]}`"
    name = generalise(path).replace("[*]", "").removeprefix("$").removeprefix(".")
    return f"`{name}`" if name else "the answer"


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"


def _told(difference: Mapping[str, Any]) -> str:
    what, place = str(difference["what"]), _place(str(difference["path"]))
    expected, new = map(_cut, both(difference))
    kind = what.partition(":")[0]
    if kind in _VERDICTS:
        return _VERDICTS[kind]
    if what == "undocumented":
        return f"no entry is about legacy's error: legacy {expected}, new {new}".replace('"', "")
    if what == "broken":
        return f"the new side breaks: {new}".replace('"', "")
    if what == "missing":
        whole = isinstance(difference.get("legacy"), dict | list)
        return f"{place} is missing" + ("" if whole else f": expected {expected}")
    if what == "extra":
        return f"{place} should not be there" + (
            "" if isinstance(difference.get("new"), dict | list) else f": got {new}"
        )
    if what == "duplicate":
        return f"{place} comes another number of times"
    if what == "order":
        return f"rows of {place} come in another order"
    if what == "type" and (types := _types(difference)):
        return f"{place} is of another type: expected {expected} ({types[0]}), got {new} ({types[1]})"
    named = "status" if place == "`status`" and difference["path"] == "status" else place
    return f"{named} differs: expected {expected}, got {new}"


def _types(difference: Mapping[str, Any]) -> tuple[str, str] | None:
    found = [_TYPES.get(type(difference.get(side))) for side in ("legacy", "new")]
    return (found[0], found[1]) if found[0] and found[1] else None


def _causes(difference: Mapping[str, Any]) -> Iterator[str]:
    expected, new, raw = (difference.get(side) for side in ("legacy", "new", "raw"))
    what = str(difference["what"])
    if difference["path"] == "status":
        yield f"The new side answers {new} where {expected} is expected: look at which problem the operation raises."
        return
    if what == "missing":
        row = _ROW.search(str(difference["path"]))
        yield (
            "The new side leaves a row out: look at the conditions and joins of its query."
            if row
            else "The new side has no such key: look at the shape of its answer."
        )
    elif what == "extra":
        yield "The new side answers more than PHP: look at the conditions of its query, or the shape of its answer."
    elif what in ("value", "type"):
        if raw is not None and raw != expected and raw == new and type(raw) is type(new):
            yield "The new side answers as PHP wrote it; a rule or an entry of the registry expects another form."
        yield from _of_values(expected, new)


def _of_values(expected: object, new: object) -> Iterator[str]:
    if isinstance(expected, str) and isinstance(new, str):
        if expected.casefold() == new.casefold():
            yield "Only upper and lower case differ."
        elif "".join(expected.split()) == "".join(new.split()):
            yield "Only blanks and line ends differ."
        elif html.unescape(expected) == html.unescape(new):
            yield "Only one of the texts is escaped for HTML."
        elif expected.startswith(new) or new.startswith(expected):
            yield "One text is the beginning of the other: something is cut, or added."
    elif _number(expected) is not None and _number(expected) == _number(new):
        yield "The number is the same, its type is not."
    elif new is None:
        yield "The new side has null: the column is empty, or is not read."
    elif expected is None:
        yield "Null is expected: the new side fills in a value of its own."
    elif (
        isinstance(expected, list)
        and isinstance(new, list)
        and sorted(map(repr, expected)) == sorted(map(repr, new))
    ):
        yield "The elements are the same, in another order."
    elif (
        isinstance(expected, int | float) and isinstance(new, int | float) and not isinstance(expected, bool)
    ):
        near = abs(expected - new) <= 1e-6 * max(abs(expected), abs(new))
        yield (
            "The numbers are nearly equal: look at rounding."
            if near
            else "The numbers are not near each other."
        )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
