"""What follows from the route map, the schema and the table of problems, in the form of entries of the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from config.routes import Route
from config.templates import parse_template
from diffing.conditions import ALWAYS, Condition
from diffing.registry import DOCUMENTED, Defect, Derivation, Deviation, Kind, LegacySide, NewSide
from diffing.rules.rule import Rule

SOURCE: Final = "rules"
REFUSED: Final = frozenset({412, 450})
"""The statuses of PHP's errors; 450 is that of its newer controllers."""
BROKEN: Final[frozenset[Defect]] = frozenset({DOCUMENTED})
"""What a request makes illegal is refused, too, where PHP broke of what is known to break it."""
DIED: Final = LegacySide(defects=frozenset({"empty_500"}))
"""PHP died of what the route map says it dies of (`legacy.dies_of`)."""

PAGE: Final = 400
"""The status of the HTML page with which PHP's framework refuses characters of a URL, whatever it asks for."""
KEYS: Final = ("none", "user", "readonly", "admin")
"""The roles of callers whose key is not wrong: a wrong key is said first, and PHP's page says nothing of it."""
ANSWERED: Final = frozenset({200, 403, 404, *REFUSED})
"""The statuses with which PHP answers a request: 403 and 404 are those of files."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a rule expects of one route.

    Args:
        kind: Of the entry that it stands for.
        legacy: The legacy answers that it is about.
        new: What the new answer must be.
        when: When it applies.
        derive: How the new answer is checked where PHP refuses.
    """

    kind: Kind
    legacy: LegacySide
    new: NewSide
    when: Condition = ALWAYS
    derive: Derivation | None = None

    def deviation(self, rule: Rule, route: str) -> Deviation:
        """It as an entry of the registry, under the id of its rule."""
        return Deviation(
            id=rule.id,
            kind=self.kind,
            title=rule.title,
            routes=(route,),
            why=rule.why,
            guide=rule.guide,
            source=SOURCE,
            when=self.when,
            examples=rule.examples,
            near_misses=rule.near_misses,
            legacy=self.legacy,
            new=self.new,
            derive=self.derive,
        )


def numbered(route: Route) -> frozenset[str]:
    """The segments of the legacy path that are numbers: with a word there, PHP knows no such path, and dies of none."""
    segments = () if route.legacy is None else parse_template(route.legacy.path)
    return frozenset(segment.text for segment in segments if segment.kind == "number")


def deaths(route: Route, patterns: Mapping[str, re.Pattern[str]], new: NewSide) -> Iterator[Expectation]:
    """What is expected where PHP dies of odd texts of parameters.

    Args:
        route: Its map says which parameters PHP dies of.
        patterns: The odd texts, by parameter.
        new: What the new answer must be.
    """
    deadly = frozenset() if route.legacy is None else frozenset(route.legacy.dies_of)
    odd = {name: pattern for name, pattern in patterns.items() if name in deadly}
    if odd:
        yield Expectation(Kind.LEGACY_DEFECT, DIED, new, Condition(any_parameter=odd))
