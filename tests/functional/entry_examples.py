"""Exchanges made of the examples of an entry, for those that no recording shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from config.problems import ProblemType
from config.routes import Route, RouteMap
from diffing.further import Further
from diffing.lint import asked_of
from diffing.model import UNROUTED, Asked, FollowUp, Observation
from diffing.normalise import normalise
from diffing.paths import MISSING, Steps
from diffing.premises import Premise
from diffing.problem import TYPE_BASE
from diffing.registry import Deviation, Example, Registry
from diffing.rules.shapes import Shape
from tests.functional.selection import Selected

_CORS: Final = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "Accept"))
_JSON: Final = (("Content-Type", "application/json"), *_CORS)
_PROBLEM: Final = (("Content-Type", "application/problem+json"), *_CORS)
_SCALARS: Final[Mapping[tuple[str, ...], object]] = {
    ("integer",): 1,
    ("number",): 1.5,
    ("boolean",): True,
    ("string",): "x",
    ("date-time",): "2020-01-01T00:00:00",
}
_VISIBLE: Final = Observation(200, _JSON, b'{"main_entity_type": "task"}')
"""The answer by which the premise of no other entry holds: the thing is there, and seen."""

_BROKEN: Final[Mapping[str, tuple[int, str, str]]] = {
    "empty_500": (500, "text/html", ""),
    "empty_200": (200, "text/html", ""),
    "not_json": (200, "application/json", '{"a": "b"c"}'),
    "not_xml": (200, "text/xml", "<a>&</a>"),
    "two_documents": (412, "application/json", '{"error":{}}{"a":1}'),
}


def exchanges(
    entry: Deviation, registry: Registry, routes: RouteMap, problems: Mapping[str, ProblemType]
) -> Iterator[Selected]:
    """The examples of an entry that expects an answer, as exchanges of each route that it names.

    Args:
        entry: The entry.
        registry: All entries and rules.
        routes: The route map.
        problems: Title and status of each problem type.
    """
    for example in entry.examples:
        legacy, new = example.legacy, example.new
        if not isinstance(legacy, dict) or not isinstance(new, dict):
            continue
        for route in _routes(entry, routes):
            asked = _asked(entry, example, route)
            rules = registry.rules(asked.route_name)
            answer = _new_side(entry, example, new, asked, problems, None if rules is None else rules.shape)
            answers = {
                further: _VISIBLE
                for other in registry.of_route(asked.route_name)
                for further, _ in _premises(other.premise, asked, example)
            }
            answers |= dict(_premises(entry.premise, asked, example))
            yield Selected(entry.id, asked, _legacy_side(legacy, example), answer, answers, (entry.id,))


def made(entry: Deviation, registry: Registry, routes: RouteMap) -> list[object]:
    """What a registry makes of the examples of a transform, each at each of its places."""
    found: list[object] = []
    for example in entry.examples:
        for route in _routes(entry, routes):
            assert route is not None
            for steps in entry.steps:
                document = _at(steps, example.legacy)
                for key in reversed(route.legacy.envelope if route.legacy else ()):
                    document = {key: document}
                entries = registry.of_route(route.name)
                rules = registry.rules(route.name)
                found.append(
                    normalise(document, _asked(entry, example, route), entries, None, rules).document
                )
    return found


def _routes(entry: Deviation, routes: RouteMap) -> Iterator[Route | None]:
    for pattern in entry.routes:
        if pattern == UNROUTED:
            yield None
        yield from (route for route in routes if fnmatchcase(route.name, pattern))


def _asked(entry: Deviation, example: Example, route: Route | None) -> Asked:
    told = asked_of(example)
    method = str((example.request or {}).get("method", route.new.method if route else "GET"))
    parameters = {**dict.fromkeys(_ids(entry.premise), "9"), **told.parameters}
    return Asked(route, method, parameters, told.role, told.format, told.known, told.rehearsed, "2")


def _ids(premise: Premise | None) -> Iterator[str]:
    """The parameters that a premise needs."""
    while premise is not None:
        names = set(re.findall(r"\{(\w+)\}", premise.path)) - {"caller", "place"}
        names = (names - {"id"}) | {premise.of} if premise.of else names
        yield from (name for name in names if not name.startswith("$"))
        premise = premise.otherwise


def _at(steps: Steps, value: object) -> Any:
    for step in reversed(steps):
        value = [value] if step == "*" else {} if value is MISSING else {step: value}
    return value


def _legacy_side(legacy: Mapping[str, object], example: Example) -> Observation:
    message = str((example.request or {}).get("message", ""))
    if "defect" in legacy:
        status, media_type, body = _BROKEN[str(legacy["defect"])]
        return Observation(status, (("Content-Type", media_type), *_CORS), (message or body).encode())
    document = {} if example.document is MISSING else example.document
    if "code" in legacy:
        document = {"error": {"code": legacy["code"], "message": message or "M"}}
    return Observation(int(str(legacy["status"])), _JSON, json.dumps(document).encode())


def _new_side(
    entry: Deviation,
    example: Example,
    new: Mapping[str, object],
    asked: Asked,
    problems: Mapping[str, ProblemType],
    shape: Shape | None,
) -> Observation:
    status = int(str(new["status"]))
    shown = {} if example.shown is MISSING else example.shown
    if status < 400:
        answered = shown if shape is None else _like(shape, shown)
        return Observation(status, _JSON, json.dumps(answered).encode())
    slug = str(new["type"])
    document: dict[str, object] = {
        "type": TYPE_BASE + slug,
        "title": problems[slug].title,
        "status": status,
        "detail": "D",
        **{key: new[key] for key in ("code",) if key in new},
        **(shown if isinstance(shown, dict) else {}),
    }
    if entry.new is not None and entry.new.errors:
        kind = min(entry.new.errors)
        names = [*asked.parameters, *(asked.route.legacy.form if asked.route and asked.route.legacy else ())]
        name = next((one for one in names if not one.endswith(".text")), "api_key")
        document["errors"] = [{"type": kind, "loc": ["body", name], "msg": "M", "input": None}]
    return Observation(status, _PROBLEM, json.dumps(document).encode())


def _like(shape: Shape, shown: object) -> object:
    """A document that fits a shape, with what is shown in it."""
    if shape.items is not None:
        rows = shown if isinstance(shown, list) else [shown]
        return [_like(shape.items, row) for row in rows]
    if shape.fields is None:
        return shown if shown not in ({}, None) or shape.anything else _SCALARS.get(shape.scalars[:1], None)
    given = shown if isinstance(shown, dict) else {}
    keys = shape.required | given.keys()
    return {key: _like(shape.fields[key], given.get(key)) for key in keys if key in shape.fields}


def _premises(
    premise: Premise | None, asked: Asked, example: Example
) -> Iterator[tuple[Further, Observation]]:
    """Answers by which a premise holds, as far as it can be asked for."""
    while premise is not None:
        kind = FollowUp.PREMISE if premise.key == "caller" else FollowUp.STRANGER
        status = min(premise.status)
        document: object = {"status": status, **({"code": premise.code} if premise.code else {})}
        for path, one in premise.questions(asked, example.document):
            for look in premise.shows:
                value = one if look.equals == "{id}" else asked.caller
                document = _at(
                    look.steps, asked.parameters.get("id", value) if look.equals == "{id}" else value
                )
            headers = _PROBLEM if status >= 400 else _JSON
            yield (kind, path), Observation(status, headers, json.dumps(document).encode())
        premise = premise.otherwise
