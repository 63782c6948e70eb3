"""Damage to the shape of a document: keys and rows that are lost, doubled, renamed, swapped, cut."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

from diffing.paths import generalise
from tests.functional.mutant import SCALARS, Answer, Damage, Mutant, Node
from tests.functional.mutant_values import other_value


def _key(name: str, change: Callable[[dict[str, object], str], None]) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        node = answer.some(lambda node: bool(node.way) and isinstance(node.way[-1], str))
        if node is None:
            return None
        key = str(node.way[-1])
        return answer.changed(name, node, lambda parent: change(parent, key), node.path)  # type: ignore[arg-type]  # a dict

    return name, make


def _rename(parent: dict[str, object], key: str) -> None:
    parent[f"{key}_"] = parent.pop(key)


def _drop(parent: dict[str, object], key: str) -> None:
    del parent[key]


def _add(parent: dict[str, object], key: str) -> None:
    parent[f"{key}_"] = parent[key]


def _rows(name: str, change: Callable[[list[object], int], None]) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        node = answer.some(lambda node: bool(node.way) and isinstance(node.way[-1], int))
        if node is None:
            return None
        index = int(node.way[-1])
        above = node.path.rpartition("[")[0]
        return answer.changed(name, node, lambda rows: change(rows, index), above)  # type: ignore[arg-type]  # a list

    return name, make


def _lose(rows: list[object], index: int) -> None:
    del rows[index]


def _double(rows: list[object], index: int) -> None:
    rows.insert(index, rows[index])


def _another(rows: list[object], index: int) -> None:
    row = rows[index]
    rows.append(
        {**row, "did": -1, "id": -1}
        if isinstance(row, dict)
        else other_value(row)
        if type(row) in SCALARS
        else None
    )


def _swapped(answer: Answer) -> Mutant | None:
    unordered = (
        {rows.at for rows in answer.asked.route.rows if not rows.ordered} if answer.asked.route else set()
    )

    def fits(node: Node) -> bool:
        if not isinstance(node.value, list) or generalise(node.path) in unordered:
            return False
        return any(json.dumps(a) != json.dumps(b) for a, b in pairwise(node.value))

    node = answer.some(fits)
    if node is None or not isinstance(node.value, list):
        return None
    rows = list(node.value)
    where = [i for i in range(len(rows) - 1) if json.dumps(rows[i]) != json.dumps(rows[i + 1])]
    index = answer.chance.choice(where)
    rows[index], rows[index + 1] = rows[index + 1], rows[index]
    return answer.with_value("swapped rows", node, rows)


def _cut_list(answer: Answer) -> Mutant | None:
    node = answer.some(lambda node: isinstance(node.value, list) and len(node.value) > 1)
    if node is None or not isinstance(node.value, list):
        return None
    return answer.with_value("cut list", node, node.value[: len(node.value) // 2])


SHAPES: tuple[tuple[str, Damage], ...] = (
    _key("renamed key", _rename),
    _key("lost key", _drop),
    _key("further key", _add),
    _rows("lost row", _lose),
    _rows("doubled row", _double),
    _rows("further row", _another),
    ("swapped rows", _swapped),
    ("cut list", _cut_list),
)
