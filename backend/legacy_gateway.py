"""The gateway of the legacy dialect: every request to ``/api/...`` passes it, in PHP's order of checks.

Characters of the path, version, key, rights, type, then the dispatcher of the type, filters, the operation (legacy
notes, data 1 to 4). Refusals before the route are XML whatever form was asked for. What PHP crashes on is answered as
it would have answered.
"""

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast

from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend import rehearsal as rehearsals
from backend.access import ANONYMOUS, User, user_of_key
from backend.database.connections import DatabaseFull, DatabaseUnavailable
from backend.database.storing import as_php_sends
from backend.deadline import Deadline, NobodyWaits
from backend.fetching import Fetched
from backend.handling.validation import read_parameters
from backend.http_protocol import HEAD_CAME
from backend.input.parameters import readers
from backend.input.request_input import ABSENT, RequestInput, hashing
from backend.legacy.errors import LegacyRefusal, error_document
from backend.legacy.faces import Found
from backend.legacy.filters import Illegal, limited, offset_alone, read_filters
from backend.legacy.legacy_input import for_operation, read_legacy_input
from backend.legacy.pages import page
from backend.legacy.tree import Element, json_document, to_json
from backend.legacy.writing import to_xml
from backend.operations import JSON_BODY_LIMIT, Answer, Call, Operation
from backend.performing import perform
from backend.problems import InputProblem, Problem
from backend.resources import Resources
from backend.sending import send_answer
from backend.storage.interface import NoStorage, StorageFull, StorageUnavailable, UnusableName
from backend.transaction import Transaction
from config.dispatch import LegacyMatch, dispatcher
from config.legacy_errors import UNKNOWN_PATH_STATUS, LegacyErrors
from config.php.requests import ApiPath, Target, is_api, read_api_path, read_target
from config.routes import RouteMap

log = logging.getLogger("backend")

Form = Literal["json", "xml"]

TYPES: Mapping[Form, str] = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"Origin, X-Requested-With, Content-Type, Accept"),
    # Without these a cache between keeps what a session has just changed.
    (b"expires", b"Thu, 19 Nov 1981 08:52:00 GMT"),
    (b"cache-control", b"no-store, no-cache, must-revalidate"),
    (b"pragma", b"no-cache"),
)
"""Of every answer (legacy notes, data 6)."""

NO_ROUTE, NO_KEY, WRONG_KEY, READ_ONLY, NO_DATABASE = "100", "102", "103", "104", "107"
READ_ONLY_TOLD = "API calls of the read-only user can only be of type GET. "

_TARGET = "backend.legacy_target"
"""Key of the scope: the target as PHP's framework sees it."""
# Beside these, no path leads to the API: PHP also finds it behind index.php, dots, or a question mark.
_PERHAPS = re.compile(rb"/+(\?|[Aa]pi|index\.php|\.\.)")
_ALLOWED = re.compile(r"[a-z 0-9~%.:_\-(),]+", re.IGNORECASE)
_DISALLOWED = "The URI you submitted has disallowed characters."


BeforeUnknown: TypeAlias = Callable[[AsyncConnection, User, Sequence[str]], Awaitable[None]]
"""What PHP checks of a path before it comes to know that there is no such function; raises a problem."""


class NotAnswered(Exception):
    """An operation without faces."""


class LegacyGateway:
    """The ASGI application of the legacy dialect.

    Args:
        operations: What is answered; those without faces are not.
        routes: Says method and path of each.
        errors: PHP's texts.
        before_unknown: By type, what is checked of paths that it does not know.
    """

    def __init__(
        self,
        operations: Sequence[Operation[Any]],
        routes: RouteMap,
        errors: LegacyErrors,
        before_unknown: Mapping[str, BeforeUnknown] = MappingProxyType({}),
    ) -> None:
        self._operations = {operation.name: operation for operation in operations}
        self._dispatcher = dispatcher(routes)
        self._errors = errors
        self._before_unknown = before_unknown

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        resources = cast(Resources, scope["app"].state.resources)
        response = await self._answer(scope, receive, resources)
        await send_answer(response, scope, receive, send, HEADERS)

    async def _answer(self, scope: Scope, receive: Receive, resources: Resources) -> Response:
        target: Target = scope[_TARGET]
        if not all(_ALLOWED.fullmatch(segment) for segment in target.segments):
            return page(400, _DISALLOWED)
        path = read_api_path(target.segments)
        if target.segments[1:] == ("v1",):  # PHP dies of it, as of nothing else that is missing
            path = ApiPath("xml", ())
        if path is None:
            return _outside(target.segments)
        try:
            with as_php_sends():
                return await self._operate(scope, receive, path, target.query, resources)
        except LegacyRefusal as refusal:
            return self._refused(refusal, path.format)
        except NotAnswered as error:
            return page(501, str(error))
        except Problem as problem:
            code = problem.code or self._errors.code_of(problem.slug)
            if code == NO_ROUTE:  # a segment that its reader calls no function
                return self._refused(self._no_function(path), path.format)
            if code is None:
                return page(resources.problems[problem.slug].status, problem.detail)
            return self._refused(LegacyRefusal(code, problem.additional), path.format)
        except (DatabaseUnavailable, NobodyWaits) as error:
            log.error("%s", error)
            refused = self._refused(LegacyRefusal(NO_DATABASE, as_xml=True), path.format)
            refused.headers["Retry-After"] = "10"  # the proxy asks the other side then
            return refused
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except UnusableName as error:
            return page(422, f"{error}.")
        except (StorageFull, DatabaseFull) as error:
            log.error("%s", error)
            return page(507, "There is no room to store this.")
        except (NoStorage, StorageUnavailable) as error:
            log.error("%s", error)
            return page(503, "The storage for files cannot be reached at the moment.")
        except Exception as error:
            if isinstance(error, StatementError):
                error.hide_parameters = True  # the key of the caller may be one
            incident = secrets.token_hex(8)
            log.exception("incident %s on %s %s", incident, scope["method"], scope["path"])
            return page(500, f"Something unexpected happened; incident {incident}.")

    async def _operate(
        self, scope: Scope, receive: Receive, path: ApiPath, query: str, resources: Resources
    ) -> Response:
        begun: float = scope.get(HEAD_CAME) or time.monotonic()
        method: str = scope["method"].upper()  # PHP reads a form of POST only, and knows get for GET
        rehearsal = Request(scope).headers.get(rehearsals.HEADER)
        likely = self._operation(self._dispatcher.legacy(method, path.segments, {}))
        limit = JSON_BODY_LIMIT if likely is None else likely.body_limit
        receive, digest = (receive, None) if rehearsal is None else hashing(receive)
        raw, received = await read_legacy_input(scope, receive, query, limit)
        try:
            seconds: float = rehearsals.VALID_SECONDS
            if rehearsal is not None and digest is not None:
                seconds = resources.rehearsals.admit(
                    rehearsal, scope["method"], raw_target_of(scope), digest.hexdigest()
                )
            key = received.key()
            if key is None and method != "GET":
                raise LegacyRefusal(NO_KEY, as_xml=True)
            match = self._dispatcher.legacy(method, path.segments, received.form)
            operation = self._operation(match)

            async def work(transaction: Transaction, fetched: Fetched) -> Answer:
                user = await _caller(transaction, key, method)
                if rehearsal is not None and not user.is_anonymous:
                    scope[rehearsals.CALLER] = str(user.id)
                check = self._before_unknown.get(path.segments[0]) if path.segments else None
                if operation is None and check is not None:
                    await check(transaction.connection, user, path.segments)
                found, answering = self._dispatched(path, match, operation)
                if not answering.answers_legacy:
                    raise NotAnswered(f"{answering.name} is not answered in this dialect here.")
                access = answering.access
                if access.admin is not None and not access.late and not user.is_admin:
                    raise access.admin.because("Only an administrator may do this.")
                filters = _filters(found, answering)
                segments, given = for_operation(
                    _read_path(found, answering), _read(found, answering, filters), received
                )
                scope["path_params"] = found.values
                call = Call(
                    parameters=_parameters(found, answering, filters, segments, given),
                    connection=transaction.connection,
                    user=user,
                    resources=resources,
                    request=Request(scope),
                    form=given.form,
                    json=ABSENT,
                    files=transaction.files,
                    index=transaction.index,
                    fetched=fetched,
                    dialect="legacy",
                )
                return await answering.handler(call)

            writes = match is not None and match.route.writes
            deadline = Deadline(begun + seconds) if writes and rehearsal is not None else None
            answer = await perform(
                resources, operation, work, raw.form, receive, writes=writes, deadline=deadline
            )
        finally:
            await raw.form.close()
        return _presented(answer, path.format)

    def _operation(self, match: LegacyMatch | None) -> Operation[Any] | None:
        return self._operations.get(match.route.name) if match is not None and match.fit == "exact" else None

    def _dispatched(
        self, path: ApiPath, match: LegacyMatch | None, operation: Operation[Any] | None
    ) -> tuple[LegacyMatch, Operation[Any]]:
        """The route of a path that PHP's dispatchers know."""
        kind = path.segments[0] if path.segments else ""
        if kind not in self._dispatcher.words:
            raise LegacyRefusal(NO_ROUTE, as_xml=True)
        if match is None or operation is None:
            raise self._no_function(path)
        return match, operation

    def _no_function(self, path: ApiPath) -> LegacyRefusal:
        """What a dispatcher of PHP says of a path that it does not know."""
        between = self._errors.unknown_path.get(path.segments[0])
        if between is None:
            return LegacyRefusal(NO_ROUTE)
        return LegacyRefusal(NO_ROUTE, between.join(path.segments[1:]), status=UNKNOWN_PATH_STATUS)

    def _refused(self, refusal: LegacyRefusal, form: Form) -> Response:
        code = refusal.code
        document = error_document(code, self._errors.message.get(code, ""), refusal.additional)
        status = refusal.status or self._errors.status_of(code)
        return _document(document, "xml" if refusal.as_xml else form, status)


def raw_target_of(scope: Scope) -> bytes:
    """Path and query as they were sent."""
    path = cast(bytes, scope.get("raw_path") or scope["path"].encode())
    query = cast(bytes, scope["query_string"])
    return path + (b"?" + query if query else b"")


def is_legacy(scope: Scope) -> bool:
    """Whether a request is one of the legacy dialect, by its path."""
    raw = raw_target_of(scope)
    if _PERHAPS.match(raw) is None:
        return False
    target = scope[_TARGET] = read_target(raw)
    return is_api(target.segments)


async def _caller(transaction: Transaction, key: str | None, method: str) -> User:
    """The user of a key, whom PHP lets pass."""
    if key is None:
        return replace(ANONYMOUS, sees_every_row=False)
    try:
        user = await user_of_key(transaction.connection, key)
    except Problem:
        raise LegacyRefusal(WRONG_KEY, as_xml=True) from None
    if method != "GET" and not user.may_write:
        raise LegacyRefusal(READ_ONLY, READ_ONLY_TOLD, as_xml=True)
    return replace(user, sees_every_row=False)


def _filters(match: LegacyMatch, operation: Operation[Any]) -> Mapping[str, str]:
    """The filters of a list, by PHP's names, as PHP lets them pass."""
    legacy, codes = match.route.legacy, operation.filters
    if legacy is None or legacy.filters is None or codes is None:
        return {}
    found = read_filters(legacy, match.filters)
    if isinstance(found, Illegal):
        raise LegacyRefusal(codes.unknown if found.unknown else codes.illegal, found.additional)
    return found


def _read(match: LegacyMatch, operation: Operation[Any], filters: Mapping[str, str]) -> Mapping[str, str]:
    """The filters as the operation's readers take them."""
    if not filters or match.route.legacy is None:
        return filters
    known, moved = readers(operation.parameters), match.route.parameters
    read = {}
    for name, value in limited(match.route.legacy, filters).items():
        reader = known.get(moved.get(name, name).removeprefix("query."))
        read[name] = value if reader is None else reader.from_php(value)
    return read


def _read_path(match: LegacyMatch, operation: Operation[Any]) -> LegacyMatch:
    """The match with the values of its path as the operation's readers take them, wherever they go."""
    known, moved = readers(operation.parameters), match.route.parameters
    values = {}
    for name, text in match.values.items():
        reader = known.get(moved.get(name, name).rpartition(".")[2])
        values[name] = text if reader is None else reader.from_php(text)
    return replace(match, values=values)


def _parameters(
    match: LegacyMatch,
    operation: Operation[Any],
    filters: Mapping[str, str],
    segments: Mapping[str, str],
    given: RequestInput,
) -> Any:
    """The parameters that the operation declares.

    What PHP let pass and a reader does not is what PHP's SQL fails on, which PHP takes for an empty list where it looks
    at the values.
    """
    codes, offset = operation.filters, match.route.codes.offset
    alone = LegacyRefusal(offset) if offset is not None and offset_alone(filters) else None
    try:
        found = read_parameters(operation, segments, given)
    except InputProblem as problem:
        if alone is not None and codes is not None and problem.code not in codes.before_offset:
            raise alone from None
        checked = match.route.legacy is None or not match.route.legacy.unchecked
        if codes is not None and problem.code == codes.illegal and checked:
            raise LegacyRefusal(codes.no_results) from None
        raise
    if alone is not None:
        raise alone
    return found


def _outside(segments: Sequence[str]) -> Response:
    """What is beside ``/api/v1/...``."""
    version = segments[1] if len(segments) > 1 else ""
    if version != "v1" and version.lower() == "v1":
        return page(500, "The version is written v1.")
    return page(404, "There is no such page here.")


def _presented(answer: Answer, form: Form) -> Response:
    if isinstance(answer, Response):
        return answer
    assert isinstance(answer, Found)
    native = answer.legacy_json() if form == "json" else None
    if native is not None:
        return Response(json_document(native), 200, headers={"Content-Type": TYPES["json"]})
    return _document(answer.legacy(), form, 200)


def _document(root: Element, form: Form, status: int) -> Response:
    body = to_json(root) if form == "json" else to_xml(root)
    return Response(body, status, headers={"Content-Type": TYPES[form]})
