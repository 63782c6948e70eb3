"""Lint of the registry: do its examples hold, and do its entries behave on real exchanges?

Findings: `example` (an example is not explained), `near_miss` (a near miss is explained), `over_broad` (an entry
changed values unlike its examples), `stale` (no hit in many comparable exchanges), `dead` (always masked by an
earlier entry), `conflicting` (it and another claim one exchange and place, and expect different things).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

from diffing.further import ExchangeFacts, Further, Needed, Sources
from diffing.model import Asked, FollowUp, Observation
from diffing.paths import MISSING, identical
from diffing.registry import DOCUMENTED, Deviation, Example, Kind, Registry
from diffing.tolerances import TOLERANCES
from diffing.transforms import TRANSFORMS
from diffing.usage import STALE_AFTER, Usage, shape
from diffing.walk import canonical


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one entry."""

    deviation: str
    kind: str
    text: str

    @property
    def fails(self) -> bool:
        """Whether it is wrong; that an entry is stale is only told, what it is about may still come."""
        return self.kind != "stale"


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
        try:
            legacy, new = TOLERANCES[deviation.canonical or ""](
                deepcopy(example.legacy), deepcopy(example.new), deviation.steps, _exchange_of(example)
            )
        except Needed:
            return False  # the example does not say what it stands on
        return identical(legacy, new) and not identical(*before)
    return _answers_fit(deviation, example)


def _premise_holds(deviation: Deviation, example: Example) -> bool:
    if example.request is None and example.document is MISSING and example.shown is MISSING:
        return True
    message = str((example.request or {}).get("message", ""))
    return deviation.when.why_not(asked_of(example), example.document, message, example.shown) is None


def _exchange_of(example: Example) -> ExchangeFacts:
    found = example.stranger
    answer = Observation(404 if found is MISSING else 200, (("Content-Type", "application/json"),), b"{}")
    if found is not MISSING:
        answer = replace(answer, body=canonical(found))
    answers: dict[Further, Observation] = {(FollowUp.STRANGER, None): answer}
    for path, said in (example.said or {}).items():
        answers[FollowUp.PREMISE, path] = replace(answer, status=200, body=canonical(said))
    return ExchangeFacts(asked_of(example), Sources(answers), pasted=deepcopy(example.pasted))


def asked_of(example: Example) -> Asked:
    """The request that an example tells of."""
    request = example.request or {}
    parameters = request.get("parameters", {})
    return Asked(
        None,
        str(request.get("method", "GET")),
        {str(k): str(v) for k, v in parameters.items()} if isinstance(parameters, dict) else {},
        str(request.get("role", "none")),
        str(request.get("format", "json")),
        known=bool(request.get("known", True)),
        rehearsed=bool(request.get("rehearsed", False)),
    )


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
    if "defect" in legacy:
        if {legacy["defect"], DOCUMENTED}.isdisjoint(deviation.legacy.defects):
            return False
    elif not deviation.legacy.fits(legacy.get("status"), code):
        return False
    expected = deviation.new.code
    if expected is None and deviation.new.status >= 400:
        expected = code
    wanted = {"status": deviation.new.status, "type": deviation.new.type, "code": expected or None}
    return all(new.get(name) == value for name, value in wanted.items())


def lint_usage(registry: Registry, usage: Usage, stale_after: int = STALE_AFTER) -> Iterator[Finding]:
    """What real exchanges say of the entries. ``usage``: what they did. ``stale_after``: an entry without a hit is
    stale once its routes had so many comparable exchanges.
    """
    for deviation in registry.deviations:
        hits = usage.hits.get(deviation.id, Counter())
        if not hits and usage.masked[deviation.id]:
            text = f"masked by an earlier entry in all {usage.masked[deviation.id]} exchanges"
            yield Finding(deviation.id, "dead", text)
        elif usage.stale(deviation, stale_after):
            text = f"no hit in {usage.seen(deviation)} comparable exchanges of its routes"
            yield Finding(deviation.id, "stale", text)
        for route, count in hits.items():
            if not deviation.names(route):
                text = f"explained {count} exchanges of {route}, which it does not name"
                yield Finding(deviation.id, "over_broad", text)
        if deviation.kind is Kind.TRANSFORM:
            known = {(shape(example.legacy), shape(example.new)) for example in deviation.examples}
            for (before, after), count in usage.shapes.get(deviation.id, Counter()).items():
                if (before, after) not in known:
                    text = f"changed {count} values from {before} to {after}; no example is like that"
                    yield Finding(deviation.id, "over_broad", text)
    for (first, later), routes in usage.conflicts.items():
        # What a log tells of entries that have gone, or that say `before` meanwhile, is over.
        one, other = registry.by_id.get(first), registry.by_id.get(later)
        if one is not None and other is not None and later not in one.before:
            text = (
                f"claims what {later} claims too, in {routes.total()} exchanges of {', '.join(sorted(routes))}, "
                f"and which one stands first decides: say which is the narrower, or `before = [{later!r}]`"
            )
            yield Finding(first, "conflicting", text)
