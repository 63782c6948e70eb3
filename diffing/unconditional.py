"""Conditions that restrict nothing: a part of `when` that holds of whatever reaches the entry.

Each part is tried alone on requests, messages and documents of every kind that the entry's routes can see, and on those
of its own examples and near misses. A part that none of them fails says nothing, and hides how wide the entry is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, product
from typing import Any, Final

from config.routes import Route, RouteMap, gives_files
from config.templates import Segment, parse_template
from diffing.conditions import ALWAYS, ANYWHERE, ValueCondition
from diffing.lint import Finding, asked_of
from diffing.model import UNROUTED, Asked
from diffing.paths import MISSING
from diffing.registry import SHARED_FILES, Deviation, Example, Registry
from diffing.rules.shapes import Shape

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
ROLES: Final = ("none", "user", "readonly", "admin", "bad")
TEXTS: Final = (
    *(
        "",
        " ",
        "0",
        "1",
        "-1",
        "1.5",
        "12345678901234567890",
        "a",
        "A",
        "ab",
        "Array",
        "true",
        "a,b",
        "1,2",
        "a/b",
    ),
    *(
        "\0",
        "\t",
        "\n",
        "\r",
        "a\nb",
        "é",
        "\U0001f600",
        "<a>",
        "<a/>",
        "&",
        '"',
        "'",
        "\\",
        "{}",
        "[]",
        "x" * 300,
    ),
)
"""Texts of every kind; those that an expression names are tried beside them."""
NUMBERS: Final = (-1, 0, 1, 7, 10**12)
_WORD: Final = re.compile(r"\w+")
_CALLER: Final = "7"
_DEEPEST: Final = 6
_ABSENT: Final[tuple[object, ...]] = (MISSING, None, [], {}, ["a"], {"a": "a"}, *NUMBERS)


def unconditional(registry: Registry, routes: RouteMap) -> Iterator[Finding]:
    """Each part of a condition that restricts nothing.

    Args:
        registry: The entries, and the rules with the schemas of the answers.
    """
    for entry in registry.deviations:
        named = [route for route in routes if entry.names(route.name)]
        reached = [*named, *((None,) if entry.names(UNROUTED) else ())]
        if entry.when == ALWAYS or not reached:
            continue
        for part in _idle(entry, reached, registry):
            text = (
                f"when.{part} holds of whatever reaches it: leave it out, or say what it is meant to restrict"
            )
            yield Finding(entry.id, "unconditional", text)


def _idle(entry: Deviation, reached: Sequence[Route | None], registry: Registry) -> Iterator[str]:
    """The parts of an entry's condition that nothing fails, as they are written."""
    when = entry.when
    yield from _idle_facts(entry, reached)
    for name in when.lacks:
        if not any(name in _names(route) for route in reached):
            yield f"lacks: {name}"
    for table, patterns in (("parameters", when.parameters), ("any_parameter", when.any_parameter)):
        for name, pattern in (patterns or {}).items():
            own = tuple(_given(entry, name))
            texts = [text for route in reached for text in _texts(route, name, pattern.pattern, own)]
            if texts and all(pattern.fullmatch(text) for text in texts):
                yield f"{table}.{name}"
    if when.message is not None:
        messages = [str((one.request or {}).get("message", "")) for one in _shown(entry)]
        if all(map(when.message.search, (*_probes(when.message.pattern), *messages))):
            yield "message"
    for condition in when.value:
        own_documents = [one.document for one in _shown(entry) if one.document is not MISSING]
        if _holds_of_all((condition,), chain(_alone((condition,)), own_documents)):
            yield f"value at {condition.at}"
    for told in (*((one,) for one in when.shows), *((when.shows_any,) if when.shows_any else ())):
        if all(_holds_of_all(told, _documents(entry, route, told, registry)) for route in reached):
            yield f"shows at {', '.join(one.at for one in told)}"


def _shown(entry: Deviation) -> Iterator[Example]:
    yield from (*entry.examples, *entry.near_misses)


def _given(entry: Deviation, name: str) -> Iterator[str]:
    """The texts of a parameter in an entry's own examples and near misses."""
    for one in _shown(entry):
        if name in (parameters := asked_of(one).parameters):
            yield parameters[name]


def _idle_facts(entry: Deviation, reached: Sequence[Route | None]) -> Iterator[str]:
    """The parts about facts of a request that hold of every request of which the others hold."""
    given = [name for name in _FACTS if getattr(entry.when, name) != getattr(ALWAYS, name)]
    parts = {name: replace(ALWAYS, **{name: getattr(entry.when, name)}) for name in given}
    asked = [one for route in reached for one in _requests(entry, route, parts)] if parts else []
    for name, part in parts.items():
        others = [other for key, other in parts.items() if key != name]
        if all(
            part.why_not(one, None) is None
            for one in asked
            if all(other.why_not(one, None) is None for other in others)
        ):
            yield name


def _requests(entry: Deviation, route: Route | None, parts: Collection[str]) -> Iterator[Asked]:
    """Requests of a route, of every kind that parts of a condition tell apart."""
    always = dict.fromkeys(_fixed(route), "1")
    more = {**always, **dict.fromkeys(_names(route), "1"), "else": "1"}
    usual = Asked(route, "GET", always, known=route is not None, caller=_CALLER)
    writes = route is not None and route.writes
    kinds: Mapping[str, Iterable[Any]] = {
        "method": _methods(entry, usual),
        "parameters": (always, more),
        "role": ROLES,
        "format": ("json",) if gives_files(route) else ("json", "xml"),
        "rehearsed": (False, writes),
    }
    told = {_FACTS[name] for name in parts} & kinds.keys()
    for values in product(*(kinds[name] for name in sorted(told))):
        yield replace(usual, **dict(zip(sorted(told), values, strict=True)))


_FACTS: Final[Mapping[str, str]] = {
    "method": "method",
    "role": "role",
    "format": "format",
    "rehearsed": "rehearsed",
    "parameter": "parameters",
    "only": "parameters",
    "method_known": "method",
    "known": "route",
    "writes": "route",
}
"""The parts of a condition that are about facts of a request, each with the fact."""


def _methods(entry: Deviation, usual: Asked) -> Iterable[str]:
    """The methods with which a request can come to an entry: what its route does not have is refused before."""
    if entry.source in SHARED_FILES:
        return METHODS
    had = replace(ALWAYS, method_known=True)
    return [one for one in METHODS if had.why_not(replace(usual, method=one), None) is None]


def _fixed(route: Route | None) -> frozenset[str]:
    """The parameters that every request of a route has: the segments of all its paths."""
    paths = [] if route is None or route.legacy is None else [route.legacy.path, *route.legacy.aliases]
    return frozenset.intersection(*(frozenset(_segments(path)) for path in paths)) if paths else frozenset()


def _names(route: Route | None) -> frozenset[str]:
    """The parameters that a request of a route can have, as far as the route map names them."""
    if route is None or route.legacy is None:
        return frozenset({"path"})
    legacy = route.legacy
    named = {name for path in (legacy.path, *legacy.aliases) for name in _segments(path)}
    named |= {*(legacy.filters or ()), *legacy.query, *legacy.form, *legacy.form_read, *legacy.needs}
    # A form has files, too, and of those that the map names the text is a parameter.
    files = {"form.fields", "form.files", *route.parameters} if route.writes else frozenset[str]()
    return frozenset(named | files | {f"{name}.text" for name in legacy.form})


def _segments(path: str) -> Mapping[str, Segment]:
    return {one.text: one for one in parse_template(path) if one.kind != "literal"}


def _texts(route: Route | None, name: str, expression: str, own: Sequence[str]) -> Iterator[str]:
    """The texts that a parameter of a route can have: a segment of the path holds no slash, and is never empty."""
    segments = {} if route is None or route.legacy is None else _segments(route.legacy.path)
    segment = segments.get(name)
    if segment is not None and segment.kind == "choice":
        yield from segment.choices
        return
    for text in (*_probes(expression), *own):
        if segment is None or segment.kind == "rest" or (text and "/" not in text):
            yield text


def _probes(expression: str) -> tuple[str, ...]:
    """Texts of every kind, and the words of an expression, which it may be there to except."""
    return (*TEXTS, *_WORD.findall(expression))


def _holds_of_all(told: Sequence[ValueCondition], documents: Iterable[object]) -> bool:
    names = {"caller": _CALLER}
    return all(any(one.holds(document, names) for one in told) for document in documents)


def _alone(told: Sequence[ValueCondition]) -> Iterator[object]:
    """Documents that hold one value, of every kind that a condition can tell apart."""
    for one in told:
        expressions = [part.pattern for part in (one.matches, one.not_matches) if part is not None]
        texts = _probes(expressions[0]) if expressions else TEXTS
        for value in (*texts, *(() if expressions else _ABSENT)):
            yield _at(one, value)


def _at(told: ValueCondition, value: object) -> object:
    for step in reversed(told.steps):
        value = [value] if step == "*" else {} if value is MISSING else {step: value}
    return [value] if told.at == ANYWHERE else value


def _documents(
    entry: Deviation, route: Route | None, told: Sequence[ValueCondition], registry: Registry
) -> Iterator[object]:
    """What the new side may answer where an entry expects something: a success has the schema of its operation."""
    rules = None if route is None else registry.rules(route.name)
    shape = None if rules is None else rules.shape
    success = entry.new is None or entry.new.status < 400
    own = [one.shown for one in _shown(entry) if one.shown is not MISSING]
    if shape is None or not success:
        yield from (*_alone(told), *own)
        return
    expressions = [
        part.pattern for one in told for part in (one.matches, one.not_matches) if part is not None
    ]
    for text in _probes(" ".join(expressions)):
        for whole in (True, False):
            yield filled(shape, text, 1, whole=whole)
    for number in NUMBERS:
        yield filled(shape, "a", number, whole=True)
    yield from own


def filled(shape: Shape, text: str, number: int, *, whole: bool, depth: int = 0) -> object:
    """A document of a schema.

    Args:
        text: What stands wherever a text may.
        number: What stands wherever a number must.
        whole: All keys are there and lists have an element; else as little as possible.
        depth: How deep it stands in a document.
    """
    deep = depth > _DEEPEST
    if shape.nullable and (not whole or deep):
        return None
    kinds = shape.objects or ((shape,) if shape.fields is not None else ())
    if kinds and not deep:
        one = kinds[len(text) % len(kinds)]
        return {
            name: filled(member, text, number, whole=whole, depth=depth + 1)
            for name, member in (one.fields or {}).items()
            if whole or name in one.required
        }
    if shape.items is not None:
        return [] if deep or not whole else [filled(shape.items, text, number, whole=True, depth=depth + 1)]
    if "string" in shape.scalars:
        allowed = sorted(shape.constants)
        return allowed[len(text) % len(allowed)] if allowed else text
    if "date-time" in shape.scalars:
        return "2024-01-01T00:00:00"
    if "integer" in shape.scalars:
        return number
    if "number" in shape.scalars:
        return number + 0.5
    return bool(number % 2) if "boolean" in shape.scalars else None
