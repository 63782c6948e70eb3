"""How the guide writes paths, links, sentences, and what stood before and stands now."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from config.routes import Route
from diffing.derivable import ruled
from diffing.paths import MISSING, Steps
from diffing.registry import Deviation, Example, Kind
from diffing.rules.book import RouteRules
from diffing.rules.shapes import Shape

PREFIX: Final = "/api/v1/json/"
_KIND: Final = re.compile(r":[^:}]*\}")
_IGNORED: Final = "/{ignored}"
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_BACKTICKS: Final = re.compile("`+")
_NO_ANCHOR: Final = re.compile(r"[^\w\- ]")
_DOCUMENTS: Final = (Kind.TRANSFORM, Kind.TOLERANCE)

_BROKEN: Final[Mapping[str, str]] = {
    "empty_200": "200 without a body",
    "empty_500": "500 without a body",
    "html_500": "500 with a page of HTML",
    "not_json": "200 with JSON that cannot be read",
    "not_xml": "200 with XML that cannot be read",
    "two_documents": "two documents in one body",
}
ROLES: Final[Mapping[str, str]] = {
    "none": "without a key",
    "user": "with a key",
    "readonly": "with a read-only key",
    "admin": "as administrator",
    "bad": "with a wrong key",
}


def legacy_path(route: Route) -> str:
    """The path that clients of the PHP API use, without the kinds of its segments."""
    path = _KIND.sub("}", route.legacy.path).removesuffix(_IGNORED) if route.legacy else ""
    return path if path.startswith("/") else PREFIX + path


def new_path(route: Route) -> str:
    """The path of the new API, without the kinds of its segments."""
    return _KIND.sub("}", route.new.path)


def heading(route: Route) -> str:
    """Method and path of the new API."""
    return f"{route.new.method} {new_path(route)}"


def anchor(title: str) -> str:
    """The anchor that Markdown gives a heading."""
    return _NO_ANCHOR.sub("", title.lower()).replace(" ", "-")


def link(route: Route, text: str) -> str:
    """A link to what is said about an endpoint."""
    return f"[{text}](#{anchor(heading(route))})"


class Once:
    """Leaves out the sentences that it has been given before."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, text: str) -> str:
        """The sentences of a text that are new, in their order."""
        fresh = [sentence for sentence in _SENTENCE.split(text.strip()) if sentence not in self._told]
        self._told.update(fresh)
        return " ".join(fresh)


def before_and_after(entry: Deviation, rules: RouteRules | None = None) -> tuple[str, str]:
    """What the first example of an entry says, as two texts that differ. ``rules``: those of the endpoint: what the
    entry makes has the types of the endpoint's schema.
    """
    example = entry.examples[0]
    if entry.kind in _DOCUMENTS:
        path, steps = _place(entry, None if rules is None else rules.shape)
        if entry.kind is Kind.TOLERANCE:
            path, steps = "$", ()  # of which an example shows whole documents
        after = example.new if rules is None else _pruned(ruled(rules, steps, example.new), example.new)
        at = "" if path == "$" else f"{path}: "
        return at + value(example.legacy), at + value(after)
    asked = ", ".join(_request(example))
    start = f"{asked}: " if asked else ""
    return start + answer(example.legacy), start + answer(example.new)


def _place(entry: Deviation, shape: Shape | None) -> tuple[str, Steps]:
    """The first of an entry's paths that the schema has; the first of all where it has none."""
    places = list(zip(entry.at, entry.steps, strict=True))
    return next((place for place in places if shape is not None and _has(shape, place[1])), places[0])


def _has(shape: Shape, steps: Steps) -> bool:
    if not steps:
        return True
    if steps[0] == "*":
        return shape.items is not None and _has(shape.items, steps[1:])
    kinds = [one.fields for one in (shape, *shape.objects) if one.fields is not None]
    return any(steps[0] in fields and _has(fields[steps[0]], steps[1:]) for fields in kinds)


def _pruned(document: object, like: object) -> object:
    """A document without the keys that the schema adds to the part of one that an example shows."""
    if isinstance(document, dict) and isinstance(like, dict):
        return {key: _pruned(document[key], one) for key, one in like.items() if key in document}
    if isinstance(document, list) and isinstance(like, list):
        return [_pruned(*pair) for pair in zip(document, like, strict=False)]
    return document


def code(text: str) -> str:
    """A text as code, whatever backticks it holds."""
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    return (
        f"{fence} {text} {fence}" if text.startswith("`") or text.endswith("`") else f"{fence}{text}{fence}"
    )


def value(document: object) -> str:
    """A part of a document, as JSON."""
    return "(absent)" if document is MISSING else json.dumps(document, ensure_ascii=False)


def answer(side: object) -> str:
    """An answer of which an example tells status, code and type; anything else is shown as a value."""
    if not isinstance(side, Mapping) or not side.keys() & {"status", "defect"}:
        return value(side)
    words = " ".join(str(side[key]) for key in ("status", "type") if key in side)
    words = _BROKEN.get(str(side.get("defect")), words)
    return f"{words}, code {side['code']}" if "code" in side else words


def _request(example: Example) -> Iterator[str]:
    """What an example says of the request."""
    request = example.request or {}
    if "method" in request:
        yield str(request["method"])
    if "role" in request:
        yield ROLES[str(request["role"])]
    parameters = request.get("parameters")
    if isinstance(parameters, Mapping):
        yield from (
            f"{name.removesuffix('.marks')}={json.dumps(text, ensure_ascii=False)[1:-1]}"
            for name, text in parameters.items()
        )
