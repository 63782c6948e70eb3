"""The OpenAPI 3.1 document, made of the declarations that also answer requests.

Nothing is described twice: method and path come from the route map, parameters with their constraints from the
readers that check them, answers from the typed shapes, and problems from what an operation declares and the gateway
adds to all.
"""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast

import orjson
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from backend import request_bodies
from backend.input.parameters import Parameters, Reader
from backend.input.request_input import KEY
from backend.operations import Operation
from backend.problems import (
    BODY_TOO_LARGE,
    DATABASE_UNAVAILABLE,
    INTERNAL,
    MEDIA_TYPE,
    NO_ROOM,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION,
    WRONG_KEY,
    ProblemCase,
    ProblemDocument,
)
from backend.request_bodies import JSON, MULTIPART, REFERENCE, URLENCODED
from config.problems import ProblemType
from config.routes import Route, RouteMap
from config.templates import parse_template

Schema = dict[str, Any]

NO_CONTENT = 204
ALWAYS = (
    WRONG_KEY,
    VALIDATION,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    DATABASE_UNAVAILABLE,
    INTERNAL,
    NO_ROOM,
)
"""Problems that the gateway can give whatever is asked."""
_CITATION = re.compile(r"(?<!\s)\s+\((legacy\s+notes|new-API\s+contract|contract|recordings), [^()]*\)")
_WITHOUT_BODY = ("GET", "DELETE")


def openapi_document(
    operations: Sequence[Operation[Any]],
    routes: RouteMap,
    problems: Mapping[str, ProblemType],
    public_url: str,
) -> Schema:
    """Describe every operation. Returns the document, ready to be serialised.

    Args:
        operations: In the order of the document.
        routes: Says method, path and summary of each.
        problems: Title and status of each problem type.
        public_url: Base URL under which clients reach the API.
    """
    schemas, definitions = _schemas(operations)
    definitions |= request_bodies.schemas([part for operation in operations for part in operation.parts])
    paths: dict[str, Schema] = {}
    responses: dict[str, Schema] = {}
    for operation in operations:
        route = routes[operation.name]
        for method in (route.new.method, *route.new.also):
            described = _Describer(operation, route, method, problems, schemas, responses).operation()
            paths.setdefault(_path(route), {})[method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenML REST API",
            "version": "1",
            "description": "Typed JSON. Errors are problem details (RFC 9457) that keep the code of the PHP API.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": public_url.rstrip("/") or "/"}],
        "paths": paths,
        "components": {
            "schemas": definitions,
            "responses": responses,
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "query", "name": KEY},
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            },
        },
    }


def problem_cases(operation: Operation[Any], method: str) -> Sequence[ProblemCase]:
    """Every problem that an operation can give: its own, those of its parameters, and those that all can. ``method``:
    how it is called. Returns each once.
    """
    access = operation.access.under(method)
    filters = operation.filters
    codes = [] if filters is None else [filters.unknown, filters.illegal, filters.no_results]
    for field in operation.parameters.model_fields.values():
        codes += [code for reader in field.metadata if isinstance(reader, Reader) for code in reader.codes()]
    refused = [ProblemCase(VALIDATION.slug, code) for code in codes]
    return list(dict.fromkeys([*access.problems(), *operation.problems, *ALWAYS, *refused]))


def pinned(document: Schema) -> bytes:
    """The document as ``config/openapi.json`` holds it: readable, and the same whatever order things were declared in.
    ``document``: of ``openapi_document``.
    """
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(_ordered(document), option=options)


def _ordered(value: Any, key: str = "") -> Any:
    """With the lists sorted whose order means nothing; keys are sorted where they are written."""
    if isinstance(value, dict):
        return {name: _ordered(member, name) for name, member in value.items()}
    if isinstance(value, list):
        return sorted(value, key=str) if key in ("required", "enum") else [_ordered(item) for item in value]
    return value


def _path(route: Route) -> str:
    parts = (f"{{{s.text}}}" if s.kind != "literal" else s.text for s in parse_template(route.new.path))
    return "/" + "/".join(parts)


def _schemas(operations: Iterable[Operation[Any]]) -> tuple[Mapping[str, Schema], dict[str, Schema]]:
    """The schema of each operation's answer by its name, and the definitions that they share."""
    adapters: list[tuple[str, Literal["serialization"], TypeAdapter[Any]]] = [
        (operation.name, "serialization", TypeAdapter(cast(Any, operation.answer)))
        for operation in operations
        if operation.answer is not None
    ]
    adapters.append(("problem", "serialization", TypeAdapter(ProblemDocument)))
    found, shared = TypeAdapter.json_schemas(adapters, ref_template=REFERENCE, schema_generator=_Closed)
    definitions: dict[str, Schema] = dict(shared.get("$defs", {}))
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = _for_users(definition["description"])
    return {name: schema for (name, _), schema in found.items()}, definitions


def _for_users(docstring: str) -> str:
    """A docstring as Markdown, without its citations, which are for those who read the code."""
    return _CITATION.sub("", inspect.cleandoc(docstring)).replace("``", "`")


class _Closed(GenerateJsonSchema):
    """Says of each shape that it has no other members: an answer with one more does not fit."""

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> Schema:
        """The schema of a TypedDict."""
        return {**super().typed_dict_schema(schema), "additionalProperties": False}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # pydantic's hook
        """No title says again what a member is called."""
        return False


class _Describer:
    """Describes one operation under one of its methods."""

    def __init__(
        self,
        operation: Operation[Any],
        route: Route,
        method: str,
        problems: Mapping[str, ProblemType],
        schemas: Mapping[str, Schema],
        responses: dict[str, Schema],
    ) -> None:
        self.declared, self.route, self.method = operation, route, method
        self.access = operation.access.under(method)
        self.problems, self.schemas, self.responses = problems, schemas, responses
        self.segments = {s.text for s in parse_template(route.new.path) if s.kind != "literal"}
        parameters: type[Parameters] = operation.parameters
        self.fields = parameters.model_json_schema(ref_template=REFERENCE)

    def operation(self) -> Schema:
        """The operation object."""
        described: Schema = {
            "operationId": self.route.name
            if self.method == self.route.new.method
            else f"{self.route.name}.by_post",
            "summary": self.route.summary,
            "description": _for_users(self.declared.handler.__doc__ or ""),
            "tags": [self.route.entity],
            "parameters": [*self._parameters("path"), *self._query()],
            "responses": {**self._success(), **self._problems()},
            "security": self._security(),
        }
        if self.method not in _WITHOUT_BODY and (body := self._body()):
            described["requestBody"] = body
        return described

    def _names(self, place: str) -> list[str]:
        properties: Mapping[str, Schema] = self.fields.get("properties", {})
        return [name for name in properties if (name in self.segments) == (place == "path")]

    def _query(self) -> list[Schema]:
        return self._parameters("query") if self.method in _WITHOUT_BODY else []

    def _parameters(self, place: str) -> list[Schema]:
        required = self.fields.get("required", [])
        return [
            self._parameter(name, place, place == "path" or name in required) for name in self._names(place)
        ]

    def _parameter(self, name: str, place: str, required: bool) -> Schema:
        schema = _shown(self.fields["properties"][name])
        described: Schema = {"name": name, "in": place, "required": required, "schema": schema}
        if schema.get("type") == "array":
            described |= {"style": "form", "explode": False}
        return described

    def _body(self) -> Schema | None:
        names = self._names("body")
        properties = {name: _shown(self.fields["properties"][name]) for name in names}
        if parts := self.declared.parts:
            further = self.declared.further_files
            content = request_bodies.content(parts, properties, further_files=further)
            return {"required": True, "content": content}
        if not names:
            return None
        required = [name for name in self.fields.get("required", []) if name in names]
        schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
        if required:
            schema["required"] = required
        content = {JSON: {"schema": schema}}
        if self.route.writes:
            # As legacy takes it; all values of a form are text.
            content |= {kind: {"schema": schema} for kind in (URLENCODED, MULTIPART)}
        return {"required": bool(required), "content": content}

    def _success(self) -> Schema:
        described: Schema = {"description": "The answer."}
        never = self.declared.answer is None and self.declared.media_type == JSON
        if self.declared.status != NO_CONTENT and not never:
            schema = self.schemas[self.declared.name] if self.declared.answer is not None else {}
            described["content"] = {self.declared.media_type: {"schema": schema}}
        further = {str(status): {"description": said} for status, said in self.declared.further.items()}
        return {str(self.declared.status): described, **further}

    def _problems(self) -> Schema:
        """One response per status: the problem types and legacy codes that it can have."""
        cases: dict[int, list[ProblemCase]] = {}
        for case in problem_cases(self.declared, self.method):
            cases.setdefault(self.problems[case.slug].status, []).append(case)
        return {str(status): self._shared(cases[status]) for status in sorted(cases)}

    def _shared(self, cases: Sequence[ProblemCase]) -> Schema:
        """The response of some cases; that of one or two stands once in the document, for all operations."""
        if len(cases) > 2:
            return self._response(cases)
        name = "_".join(case.slug if case.code is None else f"{case.slug}.{case.code}" for case in cases)
        self.responses.setdefault(name, self._response(cases))
        return {"$ref": f"#/components/responses/{name}"}

    def _response(self, cases: Sequence[ProblemCase]) -> Schema:
        codes: dict[str, list[str | None]] = {}
        for case in cases:
            codes.setdefault(case.slug, []).append(case.code)
        kept = sorted({case.code for case in cases if case.code is not None})
        lines = [f"{self.problems[slug].title}." for slug in codes]
        if kept:
            lines.append(f"Legacy codes: {', '.join(kept)}.")
        arms = [_narrowed(self.problems[slug], of_slug) for slug, of_slug in codes.items()]
        schema = {"allOf": [self.schemas["problem"], arms[0] if len(arms) == 1 else {"anyOf": arms}]}
        return {"description": " ".join(lines), "content": {MEDIA_TYPE: {"schema": schema}}}

    def _security(self) -> list[Schema]:
        schemes: list[Schema] = [{"key": []}, {"bearer": []}, {"basic": []}]
        return schemes if self.access.key else [{}, *schemes]


def _narrowed(kind: ProblemType, codes: Sequence[str | None]) -> Schema:
    """What a problem of one type says: its status, and one of its legacy codes or none."""
    kept = [code for code in codes if code is not None]
    members: Schema = {"type": {"const": kind.uri}, "status": {"const": kind.status}}
    members["code"] = {"enum": kept} if kept else False
    return {"properties": members, "required": ["code"]} if None not in codes else {"properties": members}


def _shown(field: Schema) -> Schema:
    """A field's schema without what only pydantic needs: its title, and null for "not given"."""
    return {
        key: value for key, value in field.items() if key != "title" and (key, value) != ("default", None)
    }
