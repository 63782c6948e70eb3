"""A request as PHP reads it: key, query and form (legacy notes, data 1.3, 2 and 3.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.types import Receive, Scope

from backend.input.request_input import FORM_TYPES, KEY, ArrayField, RequestInput, read_input
from config.dispatch import LegacyMatch
from config.php.requests import ARRAY, field_name, is_array, parse_form
from config.routes import Route


@dataclass(frozen=True, slots=True)
class LegacyInput:
    """What a request brings.

    Args:
        query: The fields of the query.
        form: The fields of the form, the last one of each name.
        files: Its files; PHP keeps them apart, so that both can have one name.
    """

    query: Mapping[str, str]
    form: Mapping[str, str]
    files: Mapping[str, UploadFile]

    def key(self) -> str | None:
        """The key of the caller: of the query, else of the form; None for none, an empty one and ``0``."""
        key = self.query[KEY] if KEY in self.query else self.form.get(KEY)
        return None if key in (None, "", "0") else key


async def read_legacy_input(
    scope: Scope, receive: Receive, query: str, body_limit: int
) -> tuple[RequestInput, LegacyInput]:
    """Read a request. Returns the form as it came, whose files the caller closes, and what PHP reads. Only a form, and
    only of a POST, is read. Raises Problem: a form that is too large, or cannot be read.

    Args:
        receive: Gives its body.
        query: Its query string.
        body_limit: Bytes that a form may have.
    """
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    raw = RequestInput()
    if scope["method"] == "POST" and kind in FORM_TYPES:
        _, raw = await read_input({**scope, "query_string": b""}, receive, body_limit, first_only=True)
    fields: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    for name, value in raw.form.multi_items():
        if isinstance(value, str):
            fields[field_name(name)] = ArrayField(ARRAY) if is_array(name) else value
        else:
            files[name] = value
    return raw, LegacyInput(parse_form(query), fields, files)


def for_operation(
    match: LegacyMatch, filters: Mapping[str, str], received: LegacyInput
) -> tuple[Mapping[str, str], RequestInput]:
    """What PHP reads of a request, by the names and at the places of the operation's parameters. ``match``: the route.
    ``filters``: of the path. Returns the segments of the path, and query and form.
    """
    route, legacy = match.route, match.route.legacy
    assert legacy is not None
    query = dict(filters)
    segments: dict[str, str] = {}
    form: list[tuple[str, str | UploadFile]] = []
    for name, value in match.values.items():
        place, moved = _place(route, name, "path")
        if place == "body":
            form.append((moved, value))
        else:
            segments[moved] = value
    for name in legacy.query:
        asked = received.query.get(name, received.form.get(name))
        if asked is not None:
            query[name] = asked
    read = (*legacy.form, *legacy.form_read)
    form += [(_place(route, name, "body")[1], received.form[name]) for name in read if name in received.form]
    elsewhere = {*legacy.query, *match.values, KEY} - {*read}
    # PHP stores files in the order in which they come.
    form += [
        (_place(route, name, "body")[1] if name in read else name, file)
        for name, file in received.files.items()
        if name not in elsewhere
    ]
    pairs = [(_place(route, name, "query")[1], value) for name, value in query.items()]
    return segments, RequestInput(pairs, FormData(form))


def _place(route: Route, name: str, usual: str) -> tuple[str, str]:
    """Where a legacy parameter goes, and how it is called there."""
    place, _, moved = route.parameters.get(name, f"{usual}.{name}").partition(".")
    return place, moved
