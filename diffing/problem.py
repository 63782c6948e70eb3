"""Check the new side's problem document against what a registry entry promises of it.

Source: new-api.md decision 6: status, media type and code strictly; type and title by the table of problems; `detail`
for the names and numbers that it must hold; `errors[].type` and `.loc` against the declaration; never the wording.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final

from config.problems import ProblemType
from diffing.decode import Decoded
from diffing.headers import origin_differences
from diffing.model import Asked, Demand, Difference, Observation
from diffing.registry import NewSide

TYPE_BASE: Final = "https://openml.org/problems/"
NO_RESULTS: Final = "no-results"
"""The problem type of an empty list."""
MEDIA_TYPE: Final = "application/problem+json"
_PROBLEM: Final = frozenset({"type", "title", "status", "detail", "code", "errors"})
_MEMBERS: Final = frozenset({"type", "loc", "msg", "input"})
_PLACES: Final = frozenset({"path", "query", "body", "header"})
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_WHOLE_BODY: Final = frozenset({"form_invalid"})
"""Errors of a body that cannot be read as a whole: no parameter is at fault."""

_UNPARSED = re.compile(r".*The document has no document element.*", re.DOTALL)
_NUMBER = re.compile(r"\b\d+\b")
# PHP's texts that name what is wrong; the detail of the new side's problem must hold each of the names.
_NAMES: Final = tuple(
    re.compile(expression)
    for expression in (
        r"illegal filter(?:\(s\))?: (.*)$",
        r"(?:illegal values|Filter): (.*)$",
        r"acceptable inputs: \[((?s:.*))\]$",
        r"problematic input(?:\(s\))?: ((?s:.*?))(?:; should be of type: .*|, dataset not active.*)?$",
        r"Illegal qualities: (.*)$",
        r"Name: (.*), flow id",
        r"Measure\(s\): (.*)$",
        r"[Qq]uality: (\S*)\. Legal",
        r"id=.*; (?:description|tag)=((?s:.*))$",
        r"(Arff error in dataset (?:file|url): .*?) ?\(l\.",
        r"(?:file \x22|error in )([^\x22 ]+)",
        r"feature: ([^,]*)",
        r"Got: (.*)$",
    )
)
# What PHP's dispatcher says of a path that it does not know repeats the path.
_UNNAMED: Final = re.compile(r"Function not valid.*")


def message_of(error: Mapping[str, object]) -> str:
    """PHP's message and additional information, entities undone (common-data.md section 4)."""
    parts = (error.get("message"), error.get("additional_information"))
    return html.unescape(" ".join(part for part in parts if isinstance(part, str)))


def code_of(expected: NewSide, legacy_error: Mapping[str, object] | None) -> object:
    """The code that the new answer must have: the entry's own, or that of the legacy error."""
    return (legacy_error or {}).get("code") if expected.code is None else expected.code or None


def demand(expected: NewSide, legacy_error: Mapping[str, object] | None = None) -> Demand:
    """What an entry's new side comes to for one legacy answer."""
    code = code_of(expected, legacy_error)
    return Demand(expected.status, expected.type, None if code is None else str(code))


def problem_differences(
    asked: Asked,
    legacy_error: Mapping[str, object] | None,
    expected: NewSide,
    new: Observation,
    decoded: Decoded,
    problems: Mapping[str, ProblemType],
) -> Iterator[Difference]:
    """Where the new answer is not the problem that the entry promises.

    Args:
        asked: Facts of the request.
        legacy_error: The legacy error document, None when the legacy side answered something else.
        expected: The entry's new side.
        new: The new observation.
        decoded: Its body, decoded.
        problems: The table of problem types.
    """
    if new.status != expected.status:
        yield Difference("status", "status", expected.status, new.status)
    yield from _headers(expected.status, asked, new)
    if decoded.media_type != MEDIA_TYPE:
        yield Difference("header.content-type", "value", MEDIA_TYPE, decoded.media_type)
    yield from origin_differences(new)
    if asked.method == "HEAD":
        if new.body:
            yield Difference("$", "extra", None, f"{len(new.body)} bytes")
        return
    document = decoded.document
    if not isinstance(document, dict):
        yield Difference("$", "type", "a problem document", document)
        return
    for name in sorted(document.keys() - _PROBLEM):
        yield Difference(f"$.{name}", "extra", None, document[name])
    slug = expected.type or ""
    members: dict[str, object] = {"type": TYPE_BASE + slug, "status": expected.status}
    if slug in problems:
        members["title"] = problems[slug].title
    code = code_of(expected, legacy_error)
    for name, value in members.items():
        if document.get(name) != value or type(document.get(name)) is not type(value):
            yield Difference(f"$.{name}", "value", value, document.get(name))
    if document.get("code") != code:
        yield Difference("$.code", "code", code, document.get("code"))
    yield from _detail(legacy_error or {}, expected, document)
    yield from _errors(asked, expected, document)


def _headers(status: int, asked: Asked, new: Observation) -> Iterator[Difference]:
    for demanded, name in ((401, "www-authenticate"), (405, "allow")):
        if status == demanded and not new.header(name):
            yield Difference(f"header.{name}", "missing", f"demanded with {status}", None)
    allowed = [name.strip() for name in (new.header("allow") or "").split(",")]
    if status == 405 and (asked.method in allowed or not all(name in _METHODS for name in allowed)):
        yield Difference("header.allow", "value", f"methods, not {asked.method}", new.header("allow"))


def _detail(
    legacy_error: Mapping[str, object], expected: NewSide, document: Mapping[str, object]
) -> Iterator[Difference]:
    detail = document.get("detail")
    if not isinstance(detail, str) or not detail:
        yield Difference("$.detail", "missing", "a sentence", detail)
        return
    # Where a document is broken is told by the parser, each version of which counts columns differently.
    text = _UNPARSED.sub("", message_of(legacy_error))
    # An entry with a code of its own is about another mistake than PHP's message, and need not name its numbers.
    wanted: list[str] = []
    if expected.code in (None, legacy_error.get("code")):
        told = _UNNAMED.sub("", text)
        wanted = _NUMBER.findall(expected.unnamed.sub("", told) if expected.unnamed else told)
        wanted += _names(text)
    for name in wanted:
        if name not in detail:
            yield Difference("$.detail", "value", f"a text that names {name!r}", detail)


def _names(text: str) -> list[str]:
    """What PHP's text says is wrong, by the first expression that knows the text."""
    found = next((found for names in _NAMES if (found := names.search(text))), None)
    return [name.strip() for name in found[1].split(",")] if found else []


def _errors(asked: Asked, expected: NewSide, document: Mapping[str, object]) -> Iterator[Difference]:
    errors = document.get("errors")
    if not expected.errors:
        if errors is not None:
            yield Difference("$.errors", "extra", None, errors)
        return
    if not isinstance(errors, list) or not errors:
        yield Difference("$.errors", "missing", "a list of what is wrong", errors)
        return
    names = _parameter_names(asked)
    for index, error in enumerate(errors):
        if not isinstance(error, dict) or not _MEMBERS <= error.keys() <= _MEMBERS | {"ctx"}:
            yield Difference(f"$.errors[{index}]", "value", "type, loc, msg, input and perhaps ctx", error)
            continue
        kind = error["type"]
        if not isinstance(kind, str) or kind not in expected.errors:
            yield Difference(f"$.errors[{index}].type", "value", " or ".join(sorted(expected.errors)), kind)
        loc = error["loc"]
        if isinstance(kind, str) and kind in _WHOLE_BODY:
            if loc != ["body"]:
                yield Difference(f"$.errors[{index}].loc", "value", ["body"], loc)
        elif (
            not isinstance(loc, list)
            or len(loc) < 2
            or str(loc[0]) not in _PLACES
            or str(loc[1]) not in names
        ):
            yield Difference(f"$.errors[{index}].loc", "value", "a place and a parameter of the request", loc)


def _parameter_names(asked: Asked) -> set[str]:
    names = set(asked.parameters)
    if asked.route is not None:
        names |= {place.partition(".")[2] for place in asked.route.parameters.values()}
        names |= set(asked.route.parameters)
        names |= set(re.findall(r"\{([a-z_]+)", asked.route.new.path))
        if asked.route.legacy is not None:
            names |= {
                *(asked.route.legacy.filters or ()),
                *asked.route.legacy.query,
                *asked.route.legacy.form,
            }
    return names
