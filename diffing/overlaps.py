"""Two transforms that claim one legacy value: does it matter which comes first, and is the later one ever needed?

Entries form a pipeline: each works on what the ones before left, and most of those that share a path build on each
other (a list is made, then its elements are cut). A *claim* is narrower: both would change the value as it stands.
Then the order must not matter, unless the first one takes an envelope off, which says nothing of what is in it, or
says `before = ["id of the later"]`. Where both make the same of the value, the later one is masked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from diffing.conditions import Condition
from diffing.model import Asked
from diffing.paths import Steps, identical, parse, values
from diffing.registry import Deviation, Kind, Registry
from diffing.specificity import covers
from diffing.transforms import TRANSFORMS

EVERY_LEVEL: Final = "every_level"
ENVELOPES: Final = frozenset({"unwrap", "pluck", "items", "rename"})
Function = Callable[[object], object]


class Claim(StrEnum):
    """What comes of two claims to one value."""

    MASKED = "masked"
    """Both make the same of it."""
    CONFLICT = "conflict"
    """Which one comes first decides what becomes of it."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """A place that two transforms share.

    Args:
        later: Id of the entry that applies later.
        one: What the first entry does to a value there.
        other: What the later one does.
        ordered: The first one is meant to come first.
        covered: The first one applies wherever the later one does.
    """

    later: str
    when: Condition
    at: Steps
    one: Function
    other: Function
    ordered: bool
    covered: bool

    def judge(self, value: object) -> Claim | None:
        """What comes of both on a value of the place; None when they do not both claim it, or do not mind."""
        first = self.one(deepcopy(value))
        if identical(first, value):
            return None
        later = self.other(deepcopy(value))
        if identical(later, value):
            return None
        if identical(first, later):
            return Claim.MASKED if self.covered else None
        if self.ordered or identical(self.other(first), self.one(later)):
            return None
        return Claim.CONFLICT


def shared(first: Deviation, later: Deviation) -> Iterator[Overlap]:
    """The places that two transforms share."""
    ordered = later.id in first.before or _inner(first) in ENVELOPES
    covered = covers(first, later)
    there = dict(_places(later))
    for at, one in _places(first):
        if at in there:
            yield Overlap(later.id, later.when, at, one, there[at], ordered, covered)


class Overlaps:
    """The shared places of a registry, and who claims what there."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._of_route = cache(self._overlaps)

    def claims(self, entry: Deviation, document: object, asked: Asked) -> Iterator[tuple[Claim, str, str]]:
        """Where a transform and later ones claim one value of a legacy document as it stands. Yields what comes of it,
        the id of the entry and that of the later one; each pair once.

        ``entry``: the transform that is about to be carried out. ``document``: the legacy document after all earlier
        ones; it is not changed.
        """
        for overlap in self._of_route(asked.route_name).get(entry.id, ()):
            if overlap.when.why_not(asked, document) is None:
                found = {overlap.judge(value) for value in values(document, overlap.at)}
                for claim in found:
                    if claim is not None:
                        yield claim, entry.id, overlap.later

    def _overlaps(self, route: str) -> dict[str, list[Overlap]]:
        entries = [entry for entry in self._registry.of_route(route) if entry.kind is Kind.TRANSFORM]
        found: dict[str, list[Overlap]] = defaultdict(list)
        for index, first in enumerate(entries):
            for later in entries[index + 1 :]:
                found[first.id].extend(shared(first, later))
        return found


def _places(entry: Deviation) -> Iterator[tuple[Steps, Function]]:
    """Where an entry changes something and how; of one that works at every level the first level stands for all."""
    arguments, name = entry.arguments or {}, _inner(entry)

    def function(value: object) -> object:
        return TRANSFORMS[name].apply(value, arguments)

    for steps in entry.steps:
        if entry.transform == EVERY_LEVEL:
            at = arguments["at"]
            for inner in at if isinstance(at, list) else [at]:
                yield (*steps, *parse(str(inner))), function
        else:
            yield steps, function


def _inner(entry: Deviation) -> str:
    """The name of the transform that changes values."""
    name = entry.transform or ""
    return str((entry.arguments or {})["transform"]) if name == EVERY_LEVEL else name
