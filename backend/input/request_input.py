"""What a request brings: its key, its query, its form or JSON body."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import parse_qsl

import orjson
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from backend.input.multipart import FormError, read_multipart, text
from backend.problems import BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, InputError, InputProblem
from backend.storage.interface import storing
from config.php.encoded import unquoted_bytes
from config.php.requests import MOST_FIELDS

KEY = "api_key"
MULTIPART = "multipart/form-data"
FORM_TYPES = ("application/x-www-form-urlencoded", MULTIPART)
IN_MEMORY_LIMIT = 64_000_000
"""Bytes that a JSON body, or a field of a form, may have whatever the operation takes."""
DEEPEST = 100
"""How deep values of a JSON body may lie in each other."""
_PAIR = re.compile(rb"[^&]+")


class ArrayField(str):
    """A field that PHP takes for an array, and shows as this text; only its own dialect has such fields."""

    __slots__ = ()


class Absent:
    """There is no JSON body; None would be the JSON value null."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Given:
    """One value of the request. ``value``: text, list of texts (a repeated name), or JSON value. ``loc``: where it
    stood, as in ``errors[].loc``.
    """

    value: object
    loc: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class RequestInput:
    """The query and body of a request, read once.

    Args:
        query: Names and values of the query, decoded, in order.
        form: The fields and files of a form body.
        json: The JSON body, or ABSENT.
        authorization: Value of the Authorization header.
    """

    query: Sequence[tuple[str, str]] = ()
    form: FormData = field(default_factory=FormData)
    json: object = ABSENT
    authorization: str = ""

    def key(self) -> str | None:
        """The key of the caller (new-API contract, decision 8).

        The first ``api_key`` of the query counts, an empty one too; then that of the form; then the Authorization
        header, which PHP does not read. Returns the key; None when none was given. ``""`` and ``0`` are none.
        """
        for name, value in self.query:
            if name == KEY:
                return None if value in ("", "0") else value
            if name.startswith(f"{KEY}["):
                return value or name  # PHP reads an array, which is nobody's key
        sent = [(name, value) for name, value in self.form.multi_items() if name.partition("[")[0] == KEY]
        if not sent:
            return self._key_of_header()
        name, key = sent[-1]
        if name != KEY:
            return name  # an array here, too
        return None if key in ("", "0") else str(key)

    def _key_of_header(self) -> str | None:
        scheme, _, credentials = self.authorization.partition(" ")
        credentials = credentials.strip()
        match scheme.lower():
            case "bearer":
                return credentials or None
            case "basic":
                try:
                    pair = base64.b64decode(credentials, validate=True).decode()
                except (binascii.Error, UnicodeDecodeError):
                    return credentials  # not readable, so nobody's key
                user, _, password = pair.partition(":")
                return password or user or None
            case _:
                return None

    def parameters(self) -> Mapping[str, Given]:
        """The filters and fields: of the query, overridden by those of the body.

        Returns each value by its name. ``pagination`` of a JSON body is flattened; a JSON null is not given. Raises
        InputProblem: the JSON body is no object.
        """
        given: dict[str, Given] = {}
        for place, pairs in (("query", self.query), ("body", self._fields())):
            for name, values in _grouped(pairs).items():
                # Of a field that a form repeats, PHP has the last.
                one = len(values) == 1 or place == "body"
                given[name] = Given(values[-1] if one else values, (place, name))
        if not isinstance(self.json, Absent):
            given.update(_members(self.json))
        return given

    def _fields(self) -> Iterator[tuple[str, str]]:
        return ((name, value) for name, value in self.form.multi_items() if isinstance(value, str))


def _grouped(pairs: Sequence[tuple[str, str]] | Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name, value in pairs:
        if name != KEY and not name.startswith(f"{KEY}["):
            groups.setdefault(name, []).append(value)
    return groups


def _members(json: object) -> Iterator[tuple[str, Given]]:
    if not isinstance(json, dict):
        raise _bad_body("json_object", "The JSON body must be an object.")
    for name, value in json.items():
        if name == "pagination" and isinstance(value, dict):
            for inner, number in value.items():
                if number is not None:
                    yield inner, Given(number, ("body", "pagination", inner))
        elif value is not None:
            yield name, Given(value, ("body", name))


def is_deeper(value: object, most: int) -> bool:
    """Whether values of a JSON document lie deeper in each other than that. ``most``: so deep they may."""
    level = [value]
    for _ in range(most):
        level = [
            inner
            for outer in level
            for inner in (
                outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
            )
        ]
        if not level:
            return False
    return True


def _bad_body(kind: str, message: str) -> InputProblem:
    return _bad("body", kind, message)


def _bad(place: str, kind: str, message: str) -> InputProblem:
    error: InputError = {"type": kind, "loc": [place], "msg": message, "input": None}
    return InputProblem(message, [error])


async def read_input(
    scope: Scope, receive: Receive, body_limit: int, *, first_only: bool = False
) -> tuple[Request, RequestInput]:
    """Read a request. Returns the request and what it brings; the caller closes the files of the form.

    Args:
        receive: Gives its body.
        body_limit: Bytes that the body may have.
        first_only: Of a form, leave out fields and files that are too many, as PHP does.

    Raises:
        Problem: 413 for a larger body, 415 for one that is neither JSON nor a form.
        InputProblem: The body is broken.
    """
    headers = Headers(scope=scope)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    # The files of a form go to the disk, all else is held in memory.
    in_memory = min(body_limit, IN_MEMORY_LIMIT)
    body_limit = body_limit if kind in FORM_TYPES else in_memory
    request = Request(scope, _limited(receive, body_limit))
    raw_query = scope["query_string"].decode("latin-1")
    if raw_query.count("&") >= MOST_FIELDS:
        raise _bad("query", "query_fields", f"The query has more than {MOST_FIELDS} fields.")
    query = parse_qsl(raw_query, keep_blank_values=True, errors="replace")
    authorization = headers.get("authorization", "")
    if "content-length" not in headers and "transfer-encoding" not in headers:
        return request, RequestInput(query, authorization=authorization)
    if headers.get("content-length", "0").isdigit() and int(headers.get("content-length", "0")) > body_limit:
        raise _too_large(body_limit)
    if kind in FORM_TYPES:
        try:
            if kind == MULTIPART:
                with storing():  # a longer file is written to the disk, which may be full
                    parts = await read_multipart(
                        headers["content-type"], request.stream(), in_memory, first_only=first_only
                    )
            else:
                parts = await _pairs(request, in_memory, first_only=first_only)
        except FormError as error:
            raise _bad_body("form_invalid", f"The form cannot be read: {error}.") from error
        return request, RequestInput(query, form=FormData(parts), authorization=authorization)
    body = await request.body()
    if not body:
        return request, RequestInput(query, authorization=authorization)
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise UNSUPPORTED_MEDIA_TYPE.because(f"The body must be JSON or a form, not {kind}.")
    try:
        json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _bad_body("json_invalid", f"The body is no JSON: {error}") from error
    if body.count(b"[") + body.count(b"{") > DEEPEST and is_deeper(json, DEEPEST):
        raise _bad_body("json_depth", f"Values of the body lie deeper in each other than {DEEPEST}.")
    return request, RequestInput(query, json=json, authorization=authorization)


async def _pairs(request: Request, largest: int, *, first_only: bool) -> list[tuple[str, UploadFile | str]]:
    """The fields of a URL-encoded form."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise FormError(f"Its fields have at most {largest} bytes")
    found = islice(_PAIR.finditer(body.replace(b"+", b" ")), MOST_FIELDS + 1)
    pairs = [pair[0].partition(b"=") for pair in found]
    if len(pairs) > MOST_FIELDS and not first_only:
        raise FormError(f"A form has at most {MOST_FIELDS} fields")
    return [
        (text(unquoted_bytes(bytes(name))), text(unquoted_bytes(bytes(value))))
        for name, _, value in pairs[:MOST_FIELDS]
    ]


def hashing(receive: Receive) -> tuple[Receive, "hashlib._Hash"]:
    """The same body, with its SHA-256. ``receive``: gives the body. Returns what gives it now, and the hash, which is
    that of the body once it is read.
    """
    digest = hashlib.sha256()

    async def hashed() -> Message:
        message = await receive()
        digest.update(message.get("body", b""))
        return message

    return hashed, digest


def _limited(receive: Receive, limit: int) -> Receive:
    """The same body, refused once it is longer than it may be, whatever its declared length."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise _too_large(limit)
        return message

    return limited


def _too_large(limit: int) -> Exception:
    return BODY_TOO_LARGE.because(f"The body is larger than {limit} bytes.")
