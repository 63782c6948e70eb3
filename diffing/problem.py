"""Check the new side's problem document against what a registry entry promises of it.

Status, media type and code strictly; type and title by the table of problems; `detail` for the names and numbers that
it must hold; `errors[].type` and `.loc` against the declaration; never the wording (new-API contract, decision 6).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Final

from config.problems import ProblemType
from diffing.decode import Decoded
from diffing.headers import methods_differences, origin_differences
from diffing.model import Asked, Demand, Difference, Observation
from diffing.problem_errors import error_differences
from diffing.registry import NewSide

TYPE_BASE: Final = "https://openml.org/problems/"
NO_RESULTS: Final = "no-results"
"""The problem type of an empty list."""
MEDIA_TYPE: Final = "application/problem+json"
_PROBLEM: Final = frozenset({"type", "title", "status", "detail", "code", "errors"})

_UNPARSED: Final = "The document has no document element"
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
    """PHP's message and additional information, entities undone (legacy notes, data 4)."""
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
        legacy_error: The legacy error document, None when the legacy side answered something else.
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
    yield from error_differences(asked, expected.errors, document)


def _headers(status: int, asked: Asked, new: Observation) -> Iterator[Difference]:
    for demanded, name in ((401, "www-authenticate"), (405, "allow")):
        if status == demanded and not new.header(name):
            yield Difference(f"header.{name}", "missing", f"demanded with {status}", None)
            return
    if status == 405:
        yield from methods_differences(asked, new, "allow")
        allow = new.header("allow")
        if asked.method in [name.strip() for name in (allow or "").split(",")]:
            yield Difference("header.allow", "value", f"methods, not {asked.method}", allow)


def _detail(
    legacy_error: Mapping[str, object], expected: NewSide, document: Mapping[str, object]
) -> Iterator[Difference]:
    detail = document.get("detail")
    if not isinstance(detail, str) or not detail:
        yield Difference("$.detail", "missing", "a sentence", detail)
        return
    # Where a document is broken is told by the parser, each version of which counts columns differently.
    message = message_of(legacy_error)
    text = "" if _UNPARSED in message else message
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
