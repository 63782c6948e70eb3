"""Lint of the registry: do its examples hold, and do its entries behave on real exchanges?

Findings: `example` (an example is not explained), `near_miss` (a near miss is explained), `over_broad` (an entry
changed values unlike its examples), `stale` (no hit in many comparable exchanges), `dead` (always masked by an
earlier entry).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Final

from diffing.model import Asked
from diffing.paths import MISSING, identical
from diffing.registry import Deviation, Example, Kind, Registry
from diffing.tolerances import TOLERANCES
from diffing.transforms import TRANSFORMS

# A case that no recording has may still come; after 1,000 exchanges without it, its rate is below 0.3 % (rule of 3).
STALE_AFTER: Final = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one entry."""

    deviation: str
    kind: str
    text: str


def lint_examples(registry: Registry) -> Iterator[Finding]:
    """Run every example and near miss of every entry."""
    for deviation in registry.deviations:
        for number, example in enumerate(deviation.examples, 1):
            if not explains(deviation, example):
                yield Finding(
                    deviation.id,
                    "example",
                    f"example {number} is not explained: {example.legacy!r} -> {example.new!r}",
                )
        for number, miss in enumerate(deviation.near_misses, 1):
            if explains(deviation, miss):
                yield Finding(
                    deviation.id,
                    "near_miss",
                    f"near miss {number} is explained: {miss.legacy!r} -> {miss.new!r}",
                )


def explains(deviation: Deviation, example: Example) -> bool:
    """Whether the entry turns the example's legacy side into its new side."""
    if not _premise_holds(deviation, example):
        return False
    if deviation.kind is Kind.TRANSFORM:
        after = TRANSFORMS[deviation.transform or ""].apply(example.legacy, deviation.arguments or {})
        return identical(after, example.new) and not identical(after, example.legacy)
    if deviation.kind is Kind.TOLERANCE:
        before = example.legacy, example.new
        legacy, new = TOLERANCES[deviation.canonical or ""](
            deepcopy(example.legacy), deepcopy(example.new), deviation.steps, _asked(example)
        )
        return identical(legacy, new) and not identical(*before)
    return _answers_fit(deviation, example)


def _premise_holds(deviation: Deviation, example: Example) -> bool:
    if example.request is None and example.document is MISSING:
        return True
    message = str((example.request or {}).get("message", ""))
    return deviation.when.unmet_by(_asked(example), example.document, message) is None


def _asked(example: Example) -> Asked:
    request = example.request or {}
    parameters = request.get("parameters", {})
    return Asked(
        None,
        str(request.get("method", "GET")),
        {str(k): str(v) for k, v in parameters.items()} if isinstance(parameters, dict) else {},
        str(request.get("role", "none")),
        known=bool(request.get("known", True)),
    )


        rehearsed=bool(request.get("rehearsed", False)),
def _answers_fit(deviation: Deviation, example: Example) -> bool:
    legacy, new = example.legacy, example.new
    if (
        deviation.legacy is None
        or deviation.new is None
        or not isinstance(legacy, dict)
        or not isinstance(new, dict)
    ):
        return False
    code = legacy.get("code")
    if deviation.kind is Kind.LEGACY_DEFECT:
        if legacy.get("defect") not in deviation.legacy.defects:
            return False
    elif not deviation.legacy.fits(legacy.get("status"), code):
        return False
    expected = deviation.new.code
    if expected is None and deviation.new.status >= 400:
        expected = code
    wanted = {"status": deviation.new.status, "type": deviation.new.type, "code": expected or None}
    return all(new.get(name) == value for name, value in wanted.items())


@dataclass(slots=True)
class Usage:
    """What the entries did over many exchanges; hand `changed` and `chosen` to the comparing code as observers.

    Args:
        hits: Exchanges per entry id and route.
        shapes: Per entry, the shapes of the values that it changed.
        masked: How often an entry would have applied but for an earlier one.
        comparable: Compared exchanges per route.
    """

    hits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    shapes: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    masked: Counter[str] = field(default_factory=Counter)
    comparable: Counter[str] = field(default_factory=Counter)

    def changed(self, deviation: str, before: object, after: object) -> None:
        """A transform changed a value."""
        self.shapes[deviation][shape(before), shape(after)] += 1

    def passed_over(self, deviation: str) -> None:
        """An entry would have applied, had an earlier one not been there."""
        self.masked[deviation] += 1

    def compared(self, route: str, deviations: tuple[str, ...]) -> None:
        """An exchange got a verdict that says something of these entries."""
        self.comparable[route] += 1
        for deviation in deviations:
            self.hits[deviation][route] += 1


def lint_usage(registry: Registry, usage: Usage, stale_after: int = STALE_AFTER) -> Iterator[Finding]:
    """What real exchanges say of the entries.

    Args:
        registry: The entries.
        usage: What they did.
        stale_after: An entry without a hit is stale once its routes had so many comparable exchanges.
    """
    for deviation in registry.deviations:
        if not usage.hits.get(deviation.id):
            seen = sum(count for route, count in usage.comparable.items() if deviation.names(route))
            if usage.masked[deviation.id]:
                text = f"masked by an earlier entry in all {usage.masked[deviation.id]} exchanges"
                yield Finding(deviation.id, "dead", text)
            elif seen >= stale_after:
                yield Finding(deviation.id, "stale", f"no hit in {seen} comparable exchanges of its routes")
        if deviation.kind is Kind.TRANSFORM:
            known = {(shape(example.legacy), shape(example.new)) for example in deviation.examples}
            for (before, after), count in usage.shapes.get(deviation.id, Counter()).items():
                if (before, after) not in known:
                    text = f"changed {count} values from {before} to {after}; no example is like that"
                    yield Finding(deviation.id, "over_broad", text)


_SHAPES: Final[Mapping[type, str]] = {bool: "boolean", int: "integer", float: "float"}


def shape(value: object) -> str:
    """A value's shape in words: what an entry's examples must show of the values that it changes."""
    if value is MISSING:
        return "absent"
    if value is None:
        return "null"
    if isinstance(value, str):
        return "text" if value else "empty text"
    if isinstance(value, list):
        kinds = sorted({shape(element) for element in value})
        return "list of " + " and ".join(kinds) if kinds else "empty list"
    return _SHAPES.get(type(value), "object")
