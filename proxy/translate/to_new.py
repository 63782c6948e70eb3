"""A legacy request as the same request for the new side, and back, by the route map alone: no network, no clock."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from config.dispatch import Dispatcher, LegacyMatch, NewMatch, dispatcher, methods_of
from config.php.requests import (
    MOST_FIELDS,
    MOST_FILES,
    decode,
    encode,
    parse_form,
    printable,
    read_api_path,
    read_target,
)
from config.routes import Route, RouteMap
from config.templates import parse_template, segment_names
from diffing.conditions import TEXT_LIMIT
from diffing.model import Headers
from proxy.message.forms import (
    MULTIPART,
    URLENCODED,
    count_parts,
    odd_names,
    read_beginnings,
    read_fields,
    read_files,
    rewrite,
)
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.translate.to_legacy import new_to_legacy

__all__ = ["Request", "Translation", "Untranslatable", "legacy_to_new", "new_to_legacy"]

KEY: Final = "api_key"
_MARKS: Final = frozenset('"\\')
_UNMARKED: Final = re.compile(r'[^"\\]+')
NOWHERE: Final = "/nowhere"
"""Below this no path leads to anything, in neither dialect."""

Pairs = list[tuple[str, str]]

# PHP does not look at them for authentication (legacy notes, data 1.3), the new side would.
_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization"})
# Nor at these: it sends the whole file (recordings, download.006), where the new side would send a part or a 304.
_CONDITIONS: Final = frozenset(
    {"range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}
)
_CONTENT: Final = frozenset(
    {"content-type", "content-length", "content-encoding", "transfer-encoding", "expect"}
)
_WITHOUT_CONTENT: Final = _CREDENTIALS | _CONDITIONS | _CONTENT
# PHP never reads the body of these; the new side would read filters from it (new-API contract, decision 4).
BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# Only these, and only of a POST, become fields (legacy notes, data 2); the new side would read JSON and others, too.
_FORMS: Final = frozenset({URLENCODED, MULTIPART})
# What entries of the registry may look at of a path that PHP does not know.
_PATH_LIMIT: Final = 200


def legacy_to_new(request: Request, routes: RouteMap) -> Translation | Untranslatable:
    """Translate a request of the legacy dialect for the new side (new-API contract, decision 2; legacy notes, data 1).

    ``request``: what the client sent to ``/api/v1/...`` or to a file's address. Returns the request for the new side,
    or why there is none.
    """
    index = dispatcher(routes)
    target = read_target(request.target)
    query = parse_form(target.query)
    kind = request.header("content-type")
    form = read_fields(kind, request.body) if request.method == "POST" else {}
    path = read_api_path(target.segments)
    if path is not None:
        match = index.legacy(request.method, path.segments, form)
    else:
        match = index.absolute(request.method, target.segments)
        if match is None:
            return Untranslatable("the path is neither below /api/v1 nor that of a file")
    found = _resolve(index, request.method, path.segments if path else (), match)
    if isinstance(found, str):
        method, new_path, match = request.method, found, None
    else:
        method, new_path = found
    twin = index.new(method, tuple(new_path.strip("/").split("/")))
    match = _by_method(method, match, twin)
    if match is not None and (name := _taken(match)):
        return Untranslatable(
            f"{name} is an unknown filter on the legacy side and a known name on the new side"
        )
    parameters, pairs = _parameters(match, query, form, method in BODILESS)
    if match is None and path is not None:
        parameters = {"path": printable("/".join(path.segments)[:_PATH_LIMIT])}
    if match is not None and method == "POST":
        parameters = {**_files(request, match.route), **parameters}
    parameters = {**_marks_of(query[KEY] if KEY in query else form.get(KEY, "")), **parameters}
    if KEY in query or (KEY in form and method in BODILESS):
        pairs.append((KEY, query[KEY] if KEY in query else form[KEY]))
    headers, body = _content(request, method, match)
    encoded = "&".join(f"{encode(name)}={encode(value)}" for name, value in pairs)
    return Translation(
        method=method,
        target=f"{new_path}?{encoded}".encode() if encoded else new_path.encode(),
        headers=headers,
        body=body,
        route=match.route if match else None,
        parameters=parameters,
        format=path.format if path else "json",
        writes=_writes(match, twin),
        fit=match.fit if match else "none",
    )


def _resolve(
    index: Dispatcher, method: str, segments: Sequence[str], match: LegacyMatch | None
) -> tuple[str, str] | str:
    """Method and path for the new side; the path alone when PHP does not know the request's."""
    if match is not None and match.fit != "method":
        return _new_method(match.route, method), _new_path(match.route, match.values)
    encoded = tuple(encode(segment) for segment in segments)
    # A type or a path that PHP does not know must not be answered by accident, in neither dialect of the new side.
    nowhere = "/".join((NOWHERE, *encoded))
    if not segments or segments[0] not in index.words:
        return nowhere
    renamed = (index.words[segments[0]], *encoded[1:])
    twin = index.new(method, renamed)
    if match is not None and twin is not None and (not twin.method_known or twin.route is match.route):
        return method, "/" + "/".join(renamed)
    return nowhere if twin is not None else "/" + "/".join(renamed)


def _by_method(method: str, match: LegacyMatch | None, twin: NewMatch | None) -> LegacyMatch | None:
    """The route that the new side takes, where PHP's takes any method and the new side's does not have this one.

    ``DELETE /setup/list`` is the list for PHP; for the new side it is the deletion of a setup whose id is no number.
    """
    if match is None or twin is None or method in methods_of(match.route) or not twin.method_known:
        return match
    return LegacyMatch(twin.route, twin.values, (), "number")


def _new_method(route: Route, method: str) -> str:
    """A read that PHP also answers to a POST is asked for by GET (new-API contract, decision 2)."""
    turned = method == "POST" and not route.writes and route.new.method == "GET"
    return "GET" if turned else method


def _new_path(route: Route, values: Mapping[str, str]) -> str:
    moved = {
        target.removeprefix("path."): name
        for name, target in route.parameters.items()
        if target.startswith("path.")
    }
    for path in (route.new.path, *route.new.aliases):
        parts: list[str] = []
        for segment in parse_template(path):
            if segment.kind == "literal":
                parts.append(segment.text)
            elif value := values.get(moved.get(segment.text, segment.text)):
                parts += (
                    [encode(part) for part in value.split("/")] if segment.kind == "rest" else [encode(value)]
                )
            else:
                break
        else:
            return "/" + "/".join(parts)
    raise ValueError(f"{route.name}: no new path can be made of {sorted(values)}")


def _parameters(
    match: LegacyMatch | None, query: Mapping[str, str], form: Mapping[str, str], bodiless: bool
) -> tuple[Mapping[str, str], Pairs]:
    """What the legacy side reads of a request, and the query for the new side."""
    if match is None or match.route.legacy is None:
        return {}, []
    route, legacy = match.route, match.route.legacy
    filters = dict(_filters(match)) if legacy.filters is not None else {}
    asked = {name: query[name] for name in legacy.query if name in query}
    moving = (*legacy.query, *legacy.form_read)
    fields = {name: form[name] for name in (*legacy.form, *moving) if name in form and name not in asked}
    if bodiless:
        asked |= {name: value for name, value in fields.items() if name in moving}
    pairs = [(_query_name(route, name), value) for name, value in {**filters, **asked}.items()]
    everything = {**match.values, **filters, **fields, **asked}
    return {printable(name): printable(value) for name, value in everything.items()}, pairs


def _marks_of(key: str) -> Mapping[str, str]:
    """What of a key can break PHP's SQL, and nothing else of it: quotation marks and backslashes, an `a` between."""
    return {f"{KEY}.marks": _UNMARKED.sub("a", key)} if _MARKS & {*key} else {}


def _files(request: Request, route: Route) -> Mapping[str, str]:
    """The names of uploaded files by their fields; of fields in the route map, how the text begins as FIELD.text.

    More fields or files than PHP takes are told as ``form.fields`` and ``form.files``.
    """
    kind = request.header("content-type")
    named = read_files(kind, request.body)
    known = route.legacy.form if route.legacy else ()
    texts = read_beginnings(kind, request.body, known, TEXT_LIMIT) if known else {}
    fields, files = count_parts(kind, request.body)
    counts = (("form.fields", fields, MOST_FIELDS), ("form.files", files, MOST_FILES))
    many = {name: str(count) for name, count, most in counts if count > most}
    everything = {**many, **{f"{field}.text": text for field, text in texts.items()}, **named}
    return {printable(field): printable(value) for field, value in everything.items()}


def _filters(match: LegacyMatch) -> Iterator[tuple[str, str]]:
    """The filters of a list: names raw, values decoded, the last of several wins (legacy notes, data 7.1)."""
    legacy = match.route.legacy
    legal = legacy.filters or () if legacy else ()
    segments = match.filters
    bare = legacy.bare_filter if legacy else "dropped"
    without = segments[-1] if bare == "last" and len(segments) % 2 else None
    for index in range(0, len(segments), 2):
        name, value = segments[index], segments[index + 1 : index + 2]
        if name == without and name in legal:
            continue
        if value:
            yield name, decode(value[0])
        elif name not in legal or bare == "sent" or (bare == "alone" and name not in segments[:index:2]):
            yield name, ""


def _query_name(route: Route, name: str) -> str:
    moved = route.parameters.get(name, "")
    return moved.removeprefix("query.") if moved.startswith("query.") else name


def _taken(match: LegacyMatch) -> str | None:
    """An illegal filter whose name means something on the new side, and so cannot be sent there."""
    legacy = match.route.legacy
    if legacy is None or legacy.filters is None:
        return None
    meaningful = {target.partition(".")[2] for target in match.route.parameters.values()} | {KEY}
    illegal = {name for name, _ in _filters(match)} - set(legacy.filters)
    return next(iter(sorted(illegal & meaningful)), None)


def _content(request: Request, method: str, match: LegacyMatch | None) -> tuple[Headers, bytes]:
    dropped = _CREDENTIALS | _CONDITIONS
    body = request.body
    kind = request.header("content-type").partition(";")[0].strip().lower()
    moved = _moved(match) if match is not None and match.fit == "exact" else {}
    added = {new: match.values[old] for old, new in moved.items() if old in match.values} if match else {}
    if method in BODILESS or request.method != "POST" or kind not in _FORMS:
        kept = without_content(request.headers)
        if method in BODILESS or not added:
            return kept, b""
        # What PHP reads of the path is a field on the new side, also where no form came with it.
        return (*kept, ("content-type", URLENCODED)), rewrite(URLENCODED, b"", {}, added)
    renamed = {old: new for old, new in moved.items() if match and old not in match.values}
    renamed |= {
        raw: renamed.get(name, name) for raw, name in odd_names(request.header("content-type"), body).items()
    }
    unread = _unread(match) if match is not None and match.fit == "exact" else set()
    fields = read_fields(request.header("content-type"), body) if unread else {}
    if renamed or added or not unread.isdisjoint(fields):
        body = rewrite(request.header("content-type"), body, renamed, added, unread)
        dropped = dropped | {"content-length"}
    return tuple(pair for pair in request.headers if pair[0].lower() not in dropped), body


def without_content(headers: Headers) -> Headers:
    """What of its headers is sent along with a request that has no body."""
    return tuple([pair for pair in headers if pair[0].lower() not in _WITHOUT_CONTENT])


def _unread(match: LegacyMatch) -> set[str]:
    """What PHP reads of the path only, by the names of the new side: as a field of a form it says nothing."""
    legacy = match.route.legacy
    if legacy is None:
        return set()
    named = {name for path in (legacy.path, *legacy.aliases) for name in segment_names(path)}
    return {
        _moved(match).get(name, name) for name in named - {*legacy.form, *legacy.form_read, *legacy.query}
    }


def _moved(match: LegacyMatch) -> dict[str, str]:
    """The parameters that are fields of the body on the new side: new names by legacy ones."""
    return {
        name: target.removeprefix("body.")
        for name, target in match.route.parameters.items()
        if target.startswith("body.")
    }


def _writes(match: LegacyMatch | None, twin: NewMatch | None) -> bool:
    if match is not None and match.route.writes:
        return True
    # A method that PHP does not look at can be another operation on the new side.
    return twin is not None and twin.method_known and twin.route.writes
