"""What clients of PHP's dialect may notice when the backend answers them: the entries that hold for it, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from config.legacy_errors import LegacyErrors
from config.routes import RouteMap
from diffing.guide.words import PREFIX, legacy_path
from diffing.registry import Deviation, Kind, Registry

BEGIN: Final = (
    "<!-- Generated from config/deviations by `parity deviations switching`; a test holds it current. -->"
)
END: Final = "<!-- End of what is generated. -->"

FACE: Final = "legacy"
_EVERYWHERE: Final = ("*",)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
# What entries say of the new API's own form.
_OF_THE_NEW_FORM: Final = re.compile(r"answers JSON|JSON form|JSON can hold|new API says|: 404\.")
_GROUPS: Final = (
    (
        "Refused, where PHP lets everybody",
        "Repaired as a matter of security or sense. The error is one of PHP's, in PHP's form.",
    ),
    ("Answered, where PHP breaks", "PHP dies, or sends what nobody can read. The answer has PHP's form."),
    (
        "Told as one error, where PHP breaks",
        "PHP dies, or sends two documents. The error is the one that PHP means.",
    ),
)


def noticed(registry: Registry, routes: RouteMap, errors: LegacyErrors) -> str:
    """The generated part, between its marks, as Markdown. ``errors``: PHP's codes."""
    groups: list[list[str]] = [[], [], []]
    for entry in registry.deviations:
        # A refusal on every route is about PHP's crashes only: the legacy face takes the methods that PHP takes.
        if FACE in entry.faces and not (entry.kind is Kind.REFUSAL and entry.routes == _EVERYWHERE):
            groups[_group(entry)].append(_told(entry, routes, errors))
    return "\n".join((BEGIN, "", *_lines(groups), END)) + "\n"


def with_noticed(page: str, part: str) -> str:
    """A page with its generated part replaced. ``part``: what ``noticed`` gave. Raises ValueError: the page does not
    have both marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END + "\n")
    if not begin or not end:
        raise ValueError(f"the page must have the lines {BEGIN!r} and {END!r}")
    return before + part + after


def _lines(groups: list[list[str]]) -> Iterator[str]:
    for (title, text), told in zip(_GROUPS, groups, strict=True):
        yield from (f"### {title}", "", text, "", *(told or ["Nothing."]), "")


def _group(entry: Deviation) -> int:
    if entry.kind is Kind.REFUSAL:
        return 0
    return 1 if entry.new is None or entry.new.status == 200 else 2


def _told(entry: Deviation, routes: RouteMap, errors: LegacyErrors) -> str:
    paths = dict.fromkeys(
        f"`{legacy_path(route).replace(PREFIX, '/api/v1/…/')}`"
        for route in routes
        if entry.names(route.name) and route.legacy is not None
    )
    shown = "every path" if entry.routes == _EVERYWHERE else ", ".join(paths) or "paths that there are not"
    why = [
        sentence.replace("The new API", "The backend").replace("the new API", "the backend")
        for sentence in _SENTENCE.split(" ".join(entry.why.split()))
        if not _OF_THE_NEW_FORM.search(sentence)
    ]
    return " ".join((f"- {shown}:", *why, *_answer(entry, errors)))


def _answer(entry: Deviation, errors: LegacyErrors) -> Iterator[str]:
    new = entry.new
    if new is None or new.status == 200:
        return
    code = new.code or errors.code_of(new.type or "")
    if code:
        said = errors.message.get(code, "").strip()
        yield f"Now: {errors.status_of(code)}, error {code}" + (f", *{said}*" if said else "")
