"""The value that the legacy side wrote at a place of its normalised document."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from diffing.decode import decode
from diffing.model import Difference, Observation
from diffing.paths import identical

_STEP: Final = re.compile(r"\.([^.\[]+)|\[([^\[\]]*+)\]")
_OF_VALUES: Final = ("value", "type", "missing")
_MOST: Final = 50
_NODES: Final = 200_000
_LOOKS: Final = 500_000
"""So many nodes are looked at for all differences of an answer, once it is sorted by keys."""

Step = tuple[str | None, str | None]


def with_raw(differences: Iterable[Difference], legacy: Observation) -> tuple[Difference, ...]:
    """The differences, each with the raw value where it can be told.

    Args:
        differences: What was found.
        legacy: The answer of the legacy side.
    """
    found = tuple(differences)
    document: RawDocument | None = None
    made = []
    for difference in found[:_MOST]:
        raw: object = None
        if difference.path == "status":
            raw = legacy.status
        elif difference.path.startswith("$") and difference.what in _OF_VALUES:
            document = document or RawDocument(decode(legacy).document)
            raw = document.value(difference.path)
        made.append(replace(difference, raw=raw))
    return (*made, *found[_MOST:])


class RawDocument:
    """A decoded legacy document, in which places are looked for; each of its nodes is read once for all of them."""

    def __init__(self, document: object) -> None:
        self._document = document
        self._looks = _LOOKS
        self._lists: list[Sequence[object]] = []
        self._objects: list[dict[str, object]] = []
        self._holders: dict[str, list[object]] = defaultdict(list)
        self._columns: dict[str, dict[str, list[object]]] = {}
        for node in _all(document):
            if isinstance(node, dict):
                self._objects.append(node)
                for key in node:
                    self._holders[key].append(node)
            elif isinstance(node, list):
                self._lists.append(node)

    def value(self, path: str) -> object:
        """The one value whose place ends like a path; None where there is none, or another one too.

        Envelopes, which the normaliser takes off, may stand before the place and between its steps. Values whose key
        it renames are not found, nor is any once too much was looked at. ``path``: a path of the normalised document,
        with rows by their key: `$[did=61].format`.
        """
        steps = [(match[1], match[2]) for match in _STEP.finditer(path, 1)]
        if not steps or not isinstance(self._document, dict | list):
            return None
        values: list[object] = []
        for start, rest in self._starts(steps):
            for value in self._below(start, rest):
                if self._looks < 0 or (values and not identical(values[0], value)):
                    return None
                values.append(value)
        return values[0] if values and self._looks >= 0 else None

    def _starts(self, steps: Sequence[Step]) -> Iterator[tuple[object, Sequence[Step]]]:
        """Every node from which the steps may lead on, and the steps that are left."""
        key, row = steps[0]
        if key is not None:
            yield from ((node, steps) for node in self._holders.get(key, ()))
        elif row is not None and "=" in row:
            name, _, value = row.partition(",")[0].partition("=")
            for node in self._column(name).get(value, ()):
                if _is_row(node, row):
                    yield node, steps[1:]
        else:
            yield from ((node, steps) for node in self._lists)
            if row == "0":
                yield from ((node, steps) for node in self._objects)

    def _column(self, name: str) -> dict[str, list[object]]:
        """Objects by the text of one of their values."""
        if name not in self._columns:
            found: dict[str, list[object]] = defaultdict(list)
            for node in self._holders.get(name, ()):
                assert isinstance(node, dict)
                if not isinstance(node[name], dict | list):
                    found[str(node[name])].append(node)
            self._columns[name] = found
        return self._columns[name]

    def _below(self, node: object, steps: Sequence[Step]) -> Iterator[object]:
        self._looks -= 1
        if self._looks < 0 or not steps:
            yield node
            return
        (key, row), rest = steps[0], steps[1:]
        if key is not None:
            if isinstance(node, dict) and key in node:
                yield from self._below(node[key], rest)
            return
        # PHP shows a list of one as that one, and a list below a key of its own.
        rows = node if isinstance(node, list) else [node]
        if isinstance(node, dict) and len(node) == 1 and isinstance(only := next(iter(node.values())), list):
            rows = only
        if row is not None and row.isdecimal() and len(row) < 10:
            if int(row) < len(rows):
                yield from self._below(rows[int(row)], rest)
            return
        self._looks -= len(rows)
        for element in rows:
            if _is_row(element, row or ""):
                yield from self._below(element, rest)


def _all(document: object) -> Iterator[object]:
    """Every object and list of a document, the outer ones first; of a huge document the first ones."""
    waiting = [document]
    for node in waiting:
        if isinstance(node, dict | list):
            yield node
            if len(waiting) < _NODES:
                waiting.extend(node.values() if isinstance(node, dict) else node)


def _is_row(element: object, row: str) -> bool:
    if not isinstance(element, dict):
        return False
    columns = (column.partition("=") for column in row.split(","))
    return all(str(element.get(name)) == value for name, _, value in columns)
