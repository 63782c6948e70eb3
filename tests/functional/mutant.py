"""A damaged answer, and the right one that it is made of."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from diffing.decode import load_json
from diffing.model import Asked, Observation

SCALARS = (bool, int, float, str)


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a document, where it is, and how to get there."""

    path: str
    way: tuple[str | int, ...]
    value: object


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged answer. ``kind``: what was done to it. ``path``: where; a difference must be there, above or below."""

    kind: str
    path: str
    new: Observation


@dataclass(frozen=True, slots=True)
class Answer:
    """A right answer that is to be damaged."""

    asked: Asked
    new: Observation
    document: object
    nodes: tuple[Node, ...]
    chance: random.Random

    def some(self, fits: Callable[[Node], bool]) -> Node | None:
        """A node that fits, whichever."""
        fitting = [node for node in self.nodes if fits(node)]
        return self.chance.choice(fitting) if fitting else None

    def with_value(self, kind: str, node: Node, value: object) -> Mutant:
        """The answer with another value at a node."""
        if not node.way:
            return Mutant(kind, node.path, replace(self.new, body=json.dumps(value).encode()))

        def put(parent: object) -> None:
            parent[node.way[-1]] = value  # type: ignore[index]  # the way was read off the same document

        return self.changed(kind, node, put, node.path)

    def changed(self, kind: str, node: Node, change: Callable[[object], None], path: str) -> Mutant:
        """The answer after a change of the container of a node."""
        copy: object = load_json(json.dumps(self.document).encode())
        parent = copy
        for step in node.way[:-1]:
            parent = parent[step]  # type: ignore[index]  # likewise
        change(parent)
        return Mutant(kind, path, replace(self.new, body=json.dumps(copy).encode()))


Damage = Callable[[Answer], Mutant | None]


def nodes_of(value: object, path: str, way: tuple[str | int, ...]) -> Iterator[Node]:
    """Each value of a document, the outer ones first."""
    yield Node(path, way, value)
    if isinstance(value, dict):
        for key, element in value.items():
            yield from nodes_of(element, f"{path}.{key}", (*way, key))
    elif isinstance(value, list):
        for index, element in enumerate(value):
            yield from nodes_of(element, f"{path}[{index}]", (*way, index))
