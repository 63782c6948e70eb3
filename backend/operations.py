"""Operations: what an endpoint is made of, declared in one place.

``@operation`` gives a handler its name in the route map (which says method, path and aliases), the
declaration of its parameters, the shape of its answer, every problem it can give, and who may call it. The
gateway checks input by it, and the OpenAPI document is made of it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from backend.access import ANYONE, Access, User
from backend.fetching import Fetched
from backend.input.filters import FilterCodes
from backend.input.parameters import Parameters
from backend.input.uploads import form_file
from backend.legacy.faces import Faces, Found
from backend.problems import ProblemCase
from backend.request_bodies import Part
from backend.resources import Resources
from backend.search.index import IndexChanges
from backend.storage.file_writes import FileWrites
from config.settings import BackendSettings

P = TypeVar("P", bound=Parameters)

# orjson serialises what a handler returns; typed shapes (TypedDict) are mappings of anything for mypy.
Document: TypeAlias = Mapping[str, Any] | Sequence[Any]
Answer: TypeAlias = Document | Response | Found

JSON_BODY_LIMIT = 1_000_000
"""Bytes that the body of a read may have: filters, not files."""

UPLOAD_LIMIT = 2 * 1024**3
"""Bytes that the body of an upload may have; what comes with files declares ``body_limit=UPLOAD_LIMIT``."""


@dataclass(frozen=True, slots=True)
class Call(Generic[P]):
    """One request, on its way through a handler.

    Args:
        parameters: The declared parameters, checked.
        connection: Of the request's transaction. A write is committed when the handler returns, and nothing of it
            stays when it raises.
        resources: What lives as long as the application.
        request: For what the declaration does not cover: headers, method.
        form: Fields and files of a form body.
        json: The JSON body, or ``backend.input.request_input.ABSENT``.
        files: Files to write and to delete, tied to the transaction.
        index: What the search index is told after the commit.
        fetched: Files from elsewhere; asking for one may end the transaction, and call the handler again.
        dialect: In which it is asked; what PHP does otherwise than the new API, a handler decides by it.
    """

    parameters: P
    connection: AsyncConnection
    user: User
    resources: Resources
    request: Request
    form: FormData
    json: object
    files: FileWrites
    index: IndexChanges
    fetched: Fetched
    dialect: Literal["new", "legacy"] = "new"

    @property
    def is_legacy(self) -> bool:
        """Whether PHP's rules hold, where they are others."""
        return self.dialect == "legacy"

    @property
    def settings(self) -> BackendSettings:
        """The settings of the backend."""
        return self.resources.settings

    def now(self) -> datetime:
        """The present time, as the database stores times."""
        return self.resources.clock()


Handler: TypeAlias = Callable[[Call[P]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Operation(Generic[P]):
    """A handler with its declaration.

    Args:
        name: Of the route, in the route map.
        handler: Answers it.
        parameters: Declares path segments, filters and fields by their new names.
        answer: Type of the document on success (a TypedDict, a list of them, ...); None for no JSON.
        problems: Every problem that the handler raises.
        filters: Legacy codes of a list's filters; unknown query parameters are errors only with them.
        parts: Of the form that an upload comes as; the handler reads the body itself, undeclared fields of it are no
            errors.
        further_files: An upload may have further files.
        body_limit: Bytes that a body may have.
        media_type: Of the answer on success.
        status: Of the answer on success.
        round_trips: The most trips to a database server that a recorded request takes, the key's included; measured
            by tests.
        further: What other statuses say that are no problems: parts, redirections, "not modified".
        fetches_without: A file of the form; where it is missing, the handler may want one from elsewhere.
        faces: Present what the handler found; None where it answers with a response, the same in both dialects, or in
            the new one only.
    """

    name: str
    handler: Handler[P]
    parameters: type[P]
    answer: object
    problems: tuple[ProblemCase, ...]
    access: Access
    filters: FilterCodes | None
    parts: tuple[Part, ...]
    further_files: bool
    body_limit: int
    media_type: str
    status: int
    round_trips: int
    further: Mapping[int, str]
    fetches_without: str | None
    faces: Faces[Any] | None

    @property
    def answers_legacy(self) -> bool:
        """Whether it answers in the legacy dialect, too: it has faces, or gives files as they are."""
        return self.faces is not None or self.answer is None

    def may_fetch(self, form: FormData) -> bool:
        """Whether the handler may want a file from elsewhere. ``form``: that it gets."""
        return self.fetches_without is not None and form_file(form, self.fetches_without) is None

    @property
    def reads_body(self) -> bool:
        """Whether the handler reads the body itself."""
        return bool(self.parts)


def operation(
    name: str,
    *,
    parameters: type[P],
    answer: object,
    round_trips: int,
    problems: tuple[ProblemCase, ...] = (),
    access: Access = ANYONE,
    filters: FilterCodes | None = None,
    parts: tuple[Part, ...] = (),
    further_files: bool = False,
    body_limit: int = JSON_BODY_LIMIT,
    media_type: str = "application/json",
    status: int = 200,
    further: Mapping[int, str] = MappingProxyType({}),
    fetches_without: str | None = None,
    faces: Faces[Any] | None = None,
) -> Callable[[Handler[P]], Operation[P]]:
    """A decorator that makes an Operation of an async function; see there for the arguments."""

    def declare(handler: Handler[P]) -> Operation[P]:
        return Operation(
            name=name,
            handler=handler,
            parameters=parameters,
            answer=answer,
            problems=problems,
            access=access,
            filters=filters,
            parts=parts,
            further_files=further_files,
            body_limit=body_limit,
            media_type=media_type,
            status=status,
            round_trips=round_trips,
            further=further,
            fetches_without=fetches_without,
            faces=faces,
        )

    return declare
