"""The gateway of the new dialect, for every request: path, key, rights, input, then the operation.

Checks come in one order and the first that applies answers (new-API contract, decision 6): known path and
method, authentication, read-only account, administrators only, input; the rest is the operation's. Each request
is one transaction, so that an answer that is an error has changed nothing (decision 10).
"""

import logging
import secrets
import time
from collections.abc import Sequence
from itertools import product
from typing import Any, cast

import orjson
from sqlalchemy.exc import StatementError
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend import rehearsal as rehearsals
from backend.access import ANONYMOUS, no_key, user_of_key
from backend.database.connections import DatabaseFull, DatabaseUnavailable
from backend.deadline import Deadline, NobodyWaits
from backend.fetching import Fetched
from backend.handling.validation import read_parameters
from backend.http_protocol import HEAD_CAME
from backend.input.request_input import hashing, read_input
from backend.legacy.faces import Found
from backend.operations import Answer, Call, Operation
from backend.performing import perform
from backend.problems import (
    DATABASE_UNAVAILABLE,
    INTERNAL,
    METHOD_NOT_ALLOWED,
    NO_ROOM,
    NO_SUCH_PATH,
    InputError,
    InputProblem,
    Problem,
    ProblemCase,
    problem_response,
)
from backend.resources import Resources
from backend.sending import send_answer
from backend.storage.interface import NoStorage, StorageFull, StorageUnavailable, UnusableName
from backend.transaction import Transaction
from config.dispatch import methods_of
from config.php.requests import read_target
from config.router import Match, Router
from config.routes import RouteMap

log = logging.getLogger("backend")

STORAGE_UNAVAILABLE = ProblemCase("service-unavailable")

# On every answer, of an error too (new-API contract, decision 14).
CORS = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-allow-headers",
        b"Origin, X-Requested-With, Content-Type, Accept, Authorization",
    ),
)


class Gateway:
    """The ASGI application of all operations. ``operations``: what is answered. ``routes``: says method, path and
    aliases of each.

    Raises:
        ValueError: Two operations share a method and path.
        KeyError: The route map does not know an operation.
    """

    def __init__(self, operations: Sequence[Operation[Any]], routes: RouteMap) -> None:
        self._router: Router[tuple[Operation[Any], bool]] = Router()
        self._downloads: Router[tuple[Operation[Any], bool]] = Router()
        for operation in operations:
            route = routes[operation.name]
            for method, path in product(methods_of(route), (route.new.path, *route.new.aliases)):
                self._router.add(method, path, (operation, route.writes))
                if route.legacy is not None and route.legacy.path.startswith("/"):
                    self._downloads.add(method, path, (operation, route.writes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        resources = cast(Resources, scope["app"].state.resources)
        response = await self._answer(scope, receive, resources)
        await send_answer(response, scope, receive, send, CORS)

    async def _answer(self, scope: Scope, receive: Receive, resources: Resources) -> Response:
        try:
            return await self._operate(scope, receive, resources)
        except Problem as problem:
            return problem_response(resources.problems, problem)
        except UnusableName as error:
            return problem_response(resources.problems, _unusable(error))
        except NoStorage as error:
            return problem_response(resources.problems, STORAGE_UNAVAILABLE.because(f"{error}."))
        except (StorageFull, DatabaseFull) as error:
            log.error("%s", error)
            return problem_response(resources.problems, NO_ROOM.because("There is no room to store this."))
        except StorageUnavailable as error:
            log.error("%s", error)
            return problem_response(resources.problems, _no_storage())
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except NobodyWaits:
            ended = DATABASE_UNAVAILABLE.because("The rehearsal did not end in time.")
            return problem_response(resources.problems, ended)
        except DatabaseUnavailable as error:
            log.error("%s", error)
            return problem_response(resources.problems, _unavailable())
        except Exception as error:
            if isinstance(error, StatementError):
                error.hide_parameters = True  # the key of the caller may be one
            incident = secrets.token_hex(8)
            log.exception("incident %s on %s %s", incident, scope["method"], scope["path"])
            unexpected = INTERNAL.because(f"Something unexpected happened; incident {incident}.")
            return problem_response(resources.problems, unexpected)

    def _find(self, method: str, path: str) -> Match[tuple[Operation[Any], bool]] | None:
        """The operation of a path; that of a download also by what PHP makes of the path.

        PHP itself writes such an address with two slashes, ``//api_splits/get/...`` (legacy notes, task 2).
        """
        found = self._router.find(method, path)
        if found is not None:
            return found
        segments = read_target(path.encode("latin-1")).segments
        return self._downloads.find(method, "/" + "/".join(segments))

    async def _operate(self, scope: Scope, receive: Receive, resources: Resources) -> Response:
        begun: float = scope.get(HEAD_CAME) or time.monotonic()
        method: str = scope["method"]
        path = cast(bytes, scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        match = self._find(method, path)
        if match is None:
            raise NO_SUCH_PATH.because(f"There is no {path} here.")
        allow = ", ".join([*match.methods, "OPTIONS"])
        if method == "OPTIONS":
            return Response(
                status_code=204,
                headers={
                    "Allow": allow,
                    "Access-Control-Allow-Methods": allow,
                    "Access-Control-Max-Age": "86400",
                },
            )
        if match.target is None:
            raise METHOD_NOT_ALLOWED.because(
                f"{path} answers {allow}, not {method}.", headers={"Allow": allow}
            )
        operation, writes = match.target
        access = operation.access.under(method)
        scope["path_params"] = match.segments
        rehearsal = Headers(scope=scope).get(rehearsals.HEADER)
        receive, body = (receive, None) if rehearsal is None else hashing(receive)
        request, received = await read_input(scope, receive, operation.body_limit)
        try:
            seconds: float = rehearsals.VALID_SECONDS
            if rehearsal is not None and body is not None:
                target = raw_target(path, scope)
                seconds = resources.rehearsals.admit(rehearsal, method, target, body.hexdigest())
            key = received.key()
            if key is None and access.key:
                raise no_key()

            async def work(transaction: Transaction, fetched: Fetched) -> Answer:
                user = ANONYMOUS if key is None else await user_of_key(transaction.connection, key)
                if rehearsal is not None and not user.is_anonymous:
                    scope[rehearsals.CALLER] = str(user.id)
                access.check(user)
                call = Call(
                    parameters=read_parameters(operation, match.segments, received),
                    connection=transaction.connection,
                    user=user,
                    resources=resources,
                    request=request,
                    form=received.form,
                    json=received.json,
                    files=transaction.files,
                    index=transaction.index,
                    fetched=fetched,
                )
                return await operation.handler(call)

            # HEAD is safe, also where GET writes: it answers what GET would.
            undone = writes and (rehearsal is not None or method == "HEAD")
            deadline = Deadline(begun + seconds) if undone else None
            answer = await perform(
                resources, operation, work, received.form, receive, writes=writes, deadline=deadline
            )
        finally:
            await received.form.close()
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, Found):
            answer = answer.new()
        return Response(orjson.dumps(answer), operation.status, media_type=operation.media_type)


def raw_target(path: str, scope: Scope) -> bytes:
    """Path and query as they were sent, for the signature of a rehearsal."""
    query = cast(bytes, scope["query_string"])
    return path.encode("latin-1") + (b"?" + query if query else b"")


def _unusable(error: UnusableName) -> InputProblem:
    entry: InputError = {"type": "file_name", "loc": ["body"], "msg": str(error), "input": None}
    return InputProblem(f"{error}.", [entry])


def _no_storage() -> Problem:
    return STORAGE_UNAVAILABLE.because(
        "The storage for files cannot be reached at the moment.", headers={"Retry-After": "10"}
    )


def _unavailable() -> Problem:
    return DATABASE_UNAVAILABLE.because(
        "The database cannot be reached at the moment.", headers={"Retry-After": "10"}
    )
