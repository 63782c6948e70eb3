"""The application: every operation, wired to its resources."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.badges import routes as badges
from backend.clock import Clock, system_clock
from backend.database.connections import Database
from backend.datasets import routes as datasets
from backend.documentation import documentation_pages
from backend.downloads import routes as downloads
from backend.estimationprocedures import routes as estimationprocedures
from backend.evaluationmeasures import routes as evaluationmeasures
from backend.evaluations import routes as evaluations
from backend.files import routes as files
from backend.flows import routes as flows
from backend.gamification import routes as gamification
from backend.gamification.access import before_unknown_score
from backend.gateway import Gateway
from backend.jobs import routes as jobs
from backend.legacy_gateway import BeforeUnknown, LegacyGateway, is_legacy
from backend.operations import Operation
from backend.rehearsal import Rehearsals
from backend.resources import Resources
from backend.runs import routes as runs
from backend.search.elasticsearch import Elasticsearch
from backend.search.index import NoIndex
from backend.setups import routes as setups
from backend.storage.interface import Storage
from backend.storage.local import LocalStorage
from backend.storage.s3 import S3Storage
from backend.storage.s3_signing import Credentials
from backend.storage.sweep import sweep
from backend.studies import routes as studies
from backend.tagging import routes as tagging
from backend.tasks import routes as tasks
from backend.tasktypes import routes as tasktypes
from backend.users import routes as users
from backend.votes import routes as votes
from config.legacy_errors import load_legacy_errors
from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from config.settings import BackendSettings

# One explicit list in the order of the OpenAPI document; an entity adds its operations here.
OPERATIONS: tuple[Operation[Any], ...] = (
    *datasets.operations,
    *tasks.operations,
    *flows.operations,
    *setups.operations,
    *tasktypes.operations,
    *estimationprocedures.operations,
    *evaluationmeasures.operations,
    *evaluations.operations,
    *runs.operations,
    *studies.operations,
    *users.operations,
    *votes.operations,
    *downloads.operations,
    *badges.operations,
    *gamification.operations,
    *jobs.operations,
    *files.operations,
    *tagging.operations,
)

BEFORE_UNKNOWN: Mapping[str, BeforeUnknown] = {"gamification": before_unknown_score}


@dataclass(frozen=True, slots=True)
class Faced:
    """The ASGI application of both dialects. ``new``: answers the new API's. ``legacy``: answers what is asked below
    ``/api``.
    """

    new: Gateway
    legacy: LegacyGateway

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        legacy = scope["type"] == "http" and is_legacy(scope)
        await (self.legacy if legacy else self.new)(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Rooted:
    """An application whose paths may begin with a prefix. ``path``: the prefix, without a slash at its end."""

    app: ASGIApp
    path: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request as if the prefix were not there."""
        if scope["type"] == "http" and f"{scope['path']}/".startswith(f"{self.path}/"):
            scope = {**scope, "path": scope["path"].removeprefix(self.path) or "/"}
            if scope.get("raw_path"):
                scope["raw_path"] = scope["raw_path"].removeprefix(self.path.encode()) or b"/"
        await self.app(scope, receive, send)


def open_storage(settings: BackendSettings) -> Storage | None:
    """The place for stored files that the settings name. Returns a bucket, a folder, or None when there is neither."""
    if settings.storage is not None:
        credentials = Credentials(settings.storage_key, settings.storage_secret, settings.storage_region)
        return S3Storage(settings.storage, credentials)
    return LocalStorage(settings.files) if settings.files is not None else None


def create_app(
    settings: BackendSettings, clock: Clock = system_clock, config: str | None = None
) -> Starlette:
    """Make the backend.

    Nothing is opened before the lifespan starts: whoever runs the application in-process enters
    ``app.router.lifespan_context(app)``. ``settings``: where the database and files are, and how the backend is called
    from outside. ``config``: the configuration directory, as the option ``--config`` has it. Returns the ASGI
    application. Raises ConfigError: the route map or the table of problem types is wrong.
    """
    directory = config_directory(config)
    problems = load_problems(directory)
    routes = load_routes(directory)
    legacy = LegacyGateway(OPERATIONS, routes, load_legacy_errors(directory), BEFORE_UNKNOWN)
    gateway = Faced(Gateway(OPERATIONS, routes), legacy)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            database = Database(settings.database, settings.database_names)
            stack.push_async_callback(database.dispose)
            await database.check()
            storage = open_storage(settings)
            if storage is not None:
                stack.push_async_callback(storage.close)
                await sweep(database, storage)
            index = Elasticsearch(settings.search_index) if settings.search_index else NoIndex()
            stack.push_async_callback(index.close)
            rehearsals = Rehearsals(settings.shadow_secret)
            resources = Resources(settings, database, problems, clock, rehearsals, storage, index)
            stack.callback(resources.fetching.close)
            app.state.resources = resources
            yield

    root = settings.http.root_path
    pages = documentation_pages(OPERATIONS, routes, problems, settings.public_url.rstrip("/") + root)
    rooted = [Middleware(Rooted, path=root)] if root else []
    app = Starlette(routes=pages, lifespan=lifespan, middleware=rooted)
    # Starlette's own router matches decoded paths; all requests go to ours, which reads the raw path.
    app.router.default = gateway
    return app
