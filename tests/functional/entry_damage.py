"""Damage to a recorded exchange that an entry or a rule explains, aimed at what that entry says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Final

from diffing.decode import decode
from diffing.model import Asked, FollowUp, Observation
from diffing.premises import Premise
from diffing.registry import Deviation, Kind
from tests.functional.mutant import nodes_of
from tests.functional.selection import Selected

_PROBLEM: Final = (("Content-Type", "application/problem+json"),)
_JSON: Final = (("Content-Type", "application/json"),)


def other_status(one: Selected) -> Selected:
    """The new side answers with another status."""
    wrong = 418 if one.new.status != 418 else 404
    return replace(one, new=replace(one.new, status=wrong))


def other_values(one: Selected, covered: Iterator[tuple[str | int, ...]] | None = None) -> Iterator[Selected]:
    """The new side answers another value, one place after another. ``one``: the exchange. ``covered``: the ways to
    what the entry made; None for every place.
    """
    document = decode(one.new).document
    if one.new.body and (document is None or isinstance(document, bytes)):
        yield replace(one, new=replace(one.new, body=one.new.body + b"x"))
        return
    if not one.new.body:
        yield from _other_headers(one)
        return
    for way in covered if covered is not None else (node.way for node in nodes_of(document, "$", ())):
        for damaged in (_with(document, way, _other), _with(document, way, _retyped)):
            if damaged is not None:
                yield replace(one, new=replace(one.new, body=json.dumps(damaged).encode()))


def brought_back(one: Selected, entry: Deviation) -> Iterator[Selected]:
    """The new side answers a key that an entry drops."""
    document = decode(one.new).document
    for steps in entry.steps:
        *way, key = steps
        for node in nodes_of(document, "$", ()):
            if isinstance(node.value, dict) and len(node.way) == len(way):
                copy = _with_value(document, (*node.way, key), "x")
                yield replace(one, new=replace(one.new, body=json.dumps(copy).encode()))


def _other_headers(one: Selected) -> Iterator[Selected]:
    for name in {name for name, _ in one.new.headers}:
        kept = tuple(pair for pair in one.new.headers if pair[0] != name)
        yield replace(one, new=replace(one.new, headers=kept))


def _with(document: object, way: tuple[str | int, ...], other: Callable[[object], object]) -> object | None:
    """The document with another value at the end of a way; None where there is no such way."""
    copy = deepcopy(document)
    if not way:
        return other(copy)
    parent = copy
    try:
        for step in way[:-1]:
            parent = parent[step]  # type: ignore[index]  # the way may lead nowhere, which is caught
        parent[way[-1]] = other(parent[way[-1]])  # type: ignore[index]  # likewise
    except (KeyError, IndexError, TypeError):
        return None
    return copy


def _retyped(value: object) -> object:
    """A value of another type."""
    return [value] if isinstance(value, str | int | float | None) else "x"


def _other(value: object) -> object:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return f"{value}x"
        case list():
            return [*value, "x"]
        case dict():
            return {**value, "x": "x"}
    return "x"


def covered(entry: Deviation, document: object) -> Iterator[tuple[str | int, ...]]:
    """The ways into a new document to the places that an entry is about: what its last keys name."""
    keys = {steps[-1] for steps in entry.steps if steps and steps[-1] != "*"}
    arguments = entry.arguments or {}
    keys |= {str(arguments[name]) for name in ("to", "key") if name in arguments}
    if isinstance(arguments.get("at"), str):
        keys.add(str(arguments["at"]).rpartition(".")[2])
    for node in nodes_of(document, "$", ()):
        if not keys or keys == {"$"} or keys & {str(step) for step in node.way}:
            yield node.way


def other_premises(one: Selected, entry: Deviation) -> Iterator[Selected]:
    """The new side's further answers, or the caller, are other ones, so that the premise does not hold."""
    asked = {
        further: answer
        for further, answer in one.answers.items()
        if further[1] is not None or further[0] is FollowUp.STRANGER
    }
    for answer in (
        Observation(200, _JSON, b'{"visible": true}'),
        Observation(404, _PROBLEM, b'{"status": 404, "code": "0"}'),
        Observation(403, _PROBLEM, b'{"status": 403, "code": "0"}'),
        one.new,
    ):
        yield replace(one, answers={**one.answers, **dict.fromkeys(asked, answer)})
    for way, there in _looks(entry.premise):
        yield replace(one, answers={**one.answers, **{key: _held(way, one, there) for key in asked}})
    everything = b" ".join(answer.body for answer in asked.values()).decode("utf-8", "replace")
    for number in dict.fromkeys(re.findall(r"\d+", everything)):
        yield replace(one, asked=replace(one.asked, caller=number))


def _looks(premise: Premise | None) -> Iterator[tuple[str, bool]]:
    while premise is not None:
        yield from ((one.at, True) for one in premise.hides)
        yield from ((one.at, False) for one in premise.shows)
        premise = premise.then


def _held(at: str, one: Selected, there: bool) -> Observation:
    """An answer that shows the caller and the ids of the request at a place, or shows nothing there."""
    values = [one.asked.caller, *one.asked.parameters.values(), "task"] if there else []
    keys = [part for part in at.removeprefix("$[*]").split(".") if part not in ("$", "")]
    rows: list[object] = [_nested(keys, value) for value in values]
    document: object = rows if at.startswith("$[*]") else rows[-1] if rows else {}
    return Observation(200, _JSON, json.dumps(document).encode())


def _nested(keys: list[str], value: object) -> object:
    for key in reversed(keys):
        value = {key: value}
    return value


def other_conditions(one: Selected, entry: Deviation) -> Iterator[Selected]:
    """The request, PHP's answer or the new side's is another one, so that the condition does not hold."""
    when, asked = entry.when, one.asked
    names = {*(when.parameters or {}), *(when.any_parameter or {}), *when.broken_xml}
    for value in ("1", "a", "a1", "", "<a/>", "active"):
        changed = {name: value if name in names else text for name, text in asked.parameters.items()}
        yield replace(one, asked=replace(asked, parameters=changed))
    without = {name: text for name, text in asked.parameters.items() if name not in when.parameter}
    yield replace(one, asked=replace(asked, parameters=without))
    yield replace(
        one, asked=replace(asked, parameters={**asked.parameters, **dict.fromkeys(when.lacks, "1")})
    )
    for changes in _other_facts(asked):
        yield replace(one, asked=changes)
    if when.message is not None:
        body = re.sub(rb"\d{2,4}", b"1", one.legacy.body, count=1)
        yield replace(one, legacy=replace(one.legacy, body=body))
    document = decode(one.new).document
    if when.shows and one.new.body:
        for node in nodes_of(document, "$", ()):
            if isinstance(node.value, str | list):
                other = "x" if isinstance(node.value, str) else []
                changed_document = _with_value(document, node.way, other)
                yield replace(one, new=replace(one.new, body=json.dumps(changed_document).encode()))


def _other_facts(asked: Asked) -> Iterator[Asked]:
    for role in ("none", "user", "admin", "bad"):
        yield replace(asked, role=role)
    for method in ("GET", "POST", "DELETE", "PUT"):
        yield replace(asked, method=method)
    yield replace(asked, format="json" if asked.format == "xml" else "xml")
    yield replace(asked, known=not asked.known)
    yield replace(asked, rehearsed=not asked.rehearsed)


def _with_value(document: object, way: tuple[str | int, ...], value: object) -> object:
    copy = deepcopy(document)
    if not way:
        return value
    parent = copy
    for step in way[:-1]:
        parent = parent[step]  # type: ignore[index]  # the way was read off the same document
    parent[way[-1]] = value  # type: ignore[index]  # likewise
    return copy


def is_about_documents(entry: Deviation) -> bool:
    """Whether it says what becomes of a document, not which answer is expected."""
    return entry.kind in (Kind.TRANSFORM, Kind.TOLERANCE)
