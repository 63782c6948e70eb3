"""Entries that contradict each other by what they themselves say, before any exchange shows it.

Three contradictions: an example of one is a near miss of another that applies to the same requests; a later entry's
example is claimed by an earlier one that expects something else and is not the narrower; two transforms of one place
whose order decides what becomes of an example.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from diffing.conditions import Condition
from diffing.lint import Finding, asked_of
from diffing.model import UNROUTED
from diffing.overlaps import Claim, shared
from diffing.paths import MISSING, identical
from diffing.registry import DOCUMENTED, Deviation, Example, Kind, Registry
from diffing.specificity import same_expectation, stands_first

_ANSWERS = (Kind.STATUS, Kind.REFUSAL, Kind.ACCEPTS)


def lint_conflicts(registry: Registry, routes: Iterable[str]) -> Iterator[Finding]:
    """Pairs of entries that contradict each other. ``routes``: names of all routes; entries that share none cannot
    contradict each other.
    """
    names = tuple(routes)
    about = {
        entry.id: frozenset(name for name in names if entry.names(name) and _can_be_known(entry, name))
        for entry in registry.deviations
    }
    for first, later in combinations(registry.deviations, 2):
        if about[first.id].isdisjoint(about[later.id]) or _group(first) != _group(later):
            continue
        text = _contradiction(first, later)
        if text is not None:
            yield Finding(first.id, "conflicting", text)


def _can_be_known(entry: Deviation, route: str) -> bool:
    """Whether what an entry says of PHP's knowing the path can be so on a route."""
    return entry.when.known is None or entry.when.known == (route != UNROUTED)


def _group(entry: Deviation) -> Kind:
    return Kind.STATUS if entry.kind in _ANSWERS else entry.kind


def _contradiction(first: Deviation, later: Deviation) -> str | None:
    alike = first.when == later.when and first.premise == later.premise
    if alike and (first.legacy is not None or _one_place(first, later)):
        for one, other in ((first, later), (later, first)):
            for example in one.examples:
                if any(_same(example, miss) for miss in other.near_misses):
                    return f"an example of {one.id} is a near miss of {other.id}: {example.legacy!r} -> {example.new!r}"
    if first.kind is Kind.TRANSFORM:
        return _order_decides(first, later)
    if first.legacy is None or same_expectation(first, later) or stands_first(first, later):
        return None
    if later.premise is not None or _needs_route(later.when):
        return None
    claimed = next((example for example in later.examples if _claims(first, example)), None)
    if claimed is None:
        return None
    return f"claims the example of {later.id}, which stands behind it and is the narrower: {claimed.legacy!r}"


def _one_place(first: Deviation, later: Deviation) -> bool:
    return not set(first.steps).isdisjoint(later.steps)


def _order_decides(first: Deviation, later: Deviation) -> str | None:
    if first.when != later.when or not _one_place(first, later):
        return None
    values = [example.legacy for entry in (first, later) for example in entry.examples]
    for overlap in shared(first, later):
        for value in values:
            if overlap.judge(value) is Claim.CONFLICT:
                return (
                    f"and {later.id} both claim {value!r} at one place; which stands first decides what it is"
                )
    return None


def _same(example: Example, miss: Example) -> bool:
    return (
        identical(example.legacy, miss.legacy)
        and identical(example.new, miss.new)
        and (example.request or {}) == (miss.request or {})
        and (example.document is MISSING) == (miss.document is MISSING)
    )


def _claims(entry: Deviation, example: Example) -> bool:
    """Whether an entry would apply to the legacy side of an example; what an example cannot show is not claimed."""
    legacy, when = example.legacy, entry.when
    if not isinstance(legacy, dict) or entry.legacy is None:
        return False
    if _needs_route(when):
        return False
    if "defect" in legacy:
        if {legacy["defect"], DOCUMENTED}.isdisjoint(entry.legacy.defects):
            return False
    elif not entry.legacy.fits(legacy.get("status"), legacy.get("code")):
        return False
    message = str((example.request or {}).get("message", ""))
    return when.why_not(asked_of(example), example.document, message) is None


def _needs_route(when: Condition) -> bool:
    """Whether it depends on the route, which an example does not tell."""
    return when.method_known is not None or when.writes is not None
