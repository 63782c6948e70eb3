"""A request of the new dialect as the same request for the legacy side."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

import orjson

from config.dispatch import NewMatch, dispatcher
from config.php.requests import ALLOWED, decode, encode, printable
from config.routes import LegacyTemplate, Route, RouteMap
from config.templates import Kind, parse_template
from diffing.model import Headers
from proxy.message.forms import URLENCODED, read_fields, rewrite, write_fields
from proxy.message.translation import Request, Translation, Untranslatable

KEY: Final = "api_key"
PREFIX: Final = "/api/v1/json/"

_CONTENT: Final = frozenset(
    {"content-type", "content-length", "content-encoding", "transfer-encoding", "expect"}
)


class _NoLegacyForm(Exception):
    """The legacy side has no way to say this; the message says what."""


def new_to_legacy(request: Request, routes: RouteMap) -> Translation | Untranslatable:
    """Translate a request of the new dialect for the legacy side (new-API contract, decisions 2, 4 and 8).

    A HEAD or a POST of a read becomes a GET, because PHP treats both as writes; whoever serves the answer of a HEAD
    drops its body. ``request``: what the client sent to a path of the new API. Returns the request for the legacy
    side, or why there is none.
    """
    path, _, query_text = request.target.decode("utf-8", "surrogateescape").partition("?")
    segments = tuple(segment for segment in path.split("/") if segment)
    match = dispatcher(routes).new(request.method, segments)
    if match is None:
        return Untranslatable("no route has such a path")
    if not match.method_known:
        return Untranslatable(f"{match.route.name} does not answer {request.method}")
    if match.route.legacy is None:
        return Untranslatable(f"{match.route.name} exists in the new API only")
    try:
        return _translate(request, match, match.route.legacy, query_text)
    except _NoLegacyForm as reason:
        return Untranslatable(str(reason))


def _translate(request: Request, match: NewMatch, legacy: LegacyTemplate, query_text: str) -> Translation:
    route = match.route
    query = _pairs(query_text)
    turned = request.method in ("GET", "HEAD") or (route.new.method == "GET" and not route.writes)
    key = _key(query.pop(KEY, None), request, turned)
    fields, body, content_type = ({}, b"", "") if turned else _body(request, route, legacy)
    names = {target.partition(".")[2]: name for name, target in route.parameters.items()}
    values = {names.get(name, name): value for name, value in match.values.items()}
    in_path = {segment.text for segment in parse_template(legacy.path) if segment.kind != "literal"}
    # What the new API has in the body and PHP in the path: the id of a study to attach to.
    values |= {name: encode(fields.pop(name)) for name in in_path & set(fields)}
    asked = {names.get(name, name): ",".join(given) for name, given in query.items()}
    legacy_path, parameters = _path(legacy, values)
    pairs: dict[str, str] = {}
    if legacy.filters is not None:
        filters = {**_document_filters(request, names), **asked}
        legacy_path += "".join(_filter(name, value) for name, value in filters.items())
        parameters |= filters
    else:
        if by_form := sorted(asked.keys() & {*legacy.form_read}):
            raise _NoLegacyForm(f"{', '.join(by_form)}: the legacy side reads that from a form only, by POST")
        pairs = {name: value for name, value in asked.items() if name in legacy.query}
        parameters |= pairs
    if key is not None:
        pairs[KEY] = key
    encoded = "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs.items())
    return Translation(
        method="GET" if turned else request.method,
        target=f"{legacy_path}?{encoded}".encode() if encoded else legacy_path.encode(),
        headers=_headers(request.headers, content_type),
        body=body,
        route=route,
        parameters={printable(name): printable(value) for name, value in {**parameters, **fields}.items()},
        format="json",
        writes=route.writes,
    )


def _key(given: list[str] | None, request: Request, turned: bool) -> str | None:
    """The key that the new side would read: of the query, of a form that is not sent on, of the header."""
    if given:
        return given[0]
    form = read_fields(request.header("content-type"), request.body) if turned else {}
    return form.get(KEY) or _bearer(request.header("authorization")) or None


def _pairs(query: str) -> dict[str, list[str]]:
    """Query parameters of the new API: repeated ones are lists, and names are what they are.

    PHP reads the names of filters from the path, where it changes none: only those of a query would get underscores.
    """
    found: dict[str, list[str]] = {}
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if pair:
            found.setdefault(decode(name), []).append(decode(value))
    return found


def _bearer(authorization: str) -> str:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return password or user
    return ""


def _body(request: Request, route: Route, legacy: LegacyTemplate) -> tuple[dict[str, str], bytes, str]:
    """The form for PHP: its fields, bytes and content type. PHP reads no JSON (legacy notes, data 2)."""
    content_type = request.header("content-type")
    names = {
        target.removeprefix("body."): name
        for name, target in route.parameters.items()
        if target.startswith("body.")
    }
    if not _is_json(content_type):
        fields = dict(read_fields(content_type, request.body))
        fields.pop(KEY, None)
        body = rewrite(content_type, request.body, names, {}) if names else request.body
        return {names.get(name, name): value for name, value in fields.items()}, body, content_type
    fields = {names.get(name, name): _text(name, value) for name, value in _document(request).items()}
    in_path = {segment.text for segment in parse_template(legacy.path) if segment.kind != "literal"}
    form = {name: value for name, value in fields.items() if name not in in_path}
    if strange := sorted(set(form) - {*legacy.form, *legacy.query, *legacy.form_read}):
        raise _NoLegacyForm(f"{', '.join(strange)}: the legacy side takes no JSON, and no such form field")
    return fields, write_fields(form), URLENCODED


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def _document(request: Request) -> Mapping[str, Any]:
    try:
        document = orjson.loads(request.body or b"{}")
    except orjson.JSONDecodeError as error:
        raise _NoLegacyForm("the body is no JSON") from error
    if not isinstance(document, dict):
        raise _NoLegacyForm("the body is no JSON object")
    return document


def _document_filters(request: Request, names: Mapping[str, str]) -> dict[str, str]:
    """Filters in a JSON body, `pagination` nested or flat (new-API contract, decision 4)."""
    if not _is_json(request.header("content-type")):
        return {}
    document = dict(_document(request))
    pagination = document.pop("pagination", None)
    if isinstance(pagination, dict):
        document = {**pagination, **document}
    given = {name: value for name, value in document.items() if value is not None and name != KEY}
    return {names.get(name, name): _text(name, value) for name, value in given.items()}


def _text(name: str, value: object) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case list():
            return ",".join(_text(name, item) for item in value)
        case _:
            raise _NoLegacyForm(f"{name}: a nested value has no legacy form")


def _path(legacy: LegacyTemplate, values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The first legacy path that the values fill. PHP does not decode it, so what must be encoded cannot be said."""
    for path in (legacy.path, *legacy.aliases):
        parts: list[str] = []
        used: dict[str, str] = {}
        for segment in parse_template(path):
            if segment.kind == "literal":
                parts.append(segment.text)
                continue
            raw = values.get(segment.text, "")
            if not raw and segment.kind != "rest":
                break
            parts += [_legacy_segment(part, segment.kind) for part in raw.split("/") if part]
            used[segment.text] = unquote(raw, errors="surrogateescape")
        else:
            return ("/" if path.startswith("/") else PREFIX) + "/".join(parts), used
    raise _NoLegacyForm(f"{legacy.path}: a part of the path is missing")


def _legacy_segment(raw: str, kind: Kind) -> str:
    """A path segment whose text on the legacy side, which decodes none, is what the new side understands."""
    if kind == "decoded":
        return _hidden_dots(encode(unquote(raw, errors="surrogateescape")))
    # The new side leaves an id as it stands (new-API contract, decision 7) and decodes other texts.
    text = raw if kind == "number" else unquote(raw, errors="surrogateescape")
    if text == ".." or not all(map(_plain, text)):
        raise _NoLegacyForm(f"{printable(text)!r}: such a text cannot stand in a legacy path")
    return text


def _plain(char: str) -> bool:
    return char == "%" or (char.isascii() and char.isalnum()) or char in ALLOWED


def _filter(name: str, value: str) -> str:
    if not value:
        raise _NoLegacyForm(f"{name}: an empty filter value has no legacy form")
    if not name or any(not _plain(char) for char in name):
        raise _NoLegacyForm(f"{name!r}: no such filter name can stand in a legacy path")
    return f"/{name}/{_hidden_dots(encode(value))}"


def _hidden_dots(segment: str) -> str:
    """`.` and `..` as path segments would vanish on the way; PHP decodes filter values."""
    return segment.replace(".", "%2E") if segment in (".", "..") else segment


def _headers(headers: Headers, content_type: str) -> Headers:
    kept = tuple(pair for pair in headers if pair[0].lower() not in _CONTENT | {"authorization"})
    return (*kept, ("content-type", content_type)) if content_type else kept
