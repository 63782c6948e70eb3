"""The value that the legacy side wrote at a place of its normalised document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from diffing.decode import decode
from diffing.model import Difference, Observation
from diffing.paths import MISSING, identical

_STEP: Final = re.compile(r"\.([^.\[]+)|\[([^\[\]]*+)\]")
_OF_VALUES: Final = ("value", "type", "missing")
_MOST: Final = 50
_NODES: Final = 200_000


def with_raw(differences: Iterable[Difference], legacy: Observation) -> tuple[Difference, ...]:
    """The differences, each with the raw value where it can be told.

    Args:
        differences: What was found.
        legacy: The answer of the legacy side.
    """
    found = tuple(differences)
    document: object = MISSING
    made = []
    for difference in found[:_MOST]:
        raw: object = None
        if difference.path == "status":
            raw = legacy.status
        elif difference.path.startswith("$") and difference.what in _OF_VALUES:
            document = decode(legacy).document if document is MISSING else document
            raw = raw_value(document, difference.path)
        made.append(replace(difference, raw=raw))
    return (*made, *found[_MOST:])


def raw_value(document: object, path: str) -> object:
    """The one value of a raw document whose place ends like a path; None where there is none, or another one too.

    Envelopes, which the normaliser takes off, may stand before the place and between its steps. Values whose key it
    renames are not found.

    Args:
        document: The decoded legacy document.
        path: A path of the normalised document, with rows by their key: `$[did=61].format`.
    """
    steps = [(match[1], match[2]) for match in _STEP.finditer(path, 1)]
    if not steps or not isinstance(document, dict | list):
        return None
    values: list[object] = []
    for start in _all(document):
        for value in _below(start, steps):
            if values and not identical(values[0], value):
                return None
            values.append(value)
    return values[0] if values else None


def _all(document: object) -> Iterator[object]:
    """Every object and list of a document, the outer ones first; of a huge document the first ones."""
    waiting = [document]
    for node in waiting:
        if isinstance(node, dict | list):
            yield node
            if len(waiting) < _NODES:
                waiting.extend(node.values() if isinstance(node, dict) else node)


def _below(node: object, steps: list[tuple[str | None, str | None]]) -> Iterator[object]:
    if not steps:
        yield node
        return
    (key, row), rest = steps[0], steps[1:]
    if key is not None:
        if isinstance(node, dict) and key in node:
            yield from _below(node[key], rest)
        return
    # PHP shows a list of one as that one, and a list below a key of its own.
    rows = node if isinstance(node, list) else [node]
    if isinstance(node, dict) and len(node) == 1 and isinstance(only := next(iter(node.values())), list):
        rows = only
    for index, element in enumerate(rows):
        if _is_row(element, index, row or ""):
            yield from _below(element, rest)


def _is_row(element: object, index: int, row: str) -> bool:
    if "=" not in row:
        return row == str(index)
    if not isinstance(element, dict):
        return False
    columns = (column.partition("=") for column in row.split(","))
    return all(str(element.get(name)) == value for name, _, value in columns)
