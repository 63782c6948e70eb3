"""What a registry entry is: a documented, intended difference between the two sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Final

from diffing.conditions import Condition
from diffing.paths import MISSING, Steps
from diffing.premises import Premise

if TYPE_CHECKING:
    from diffing.rules.book import RouteRules, RuleBook

SHARED: Final = "gate.toml"
"""The file of the entries that all routes share."""


class Kind(StrEnum):
    """What an entry says (design: the deviation registry)."""

    TRANSFORM = "transform"
    STATUS = "status"
    TOLERANCE = "tolerance"
    ACCEPTS = "accepts"
    REFUSAL = "refusal"
    LEGACY_DEFECT = "legacy_defect"


@dataclass(frozen=True, slots=True)
class Example:
    """A legacy value and a new value; `MISSING` is an absent key.

    Args:
        request: Facts of a request to try `when` with: method, role, parameters.
        document: A legacy document to try `when.value` with.
    """

    legacy: object
    new: object
    request: Mapping[str, object] | None = None
    document: object = MISSING


@dataclass(frozen=True, slots=True)
class LegacySide:
    """Which legacy answers an entry is about; an empty set means any, and the code "" an answer without one."""

    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    defects: frozenset[str] = frozenset()

    def fits(self, status: int | None, code: str | None) -> bool:
        """Whether an answer with this status and error code is meant."""
        return (not self.statuses or status in self.statuses) and (
            not self.codes or (code or "") in self.codes
        )


@dataclass(frozen=True, slots=True)
class NewSide:
    """What the new answer must be.

    Args:
        status: HTTP status.
        code: The code; None means the legacy one (when the legacy answer has one), "" that there is none.
        type: Slug of the problem type; None for an answer that is no problem.
        errors: Allowed `errors[].type` values of a 422; empty when there is no list.
        names: Expression over PHP's text, whose group holds names that the new `detail` must hold.
        unnamed: Expression over PHP's text: what it finds need not be named.
    """

    status: int
    code: str | None = None
    type: str | None = None
    errors: frozenset[str] = frozenset()
    names: re.Pattern[str] | None = None
    unnamed: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """How what a write changes differs from what the legacy side changes, on purpose.

    Args:
        tables: Names of the tables (and `files`) whose changes may be others; none means that the new side changes
            nothing at all.
    """

    tables: frozenset[str]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One entry of the registry; which parts are set depends on `kind`.

    `before` names later entries over which it is meant to count, where neither is the narrower one.
    """

    id: str
    kind: Kind
    title: str
    routes: tuple[str, ...]
    why: str
    guide: str
    source: str
    when: Condition
    examples: tuple[Example, ...]
    near_misses: tuple[Example, ...]
    since: date | None = None
    at: tuple[str, ...] = ()
    steps: tuple[Steps, ...] = ()
    transform: str | None = None
    arguments: Mapping[str, object] | None = None
    legacy: LegacySide | None = None
    new: NewSide | None = None
    derive: str | None = None
    canonical: str | None = None
    premise: Premise | None = None
    effect: Effect | None = None
    before: tuple[str, ...] = ()

    def names(self, route: str) -> bool:
        """Whether the entry is about the route."""
        return any(fnmatchcase(route, pattern) for pattern in self.routes)


class Registry:
    """All entries in the order in which they apply, and the rules behind them.

    What all routes share (`gate.toml`) says first what is expected, then the rules about input, then the special
    entries of a route, then the rules about the rest.

    Args:
        deviations: The entries.
        book: The rules; None where only the entries are asked for.
    """

    def __init__(self, deviations: Iterable[Deviation], book: RuleBook | None = None) -> None:
        self.deviations: Final = tuple(deviations)
        self.by_id: Final = {deviation.id: deviation for deviation in self.deviations}
        self.book: Final = book
        self.of_route = cache(self._of_route)

    def _of_route(self, route: str) -> tuple[Deviation, ...]:
        named = [deviation for deviation in self.deviations if deviation.names(route)]
        if self.book is None:
            return tuple(named)
        rules = self.book.of_route(route)
        ahead = [one for one in named if one.source == SHARED or rules.ids & set(one.before)]
        special = [one for one in named if one not in ahead]
        return (*ahead, *rules.first, *special, *rules.last)

    def rules(self, route: str) -> RouteRules | None:
        """The rules of a route; None where there are none."""
        return None if self.book is None else self.book.of_route(route)
