"""What a registry entry is: a documented, intended difference between the two sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from config.typed import keyed
from diffing.conditions import ALWAYS, Condition
from diffing.paths import MISSING, Steps, parse
from diffing.premises import Premise

if TYPE_CHECKING:
    from diffing.rules.book import RouteRules, RuleBook

Defect: TypeAlias = Literal[
    "empty_200", "empty_500", "not_json", "not_xml", "two_documents", "html_500", "documented"
]
DOCUMENTED: Final[Defect] = "documented"
Derivation: TypeAlias = Literal["offset", "get", "headers", "preflight", "schema", "unsorted"]

SHARED: Final = "all_routes.toml"
"""The file of the entries that all routes share."""
SHARED_FILES: Final = (SHARED, "gate.toml")
"""Where these may stand; the second name is that of version 0.1.0, read for one version."""


class Kind(StrEnum):
    """What an entry says."""

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
        shown: A new document to try `when.shows` with.
        stranger: What the new side answers to the request of a tolerance without a key; nothing where it is absent.
        said: What the new side answers to further questions of a tolerance, by path.
        pasted: The legacy document of a tolerance with its texts as PHP pasted them, where that is another.
    """

    legacy: object = MISSING
    new: object = MISSING
    request: Mapping[str, object] | None = None
    document: object = MISSING
    shown: object = MISSING
    stranger: object = MISSING
    pasted: object = None
    said: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class LegacySide:
    """Which legacy answers an entry is about; an empty set means any, and the code "" an answer without one.

    Args:
        statuses: HTTP statuses.
        codes: Error codes.
        defects: How the answer may be broken; an entry that names none is about whole answers only. `documented`:
            in whatever way another entry or rule of the route says that this request breaks it.
    """

    statuses: frozenset[int] = field(default=frozenset(), metadata=keyed("status"))
    codes: frozenset[str] = field(default=frozenset(), metadata=keyed("code"))
    defects: frozenset[Defect] = field(default=frozenset(), metadata=keyed("defect"))

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
        unnamed: Expression over PHP's text: what it finds need not be named.
    """

    status: int
    code: str | None = None
    type: str | None = None
    errors: frozenset[str] = frozenset()
    unnamed: re.Pattern[str] | None = None

    def __post_init__(self) -> None:
        if self.status >= 400 and self.type is None:
            raise ValueError("an error needs the slug of its problem type")


@dataclass(frozen=True, slots=True)
class Deviation:
    """One entry of the registry; which parts are set depends on `kind`.

    Args:
        id: Unique.
        kind: What it says.
        title: One line for the reader of a report.
        routes: Globs of the names of the routes that it is about.
        why: One or two sentences for the reader of a report.
        guide: The section of the migration guide that tells it.
        source: The file that it stands in.
        when: What must be so.
        examples: Legacy → new; they are its tests.
        near_misses: What it must not explain.
        at: Of a transform or a tolerance: the places.
        legacy: The legacy answers that it is about.
        new: What the new answer must be.
        derive: How a new answer that legacy refuses is checked.
        canonical: The name of the canonical form of a tolerance.
        premise: What the new side is asked for first.
        effect: Where what is stored may differ from what PHP stores, on purpose (`proxy.checking.on_purpose`).
        faces: The dialects of the backend that it holds for: the new API, and PHP's, where a crash of PHP or what it
            should have refused is not built again.
        before: Entries, or rules, over which it is meant to count, where neither is the narrower one.
    """

    id: str
    kind: Kind
    title: str
    routes: tuple[str, ...]
    why: str
    guide: str
    source: str
    examples: tuple[Example, ...] = field(metadata=keyed("example"))
    near_misses: tuple[Example, ...] = field(metadata=keyed("near_miss"))
    when: Condition = ALWAYS
    at: tuple[str, ...] = ()
    transform: str | None = None
    arguments: Mapping[str, object] | None = field(default=None, metadata=keyed("with"))
    legacy: LegacySide | None = None
    new: NewSide | None = None
    derive: Derivation | None = None
    canonical: str | None = None
    premise: Premise | None = None
    effect: frozenset[str] | None = None
    faces: tuple[Literal["new", "legacy"], ...] = ("new",)
    before: tuple[str, ...] = ()
    steps: tuple[Steps, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(map(parse, self.at)))

    def names(self, route: str) -> bool:
        """Whether the entry is about the route."""
        return any(fnmatchcase(route, pattern) for pattern in self.routes)


class Registry:
    """All entries in the order in which they apply, and the rules behind them.

    What all routes share (`all_routes.toml`) says first what is expected, then the rules about input, then the special
    entries of a route, then the rules about the rest. ``book``: the rules; None where only the entries are asked for.
    ``patterns``: the expressions that have a name, so that several entries may have them.
    """

    def __init__(
        self,
        deviations: Iterable[Deviation],
        book: RuleBook | None = None,
        patterns: frozenset[str] = frozenset(),
    ) -> None:
        self.deviations: Final = tuple(deviations)
        self.by_id: Final = {deviation.id: deviation for deviation in self.deviations}
        self.book: Final = book
        self.patterns: Final = patterns
        self.of_route = cache(self._of_route)

    def _of_route(self, route: str) -> tuple[Deviation, ...]:
        named = [deviation for deviation in self.deviations if deviation.names(route)]
        if self.book is None:
            return tuple(named)
        rules = self.book.of_route(route)
        ahead = [one for one in named if one.source in SHARED_FILES or rules.ids & set(one.before)]
        special = [one for one in named if one not in ahead]
        return (*ahead, *rules.first, *special, *rules.last)

    def rules(self, route: str) -> RouteRules | None:
        """The rules of a route; None where there are none."""
        return None if self.book is None else self.book.of_route(route)
