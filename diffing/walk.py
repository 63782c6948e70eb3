"""Type-strict comparison of two documents, down to the places where they differ.

Lists whose rows have no specified order are paired by the key columns of the route map, as multisets: a lost or an
added duplicate is a difference. All other lists are compared in order. Nodes are counted and the count is bounded.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

import orjson

from config.routes import RowList
from diffing.model import Difference
from diffing.paths import generalise

MAX_DIFFERENCES: Final = 200
_LONGEST_NAME: Final = 200  # of a key in a path, which every path below it holds again
_ALIGNED_AT_MOST: Final = 400  # difflib is quadratic; longer ordered lists are compared index by index


class TooExpensive(Exception):
    """The budget of nodes is used up; the verdict is `too_expensive`, never silence."""


def canonical(value: object) -> bytes:
    """One byte string per document: keys sorted, types kept apart (1, 1.0, "1" and true differ)."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # integers beyond 64 bit, lone surrogates
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def walk(
    legacy: object, new: object, rows: Sequence[RowList], max_nodes: int = 2_000_000
) -> tuple[Difference, ...]:
    """All differences between the normalised legacy document and the new one, at most `MAX_DIFFERENCES`. Raises
    TooExpensive: more than `max_nodes` nodes had to be looked at.
    """
    walker = _Walker({entry.at: entry for entry in rows}, max_nodes)
    walker.compare("$", legacy, new)
    return tuple(walker.differences)


class _Walker:
    def __init__(self, rows: Mapping[str, RowList], max_nodes: int) -> None:
        self.rows = rows
        self.nodes_left = max_nodes
        self.differences: list[Difference] = []

    def compare(self, path: str, legacy: object, new: object) -> None:
        self.nodes_left -= 1
        if self.nodes_left < 0:
            raise TooExpensive
        if len(self.differences) >= MAX_DIFFERENCES:
            return
        if type(legacy) is not type(new):
            self._add(path, "type", legacy, new)
        elif isinstance(legacy, dict) and isinstance(new, dict):
            self._objects(path, legacy, new)
        elif isinstance(legacy, list) and isinstance(new, list):
            self._lists(path, legacy, new)
        elif isinstance(legacy, float) and isinstance(new, float):
            if legacy.hex() != new.hex():
                self._add(path, "value", legacy, new)
        elif legacy != new:
            self._add(path, "value", legacy, new)

    def _add(self, path: str, what: str, legacy: object, new: object) -> None:
        if len(self.differences) < MAX_DIFFERENCES:
            self.differences.append(Difference(path, what, legacy, new))

    def _objects(self, path: str, legacy: dict[str, object], new: dict[str, object]) -> None:
        for key, value in legacy.items():
            below = f"{path}.{_named(key)}"
            if key in new:
                self.compare(below, value, new[key])
            else:
                self._add(below, "missing", value, None)
        for key, value in new.items():
            if key not in legacy:
                self._add(f"{path}.{_named(key)}", "extra", None, value)

    def _lists(self, path: str, legacy: list[object], new: list[object]) -> None:
        rows = self.rows.get(generalise(path)) if self.rows else None
        if rows is None:
            self._in_order(path, legacy, new)
        elif not rows.key:
            self._as_multiset(path, legacy, new)
        else:
            self._by_key(path, rows, legacy, new)

    def _in_order(self, path: str, legacy: list[object], new: list[object]) -> None:
        if len(legacy) == len(new):
            for index, (a, b) in enumerate(zip(legacy, new, strict=True)):
                self.compare(f"{path}[{index}]", a, b)
            return
        if max(len(legacy), len(new)) > _ALIGNED_AT_MOST:
            self._add(path, "length", len(legacy), len(new))
            return
        a, b = [canonical(value) for value in legacy], [canonical(value) for value in new]
        self.nodes_left -= len(a) + len(b)
        for tag, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            common = min(a1 - a0, b1 - b0)
            for offset in range(common):
                self.compare(f"{path}[{a0 + offset}]", legacy[a0 + offset], new[b0 + offset])
            for index in range(a0 + common, a1):
                self._add(f"{path}[{index}]", "missing", legacy[index], None)
            for index in range(b0 + common, b1):
                self._add(f"{path}[{index}]", "extra", None, new[index])

    def _as_multiset(self, path: str, legacy: list[object], new: list[object]) -> None:
        left, right = self._grouped(legacy), self._grouped(new)
        for form in [*left, *(form for form in right if form not in left)]:
            a, b = left.get(form, []), right.get(form, [])
            for index, value in a[len(b) :]:
                self._add(f"{path}[{index}]", "missing" if not b else "duplicate", value, None)
            for index, value in b[len(a) :]:
                self._add(f"{path}[{index}]", "extra" if not a else "duplicate", None, value)

    def _grouped(self, values: list[object]) -> dict[bytes, list[tuple[int, object]]]:
        groups: dict[bytes, list[tuple[int, object]]] = defaultdict(list)
        for index, value in enumerate(values):
            groups[canonical(value)].append((index, value))
        self.nodes_left -= len(values)
        return groups

    def _by_key(self, path: str, rows: RowList, legacy: list[object], new: list[object]) -> None:
        left = self._keyed(rows, legacy)
        right = _retyped(left, self._keyed(rows, new))
        if rows.ordered and list(left) != list(right) and left.keys() == right.keys():
            self._add(path, "order", [_shown(key) for key in left], [_shown(key) for key in right])
        for key in [*left, *(key for key in right if key not in left)]:
            name = ",".join(f"{column}={value}" for column, value in zip(rows.key, _shown(key), strict=True))
            row_path = f"{path}[{_named(name)}]"
            a, b = left.get(key, []), right.get(key, [])
            pairs, only_legacy, only_new = _paired(a, b)
            for one, other in pairs:
                self.compare(row_path, one, other)
            for value in only_legacy:
                self._add(row_path, "duplicate" if b else "missing", value, None)
            for value in only_new:
                self._add(row_path, "duplicate" if a else "extra", None, value)

    def _keyed(self, rows: RowList, values: list[object]) -> dict[bytes, list[object]]:
        groups: dict[bytes, list[object]] = defaultdict(list)
        for value in values:
            columns = [value.get(column) if isinstance(value, dict) else None for column in rows.key]
            groups[canonical(columns)].append(value)
        self.nodes_left -= len(values)
        return groups


def _retyped(left: Mapping[bytes, object], right: dict[bytes, list[object]]) -> dict[bytes, list[object]]:
    """The new rows; one whose key differs from that of a lonely legacy row in its type only stands under that key."""
    lonely = {_as_text(key): key for key in left if key not in right}
    if not lonely:
        return right
    return {key if key in left else lonely.pop(_as_text(key), key): rows for key, rows in right.items()}


def _as_text(key: bytes) -> tuple[str, ...]:
    """A key without the types of its columns: 1, 1.0 and "1" are one text, true is `true`."""
    columns = (
        int(value) if isinstance(value, float) and value.is_integer() else value for value in _shown(key)
    )
    return tuple(value if isinstance(value, str) else canonical(value).decode() for value in columns)


def _named(key: str) -> str:
    """A key as paths have it; of a long one its beginning and its length."""
    return key if len(key) <= _LONGEST_NAME else f"{key[:_LONGEST_NAME]}…({len(key)})"


def _shown(key: bytes) -> list[object]:
    columns = json.loads(key)
    return columns if isinstance(columns, list) else [columns]


def _paired(
    legacy: list[object], new: list[object]
) -> tuple[list[tuple[object, object]], list[object], list[object]]:
    """Rows of one key: pairs that differ, and what is left over on each side; equal rows are paired first."""
    if len(legacy) == len(new) == 1:
        return [(legacy[0], new[0])], [], []
    free: dict[bytes, list[object]] = defaultdict(list)
    for row in new:
        free[canonical(row)].append(row)
    lonely = []
    for row in legacy:
        same = free[canonical(row)]
        if same:
            same.pop()
        else:
            lonely.append(row)
    rest = [row for rows in free.values() for row in rows]
    common = min(len(lonely), len(rest))
    return list(zip(lonely, rest, strict=False)), lonely[common:], rest[common:]
