"""Two pages about the API itself: `/openapi.json` for programs and `/docs` for people; both work offline."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route as PageRoute

from backend.openapi import Schema, openapi_document
from backend.operations import Operation
from config.problems import ProblemType
from config.routes import RouteMap

ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}


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

    return [PageRoute("/openapi.json", openapi), PageRoute("/docs", docs)]


def _page(document: Schema) -> str:
    tags: dict[str, list[Schema]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tags.setdefault(operation["tags"][0], []).append({**operation, "path": path, "method": method})
    templates = Environment(
        loader=PackageLoader("backend", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return templates.get_template("docs.html").render(document=document, tags=tags)
