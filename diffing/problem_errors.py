"""The `errors` of a 422, held to the request: each names a parameter of the route, and what was sent as that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from config.routes import Route
from config.templates import segment_names
from diffing.conditions import TEXT_LIMIT
from diffing.model import Asked, Difference

_MEMBERS: Final = frozenset({"type", "loc", "msg", "input"})
_PLACES: Final = frozenset({"path", "query", "body"})
_WHOLE_BODY: Final = frozenset({"form_invalid"})
"""Errors of a body that cannot be read as a whole: no parameter is at fault."""
_UNKNOWN: Final = "extra_forbidden"
"""The error of a parameter that the route does not have."""
_LACKING: Final = frozenset({"missing", "missing_value", "file_missing", "too_short"})
"""Errors of what is not there, or is nothing."""
DOCUMENTS: Final = frozenset({"description", "edit_parameters", "trace"})
"""Parameters that are files; what is wrong lies inside."""
_REPEATED: Final = frozenset({"xml_invalid"})
"""Errors that a parser may find several times in one line."""
_PAGED: Final = ["body", "pagination"]
"""Where a JSON body may have limit and offset."""
_NOTHING: Final = frozenset({"", "0"})
"""Texts that PHP takes for nothing."""


def error_differences(
    asked: Asked, types: frozenset[str], document: Mapping[str, object]
) -> Iterator[Difference]:
    """Where the errors of a problem are not about the request. ``types``: the types that they may have; none where
    there is no list.
    """
    errors = document.get("errors")
    if not types:
        if errors is not None:
            yield Difference("$.errors", "extra", None, errors)
        return
    if not isinstance(errors, list) or not errors:
        yield Difference("$.errors", "missing", "a list of what is wrong", errors)
        return
    seen = []
    for index, error in enumerate(errors):
        at = f"$.errors[{index}]"
        if not isinstance(error, dict) or not _MEMBERS <= error.keys() <= _MEMBERS | {"ctx"}:
            yield Difference(at, "value", "type, loc, msg, input and perhaps ctx", error)
            continue
        kind, loc = error["type"], error["loc"]
        if not isinstance(kind, str) or kind not in types:
            yield Difference(f"{at}.type", "value", " or ".join(sorted(types)), kind)
            continue
        if not isinstance(error["msg"], str) or not error["msg"].strip():
            yield Difference(f"{at}.msg", "value", "a sentence", error["msg"])
        if error in seen and kind not in _REPEATED:
            yield Difference(at, "duplicate", None, error)
        seen.append(error)
        if kind in _WHOLE_BODY:
            if loc != ["body"]:
                yield Difference(f"{at}.loc", "value", ["body"], loc)
        else:
            yield from _of_request(asked, kind, error, at)


def _of_request(asked: Asked, kind: str, error: Mapping[str, object], at: str) -> Iterator[Difference]:
    loc, given = error["loc"], error["input"]
    if not isinstance(loc, list) or len(loc) < 2 or loc[0] not in _PLACES or not isinstance(loc[1], str):
        yield Difference(f"{at}.loc", "value", "a place and a parameter of the request", loc)
        return
    if (route := asked.route) is None:
        return
    names = _names(route)
    name = loc[2] if loc[:2] == _PAGED and len(loc) == 3 and isinstance(loc[2], str) else loc[1]
    known = names.get((loc[0], name))
    if known is None and loc[0] == "body":
        known = names.get(("query", name))  # what is missing of a POST may stand in either
    if known is None and name in asked.parameters and (kind == _UNKNOWN or loc[0] == "body"):
        known = name
    if known is None:
        yield Difference(f"{at}.loc", "value", f"a parameter of {route.name}", loc)
        return
    sent = asked.parameters.get(known)
    if sent is None and kind not in _LACKING and loc[0] != "body":
        yield Difference(f"{at}.loc", "value", "a parameter that was sent", loc)
    elif not _is_input(given, sent, asked.parameters.get(f"{known}.text"), kind, loc):
        yield Difference(f"{at}.input", "value", sent, given)


def _is_input(given: object, sent: str | None, text: str | None, kind: str, loc: list[object]) -> bool:
    """Whether an input is what was sent, or of a document that was."""
    if loc[0] == "body" and loc[1] in DOCUMENTS:
        whole = text is not None and len(text.encode("utf-8", "replace")) < TEXT_LIMIT - 4
        told = given is None or kind.startswith("missing")
        return told or not whole or all(part in str(text) for part in str(given).split(", "))
    if given is None:
        return sent is None or loc[0] == "body" or (kind in _LACKING and sent in _NOTHING)
    if loc[0] == "body" and type(given) in (int, float):
        return str(given) == sent  # a JSON body has numbers
    # A path keeps the percent signs of what is no id.
    return isinstance(given, str) and (given == sent or (loc[0] == "path" and unquote(given) == sent))


def _names(route: Route) -> Mapping[tuple[str, str], str]:
    """The legacy name of each parameter of the new side, by place and name."""
    found = {("path", name): name for name in segment_names(route.new.path)}
    for alias in route.new.aliases:
        found |= {("path", name): name for name in segment_names(alias)}
    if route.legacy is not None:
        found |= {("query", name): name for name in (*(route.legacy.filters or ()), *route.legacy.query)}
        found |= {("body", name): name for name in (*route.legacy.form, *route.legacy.form_read)}
    for legacy, place in route.parameters.items():
        where, _, name = place.partition(".")
        found[where, name] = legacy
    return found
