"""Requests for a whole list, an unsorted one, or what a stranger sees, made from one for a part of it."""

from collections.abc import Mapping, Sequence

from config.routes import Route
from config.templates import parse_template
from diffing.model import Headers
from diffing.rows import top_rows


def unlimited(target: bytes, route: Route | None = None) -> bytes:
    """The new target that asks for the whole list.

    Limit and offset are left out; where the route map says that it takes certain values to get the whole list, what
    cuts it gets these. Where a list without filters is refused and an offset is the only one, a limit takes its place.
    """
    path, _, query = target.partition(b"?")
    top = top_rows(route)
    whole = {} if top is None else {name.encode(): value.encode() for name, value in top.whole.items()}
    refused = route is not None and route.legacy is not None and route.legacy.bare_filter == "alone"
    alone = refused and b"limit" in whole and b"limit=" not in query
    kept = []
    for pair in query.split(b"&"):
        name = pair.partition(b"=")[0]
        if name in whole or (name == b"offset" and alone):
            name = name if name in whole else b"limit"
            kept.append(name + b"=" + whole[name])
        elif name not in (b"limit", b"offset", b""):
            kept.append(pair)
    if route is not None and whole:
        path = _with_segments(path, route.new.path, whole)
    return path + b"?" + b"&".join(kept) if kept else path


def without(target: bytes, parameter: str) -> bytes:
    """A target without a parameter of its query."""
    path, _, query = target.partition(b"?")
    kept = [pair for pair in query.split(b"&") if pair and pair.partition(b"=")[0] != parameter.encode()]
    return path + b"?" + b"&".join(kept) if kept else path


def anonymous(headers: Headers) -> Headers:
    """Headers without a key."""
    return tuple(pair for pair in headers if pair[0].lower() != "authorization")


def _with_segments(path: bytes, template: str, values: Mapping[bytes, bytes]) -> bytes:
    """A path of the template, with the values of some variable segments replaced."""
    segments = [segment for segment in path.split(b"/") if segment]
    parts = parse_template(template)
    first = len(segments) - len(parts)  # a prefix such as /v1 stays
    for index, part in enumerate(parts, start=first):
        if part.kind != "literal" and part.text.encode() in values and first >= 0:
            segments[index] = values[part.text.encode()]
    return b"/" + b"/".join(segments)


def whole_list(target: bytes, route: Route | None, limit: bytes | None = None) -> bytes:
    """The target of a whole list of the legacy dialect. ``target``: that asks for a part. ``limit``: to ask with
    instead; None for none.
    """
    path, mark, query = target.partition(b"?")
    if route is None or route.legacy is None:
        return target
    top = top_rows(route)
    segments = [segment for segment in path.split(b"/") if segment]
    at = _end(segments, route.legacy.path)
    for name, value in (top.whole if top is not None else {}).items():
        _replaced(segments, route.legacy.path, name, value)
    kept = segments[:at]
    for index in range(at, len(segments), 2):
        pair = segments[index : index + 2]
        if pair[0] not in (b"limit", b"offset"):
            kept += pair
    if limit is not None:
        kept[at:at] = [b"limit", limit]
    return b"/" + b"/".join(kept) + mark + query


def _end(segments: Sequence[bytes], path: str) -> int:
    """Where the filters begin."""
    first = next((index for index, segment in enumerate(segments) if segment == b"v1"), 0) + 1
    if segments[first : first + 1] in ([b"json"], [b"xml"]):
        first += 1
    return first + len(parse_template(path))


def _replaced(segments: list[bytes], path: str, name: str, value: str) -> None:
    template = parse_template(path)
    first = _end(segments, path) - len(template)
    for index, part in enumerate(template):
        if part.kind != "literal" and part.text == name:
            segments[first + index] = value.encode()
