"""Pages about the API itself: `/openapi.json` for programs, `/docs` with its script for people; all work offline."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import orjson
from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as PageRoute

from backend.openapi import Schema, openapi_document
from backend.operations import Operation
from backend.schema_text import schema_text
from config.problems import ProblemType
from config.routes import RouteMap

ANY_ORIGIN: Final = {"Access-Control-Allow-Origin": "*"}
PAGES: Final = Path(__file__).parent / "pages"
EXAMPLES: Final = "examples.json"
"""By operation: what the sample's server is asked, and what it answers (tests/backend/doc_examples.py writes it)."""
_FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")


def documentation_pages(
    operations: Sequence[Operation[Any]],
    routes: RouteMap,
    problems: Mapping[str, ProblemType],
    public_url: str,
) -> list[PageRoute]:
    """Make both pages, once and not before somebody wants one: they change only with the program.

    Args:
        operations: In the order of the document.
        routes: Says method, path and summary of each.
        problems: Title and status of each problem type.
        public_url: Base URL under which clients reach the API.
    """

    @cache
    def document() -> Schema:
        return openapi_document(operations, routes, problems, public_url)

    @cache
    def machine() -> bytes:
        return orjson.dumps(document())

    @cache
    def human() -> str:
        return _page(document())

    async def openapi(_: Request) -> Response:
        return Response(machine(), media_type="application/json", headers=ANY_ORIGIN)

    async def docs(_: Request) -> Response:
        return HTMLResponse(human(), headers=ANY_ORIGIN)

    async def script(_: Request) -> Response:
        return Response((PAGES / "docs.js").read_bytes(), media_type="text/javascript")

    return [
        PageRoute("/openapi.json", openapi),
        PageRoute("/docs", docs),
        PageRoute("/docs.js", script),
    ]


def _page(document: Schema) -> str:
    examples = orjson.loads((PAGES / EXAMPLES).read_bytes())
    tags: dict[str, list[Schema]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            shown = _resolved(operation, document)
            example = examples.get(operation["operationId"])
            shown |= {"path": path, "method": method, "example": example}
            tags.setdefault(operation["tags"][0], []).append(shown)
    templates = Environment(
        loader=PackageLoader("backend", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return templates.get_template("docs.html").render(document=document, tags=tags)


def _resolved(operation: Schema, document: Schema) -> Schema:
    """An operation as the page shows it: without references, its schemas as text."""
    definitions = document["components"]["schemas"]

    def told(content: Schema) -> dict[str, str]:
        return {kind: schema_text(part.get("schema", {}), definitions) for kind, part in content.items()}

    responses = {}
    for status, response in operation["responses"].items():
        if "$ref" in response:
            response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        good = status < "300"
        responses[status] = {
            "description": response["description"],
            "content": told(response.get("content", {})) if good else {},
        }
    content = operation.get("requestBody", {}).get("content", {})
    form: Schema = next((content[kind]["schema"] for kind in _FORMS if kind in content), {})
    if "$ref" in form:
        form = definitions[form["$ref"].rpartition("/")[2]]
    return {
        **operation,
        "parameters": [
            {**parameter, "told": schema_text(parameter["schema"], definitions)}
            for parameter in operation["parameters"]
        ],
        "responses": responses,
        "bodies": told(content),
        "json_only": bool(content) and not form,
        "fields": [
            {
                "name": name,
                "file": schema.get("contentMediaType") is not None or schema.get("format") == "binary",
            }
            for name, schema in form.get("properties", {}).items()
        ],
    }
