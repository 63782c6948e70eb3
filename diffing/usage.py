"""What the entries of a registry did over many exchanges: what they explained, changed, masked and contradicted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from diffing.model import Asked, Outcome, SkipReason
from diffing.overlaps import Claim, Overlaps
from diffing.paths import MISSING
from diffing.registry import Deviation, Kind, Registry
from diffing.specificity import covers, same_expectation, stands_first

# A case that no exchange has may still come; after 1,000 exchanges without it, its rate is below 0.3 % (rule of 3).
STALE_AFTER: Final = 1_000

COMPARABLE: Final = frozenset(
    {
        *(Outcome.MATCH, Outcome.EXPLAINED, Outcome.MISMATCH, Outcome.LEGACY_ERROR),
        f"{Outcome.SKIPPED}:{SkipReason.UNDERIVED}",
    }
)
"""Verdicts of exchanges in which the entries of the route were tried."""

LONGEST_ABOUT: Final = 160
"""Most characters of the third part of a fact that are kept."""

Fact = tuple[str, str, str]
"""What an entry did in one exchange: `shape`, `masked` or `conflicting`; its id; shapes, or the other's id."""


@dataclass(slots=True)
class Usage:
    """What the entries did.

    Args:
        hits: Exchanges per entry and route.
        last: When an entry was hit last, where that is known.
        shapes: Per entry, the shapes of the values that it changed.
        masked: How often an entry would have applied but for an earlier one that is never narrower.
        conflicts: Exchanges per pair of entries, and route, that both claim, expecting different things.
        comparable: Compared exchanges per route.
        broken: Those of them in which the legacy side broke; no others can show one of its defects.
    """

    hits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    last: dict[str, datetime] = field(default_factory=dict)
    shapes: dict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    masked: Counter[str] = field(default_factory=Counter)
    conflicts: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    comparable: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)

    def changed(self, deviation: str, before: object, after: object) -> None:
        """A transform changed a value."""
        self.shapes[deviation][shape(before), shape(after)] += 1

    def passed_over(self, deviation: str) -> None:
        """An entry would have applied, had an earlier one not been there."""
        self.masked[deviation] += 1

    def chosen(self, entry: Deviation, behind: Iterable[Deviation], route: str) -> None:
        """An entry said what the new side must do, and others behind it would have.

        Whether a premise holds is only asked of the entry that counts: of those behind it nobody knows.
        """
        for later in behind:
            if later.premise is not None:
                continue
            if covers(entry, later):
                self.passed_over(later.id)
            if not same_expectation(entry, later) and not stands_first(entry, later):
                self.conflicts[entry.id, later.id][route] += 1

    def tried(self, route: str, verdict: str, exchanges: int = 1) -> None:
        """Exchanges of a route got a verdict. ``verdict``: theirs; most verdicts say something of the route's entries
        (``COMPARABLE``). ``exchanges``: how many.
        """
        if verdict in COMPARABLE:
            self.comparable[route] += exchanges
        if verdict == Outcome.LEGACY_ERROR:
            self.broken[route] += exchanges

    def compared(
        self, route: str, verdict: str, deviations: Iterable[str], at: datetime | None = None
    ) -> None:
        """An exchange got a verdict.

        Args:
            verdict: The verdict; nothing is learned where no entry was tried.
            deviations: Ids of the entries that explained a part of it.
            at: When it was served.
        """
        self.tried(route, verdict)
        if verdict not in COMPARABLE:
            return
        for deviation in deviations:
            self.hit(deviation, route, 1, at)

    def hit(self, deviation: str, route: str, exchanges: int, at: datetime | None = None) -> None:
        """An entry explained a part of some exchanges, the last one at that time."""
        self.hits[deviation][route] += exchanges
        if at is not None:
            self.last[deviation] = max(at, self.last.get(deviation, at))

    def clear(self) -> None:
        """Forget everything."""
        for seen in (
            self.hits,
            self.last,
            self.shapes,
            self.masked,
            self.conflicts,
            self.comparable,
            self.broken,
        ):
            seen.clear()

    def facts(self) -> Iterator[Fact]:
        """What was seen, in a form that can be sent and stored; of hits nothing, they are in the verdict."""
        for deviation, shapes in self.shapes.items():
            for before, after in shapes:
                yield "shape", deviation, f"{before}{_TO}{after}"
        for deviation in self.masked:
            yield "masked", deviation, ""
        for first, later in self.conflicts:
            yield "conflicting", first, later

    def learn(self, fact: Fact, route: str, exchanges: int) -> None:
        """Take over a fact that was stored. ``route``: the route of the exchanges. ``exchanges``: in how many it was
        so.
        """
        what, deviation, about = fact
        if what == "shape":
            before, _, after = about.partition(_TO)
            self.shapes[deviation][before, after] += exchanges
        elif what == "masked":
            self.masked[deviation] += exchanges
        elif what == "conflicting":
            self.conflicts[deviation, about][route] += exchanges

    def seen(self, deviation: Deviation) -> int:
        """The exchanges of an entry's routes that could have hit it: of a defect, those in which legacy broke."""
        tried = self.broken if deviation.kind is Kind.LEGACY_DEFECT else self.comparable
        return sum(count for route, count in tried.items() if deviation.names(route))

    def stale(self, deviation: Deviation, stale_after: int = STALE_AFTER) -> bool:
        """Whether an entry had no hit in so many comparable exchanges of its routes, and none masked it."""
        idle = not self.hits.get(deviation.id) and not self.masked[deviation.id]
        return idle and self.seen(deviation) >= stale_after


_TO: Final = " to "


class Watcher:
    """Tells a usage what the transforms of one registry do; `diffing.normalise` calls it."""

    def __init__(self, usage: Usage, registry: Registry) -> None:
        self._usage = usage
        self._overlaps = Overlaps(registry)

    def applies(self, deviation: Deviation, document: object, asked: Asked) -> None:
        """A transform is about to be carried out."""
        for claim, first, later in self._overlaps.claims(deviation, document, asked):
            if claim is Claim.MASKED:
                self._usage.passed_over(later)
            else:
                self._usage.conflicts[first, later][asked.route_name] += 1

    def changed(self, deviation: str, before: object, after: object) -> None:
        """A transform changed a value."""
        self._usage.changed(deviation, before, after)


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
