"""PHP's judgement of the filters in a path (legacy notes, data 7): names first, then characters of values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.php.requests import decode
from config.routes import LegacyTemplate

_DIGITS = re.compile(r"[0-9]+(,[0-9]+)*")
# Its range ",-_" lets in more than it means.
_TEXT = re.compile(r"[\t\n\v\f\r (),\-./0-9:;<=>?@A-Z\[\\\]^_a-z]*")


_LARGEST_LIMIT = 2**64 - 1
_NOTHING = {"limit": "0"}
"""Filters of an empty list."""


@dataclass(frozen=True, slots=True)
class Illegal:
    """What is wrong with the filters of a path. ``unknown``: it is their names, not their values. ``additional``: what
    PHP says of it.
    """

    unknown: bool
    additional: str


def read_filters(template: LegacyTemplate, segments: Sequence[str]) -> Mapping[str, str] | Illegal:
    """Read name/value pairs as PHP does.

    ``template``: says which filters there are. ``segments``: behind the path of the list, not decoded. Returns the
    decoded values by name, the last one of each; a name without value as the template says. Else what PHP finds wrong
    first.
    """
    legal = template.filters or ()
    found: dict[str, str] = {}
    unknown: list[str] = []
    for at in range(0, len(segments), 2):
        name = segments[at]
        if name not in legal:
            unknown.append(name)
        elif at + 1 < len(segments):
            found[name] = decode(segments[at + 1])
        elif template.bare_filter == "last":
            found.pop(name, None)
        elif template.bare_filter == "sent" or (template.bare_filter == "alone" and name not in found):
            found[name] = ""
    if unknown:
        told = f"filter: {unknown[0]}" if template.first_illegal else f"filter(s): {', '.join(unknown)}"
        return Illegal(True, f"Legal filter operators: {','.join(legal)}. Found illegal {told}")
    wrong = [
        name
        for name in legal
        if found.get(name)
        and name not in template.unchecked
        and not (_TEXT if name in template.texts else _DIGITS).fullmatch(found[name])
    ]
    return Illegal(False, f"Filters with illegal values: {','.join(wrong)}") if wrong else found


def offset_alone(found: Mapping[str, str]) -> bool:
    """Whether there is an offset without a limit, ``0`` being none."""
    return _given(found, "offset") and not _given(found, "limit")


def limited(template: LegacyTemplate, found: Mapping[str, str]) -> Mapping[str, str]:
    """The same filters with one number as the limit, and one as the offset. ``template``: says how PHP reads them.
    ``found``: as PHP passed them. Returns the filters; those of an empty list where PHP's SQL fails.
    """
    limits = {name: found[name] for name in ("limit", "offset") if found.get(name)}
    others = {name: value for name, value in found.items() if name not in limits}
    if template.limit == "number":
        numbers = {name: value.partition(",")[0] for name, value in limits.items()}
        return others | {name: value for name, value in numbers.items() if value.strip("0")}
    if limits.get("offset") == "0":
        del limits["offset"]
    first, comma, rest = limits.get("limit", "").partition(",")
    if first and template.most is not None and _is_larger(first, template.most):  # refused before any SQL
        return others | limits | {"limit": first}
    if "," in rest or "," in limits.get("offset", "") or (comma and "offset" in limits):
        return others | _NOTHING
    if any(_is_larger(number, _LARGEST_LIMIT) for number in (first, rest, limits.get("offset")) if number):
        return others | _NOTHING
    return others | ({"limit": rest, "offset": first} if comma else limits)


def _is_larger(digits: str, than: int) -> bool:
    """Whether a number is larger; a text may have more digits than are read as one."""
    significant, most = digits.lstrip("0"), str(than)
    return (len(significant), significant) > (len(most), most)


def _given(found: Mapping[str, str], name: str) -> bool:
    return found.get(name, "") not in ("", "0")
