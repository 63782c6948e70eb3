"""What a registry makes of the examples of a transform, for those whose recorded exchanges others explain, too."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from config.routes import Route, RouteMap
from diffing.lint import asked_of
from diffing.model import Asked
from diffing.normalise import normalise
from diffing.paths import MISSING, Steps
from diffing.registry import Deviation, Example, Registry


def made(entry: Deviation, registry: Registry, routes: RouteMap) -> list[object]:
    """The documents, one for each example at each of the entry's places. ``registry``: all entries and rules, or all
    but one.
    """
    found: list[object] = []
    for example in entry.examples:
        for route in _routes(entry, routes):
            for steps in entry.steps:
                document = _at(steps, example.legacy)
                for key in reversed(route.legacy.envelope if route.legacy else ()):
                    document = {key: document}
                entries, rules = registry.of_route(route.name), registry.rules(route.name)
                asked = _asked(example, route)
                found.append(normalise(document, asked, entries, None, rules).document)
    return found


def _routes(entry: Deviation, routes: RouteMap) -> Iterator[Route]:
    for pattern in entry.routes:
        yield from (route for route in routes if fnmatchcase(route.name, pattern))


def _asked(example: Example, route: Route) -> Asked:
    told = asked_of(example)
    method = str((example.request or {}).get("method", route.new.method))
    return Asked(route, method, told.parameters, told.role, told.format, told.known, told.rehearsed, "2")


def _at(steps: Steps, value: object) -> Any:
    for step in reversed(steps):
        value = [value] if step == "*" else {} if value is MISSING else {step: value}
    return value
