"""A small API for the tests of rules: a place of each type, and requests of each kind that rules look at."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from config.json_schema import Schema
from config.openapi import Described, Parameter
from config.problems import ProblemType
from config.routes import Codes, LegacyError, LegacyTemplate, NewTemplate, Route, RouteMap
from diffing.registry import Deviation, Registry
from diffing.rules.book import RuleBook

NULL: Final = {"type": "null"}
PLACES: Final[Mapping[str, dict[str, Any]]] = {
    "count": {"type": "integer"},
    "score": {"type": "number"},
    "open": {"type": "boolean"},
    "name": {"type": "string"},
    "since": {"type": "string", "format": "date-time-local"},
    "note": {"anyOf": [{"type": "string"}, NULL]},
    "size": {"anyOf": [{"type": "integer"}, NULL]},
    "tag": {"type": "array", "items": {"type": "string"}},
    "part": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
}
PROBLEMS: Final = {
    slug: ProblemType(slug, slug, status)
    for slug, status in {
        "dataset-not-found": 404,
        "dataset-no-access": 403,
        "no-results": 404,
        "not-found": 404,
        "validation-error": 422,
    }.items()
}
_ERRORS: Final = {"111": LegacyError("dataset-not-found"), "372": LegacyError("no-results")}


def _route(name: str, envelope: tuple[str, ...] = (), *, writes: bool = False, listed: bool = False) -> Route:
    filters = ("limit", "offset") if listed else None
    legacy = LegacyTemplate(
        ("*",), f"{name}/{{id:number}}", filters, envelope=envelope, dies_of=("id", "limit")
    )
    codes = Codes(filter="371", empty="372", offset="373") if listed else Codes()
    new = NewTemplate("POST" if writes else "GET", f"/{name}/{{id}}")
    return Route(f"{name}.get", name, name, writes, True, new, legacy, errors=_ERRORS, codes=codes)


def _described(route: Route, answer: Mapping[str, Any], *parameters: Parameter) -> Described:
    return Described(route.name, 200, _schema(answer), parameters)


def _schema(raw: Mapping[str, Any]) -> Schema:
    return Schema({}, {}).below(raw)


def _object(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_ID: Final = Parameter("id", "path", True, _schema({"type": "integer"}))
_FILTERS: Final = tuple(
    Parameter(name, "query", False, _schema({"type": "integer"})) for name in ("limit", "offset")
)
ROWS: Final = _route("row", ("data", "dataset"), listed=True)
TASK: Final = _route("task", ("task",))
TAG: Final = _route("tag", writes=True)
FIELDS: Final = {name: _route(f"field_{name}") for name in PLACES}
ROUTES: Final = RouteMap({route.name: route for route in (ROWS, TASK, TAG, *FIELDS.values())})
_DID: Final = _object({"did": {"type": "integer"}})
DESCRIBED: Final = {
    one.name: one
    for one in (
        _described(ROWS, {"type": "array", "items": _DID}, _ID, *_FILTERS),
        _described(TASK, _object({"task_id": {"type": "string"}}), _ID),
        _described(TAG, _object({"id": {"type": "integer"}}), _ID),
        *(_described(FIELDS[name], _object({name: schema}), _ID) for name, schema in PLACES.items()),
    )
}


def registry(*entries: Deviation) -> Registry:
    """The rules of the small API, with some entries."""
    return Registry(entries, RuleBook(ROUTES, DESCRIBED, PROBLEMS))


def requests() -> Iterator[tuple[Route, Mapping[str, str]]]:
    """A request of each kind that rules look at, and usual ones."""
    yield TASK, {"id": "abc"}
    yield TASK, {"id": "1.0"}
    yield TASK, {"id": "1"}
    yield ROWS, {"id": "1", "limit": "5,2"}
    yield ROWS, {"id": "1", "limit": "0"}
    yield ROWS, {"id": "1", "offset": "1"}
    yield ROWS, {"id": "1"}
    yield TAG, {"id": "1"}
