"""The dashboard as an ASGI application: every page at a stable URL, as HTML, JSON (`?as=json`) and CSV (`?as=csv`)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from config.errors import ConfigError
from config.patience import at_most
from proxy.dashboard.about import About, about
from proxy.dashboard.decisions import Decisions
from proxy.dashboard.page import Misasked, NotThere, Page, csv_text, html, json
from proxy.dashboard.views import Views
from proxy.log.reading import reading
from proxy.log.schema import LogAway, LogError

_HEADERS: Final = {
    "cache-control": "no-store",
    # Bodies of strangers are shown: nothing in them may run or load anything.
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    # With no-referrer, browsers would hide from the buttons' requests where they come from.
    "referrer-policy": "same-origin",
}
_COMMANDS: Final = "/-/"
_FORMS: Final = ("html", "json", "csv")
_PATIENCE: Final = 5.0
"""Seconds that a page may take."""

Make = Callable[[AsyncConnection, Request], Awaitable[Page]]


def dashboard(log: str, config: Path, *, new: str | None = None, token: str | None = None) -> Starlette:
    """The application.

    Args:
        log: URL of the diff log.
        new: The new side, which is asked again when somebody wants to know; None where there is none.
        token: What decisions must bear; None refuses them all.
    """
    views = Views(config)
    decisions = Decisions(log, config, new, token)
    source = _Source(log, config)
    # Each page with the parameters that it knows.
    pages: dict[str, tuple[Make, tuple[str, ...]]] = {
        "/": (
            lambda opened, request: views.overview(opened, request.query_params),
            ("route", "all", "dialect", "range", "sort"),
        ),
        "/routes/{name}": (
            lambda opened, request: views.route(opened, request.path_params["name"], request.query_params),
            ("dialect", "range"),
        ),
        "/clusters": (
            lambda opened, request: views.clusters(opened, request.query_params),
            ("route", "page", "dialect", "state"),
        ),
        "/clusters/{name}": (
            lambda opened, request: views.cluster(
                opened, request.path_params["name"], request.query_params, decisions.offered(request)
            ),
            ("show", "parameter", "role"),
        ),
        "/deviations": (
            lambda opened, request: views.deviations(opened, request.query_params),
            ("find", "kind", "state"),
        ),
        "/deviations/{name}": (
            lambda opened, request: views.deviation(opened, request.path_params["name"]),
            (),
        ),
        "/latency": (lambda opened, request: views.latency(opened, request.query_params), ("dialect",)),
        "/compare": (
            lambda opened, request: views.compare(opened, request.query_params),
            ("before", "after"),
        ),
        "/glossary": (lambda _opened, _request: views.glossary(), ()),
    }
    routes = [
        Route(path, _endpoint(make, known, source), methods=["GET"]) for path, (make, known) in pages.items()
    ]
    routes.append(Route("/clusters/{name}/{decision}", _decision(decisions, source), methods=["POST"]))
    static = StaticFiles(directory=Path(__file__).parent / "static")
    return Starlette(routes=[*routes, Mount("/static", static)])


class WithDashboard:
    """The admin side: what is below ``/-/`` is for machines, all else is the dashboard. ``admin``: health, metrics,
    commands.
    """

    def __init__(self, admin: ASGIApp, pages: ASGIApp) -> None:
        self._admin = admin
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        below = scope["path"].startswith(_COMMANDS)
        await (self._admin if below else self._pages)(scope, receive, send)


class _Source:
    """The diff log, of which nobody waits for long: while it hangs, that is said at once.

    Args:
        log: Its URL.
    """

    def __init__(self, log: str, config: Path) -> None:
        self._log = log
        self._config = config
        self._hung = ""
        self._until = 0.0

    def about(self) -> About:
        """What is known without it."""
        return about(self._log, self._config)

    async def page(self, make: Make, request: Request) -> tuple[Page, About]:
        """A page made of it, and what stands on every one.

        Raises:
            LogAway: It cannot be read just now.
        """
        now = time.monotonic()
        if now < self._until:
            raise LogAway(self._hung)
        # Whoever asks now finds out for all others.
        self._until = now + _PATIENCE if self._hung else 0.0
        try:
            found = await at_most(_PATIENCE, self._made(make, request))
        except TimeoutError as error:
            self._hung, self._until = f"the diff log gives {error}", time.monotonic() + _PATIENCE
            raise LogAway(self._hung) from error
        self._hung, self._until = "", 0.0
        return found

    async def _made(self, make: Make, request: Request) -> tuple[Page, About]:
        async with reading(self._log) as opened:
            return await make(opened, request), await self.about().of(opened)


def _endpoint(
    make: Make, known: tuple[str, ...], source: _Source
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        form = request.query_params.get("as", "html")
        status, told = 200, source.about()
        try:
            _check(request.query_params, known)
            page, told = await source.page(make, request)
        except Misasked as error:
            status, page = 400, Page("message.html", "Wrong question", ("message",), [(str(error),)])
        except (NotThere, LogError, ConfigError) as error:
            status = 503 if isinstance(error, ConfigError | LogAway) else 404
            page = Page("message.html", "Not there", ("message",), [(str(error),)])
        if form == "json":
            return Response(json(page), status, _HEADERS, "application/json")
        if form == "csv":
            name = page.title.lower().replace(" ", "-")
            headers = {**_HEADERS, "content-disposition": f'attachment; filename="{name}.csv"'}
            return Response(csv_text(page), status, headers, "text/csv; charset=utf-8")
        # A page of many lines takes its time, in which a proxy that serves in this process would answer nobody.
        body = await asyncio.to_thread(html, page, request.url.path, request.query_params, told)
        return Response(body, status, _HEADERS, "text/html")

    return answer


def _decision(decisions: Decisions, source: _Source) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        status, page = await decisions.answer(request)
        if request.query_params.get("as") == "json":
            return Response(json(page), status, _HEADERS, "application/json")
        body = html(page, request.url.path, {}, source.about())
        return Response(body, status, _HEADERS, "text/html")

    return answer


def _check(query: QueryParams, known: tuple[str, ...]) -> None:
    """Refuse what a page does not know: whoever filters must not take all for what they asked for."""
    names = ("as", *known)
    for name, value in query.multi_items():
        if name not in names:
            raise Misasked(f"there is no parameter {name!r} here; there are {', '.join(names)}")
        if name == "as" and value not in _FORMS:
            raise Misasked(f"as is {', '.join(_FORMS)}, not {value!r}")
