"""The migration guide: what changes for clients, told by the registry, section by section and endpoint by endpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

from config.guide import Section
from config.routes import Route, RouteMap
from diffing.paths import MISSING
from diffing.registry import Deviation, Example, Kind, Registry

PREFIX: Final = "/api/v1/json/"
HEADER: Final = """\
# Migration guide

<!-- Generated from config/deviations/ by `parity deviations guide`; edit the entries, not this page. -->

What clients of the PHP API have to know when they move to the new API. Everything that is not listed here is
answered as PHP answers it.
"""


_KIND = re.compile(r":[^}]*\}")


class UnknownSection(ValueError):
    """An entry names a section that the guide does not have."""


def guide(registry: Registry, routes: RouteMap, sections: Sequence[Section]) -> str:
    """The whole guide as Markdown.

    Args:
        registry: The entries.
        routes: The endpoints that they are about.
        sections: The sections in their order.

    Raises:
        UnknownSection: an entry names none of them.
    """
    names = {section.name for section in sections}
    for deviation in registry.deviations:
        if deviation.guide not in names:
            raise UnknownSection(
                f"{deviation.source}: {deviation.id}: guide: {deviation.guide!r} is no section"
            )
    parts = [HEADER]
    for section in sections:
        entries = [deviation for deviation in registry.deviations if deviation.guide == section.name]
        if entries or section.text:
            parts.append("\n".join(_section(section, entries, routes)))
    return "\n".join(parts).rstrip() + "\n"


def _section(section: Section, entries: Sequence[Deviation], routes: RouteMap) -> Iterator[str]:
    yield f"## {section.title}\n"
    if section.text:
        yield f"{section.text}\n"
    groups: dict[tuple[str, ...], list[Deviation]] = {}
    for entry in entries:
        groups.setdefault(entry.routes, []).append(entry)
    for patterns, group in groups.items():
        if patterns != ("*",):
            yield from _endpoints(patterns, routes)
        for entry in group:
            yield from _entry(entry)


def _endpoints(patterns: tuple[str, ...], routes: RouteMap) -> Iterator[str]:
    named = [route for route in routes if any(fnmatchcase(route.name, pattern) for pattern in patterns)]
    yield f"### {', '.join(map(_twin, named)) or 'Paths that do not exist'}\n"


def legacy_path(route: Route) -> str:
    """The path that clients of the PHP API use, without the kinds of its segments."""
    path = _KIND.sub("}", route.legacy.path) if route.legacy else ""
    return path if path.startswith("/") else PREFIX + path


def new_path(route: Route) -> str:
    """The path of the new API, without the kinds of its segments."""
    return _KIND.sub("}", route.new.path)


def _twin(route: Route) -> str:
    new = f"`{route.new.method} {new_path(route)}`"
    return f"{new} (was `{legacy_path(route)}`)" if route.legacy else new


def _entry(entry: Deviation) -> Iterator[str]:
    yield f"- **{entry.title}.** {entry.why}"
    lines = list(_lines(entry, entry.examples[0]))
    if lines:
        yield "\n  ```diff\n" + "\n".join(f"  {line}" for line in lines) + "\n  ```"
    yield ""


def _lines(entry: Deviation, example: Example) -> Iterable[str]:
    where = "" if entry.kind is not Kind.TRANSFORM or entry.at[0] == "$" else f"{entry.at[0]}: "
    return (f"- {where}{_shown(example.legacy)}", f"+ {where}{_shown(example.new)}")


def _shown(value: object) -> str:
    if value is MISSING:
        return "(absent)"
    return json.dumps(value, ensure_ascii=False)
