"""The values that comparing works on: what was asked, what each side answered, and what came of it.

Everything here is immutable. An observation holds an answer **or** an error, never an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from config.routes import Route

Headers = tuple[tuple[str, str], ...]


class Outcome(StrEnum):
    """The closed set of verdicts of an exchange; `skipped` always carries a reason."""

    MATCH = "match"
    EXPLAINED = "explained"
    MISMATCH = "mismatch"
    LEGACY_ERROR = "legacy_error"
    NEW_ERROR = "new_error"
    BOTH_ERROR = "both_error"
    TIMEOUT = "timeout"
    SKIPPED = "skipped"
    SHED = "shed"
    QUEUED = "queued"
    TOO_LARGE = "too_large"
    TOO_EXPENSIVE = "too_expensive"


UNDOCUMENTED: Final = f"{Outcome.LEGACY_ERROR}:undocumented"
"""The verdict where legacy failed and no entry of the registry says why that is, and what the new side answers."""


class SkipReason(StrEnum):
    """Why an exchange was not compared."""

    WRITE = "write"
    NO_ROUTE = "no_route"
    NOT_IMPLEMENTED = "not_implemented"
    HTML_PAGE = "html_page"
    SAMPLED = "sampled"
    RACE = "race"
    LIMITED = "limited"
    UNDERIVED = "underived"
    XML = "xml"
    DIVERGED = "diverged"
    TOO_LARGE_TO_REHEARSE = "too_large_to_rehearse"
    BREAKER_OPEN = "breaker_open"
    KILL_SWITCH = "kill_switch"
    CONTENT_CODING = "content_coding"


class FollowUp(StrEnum):
    """One more answer that a comparison needs before it can say anything.

    `UNLIMITED`: the new side, the same filters without limit and offset.
    `NEW_GET`: the new side, the same request as GET.
    `LEGACY_GET`: the legacy side, the same request as GET with the same key.
    `PREMISE`: the new side, a GET of `Comparison.question` with the same key.
    `STRANGER`: the new side, a GET of `Comparison.question` without a key; of the same request where there is none.
    `UNSORTED`: the new side, the same filters without limit, offset and order.
    """

    UNLIMITED = "unlimited"
    NEW_GET = "new_get"
    LEGACY_GET = "legacy_get"
    PREMISE = "premise"
    STRANGER = "stranger"
    UNSORTED = "unsorted"


@dataclass(frozen=True, slots=True)
class Observation:
    """What one side answered.

    Args:
        status: HTTP status, or None when there was no answer.
        headers: Pairs as received, names in any case.
        body: Bytes as received, content coding not undone.
        seconds: From sending the request to the last byte.
        error: None, `"timeout"`, `"too_large"`, or what went wrong with the connection.
    """

    status: int | None
    headers: Headers
    body: bytes
    seconds: float = 0.0
    error: str | None = None

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Breakage:
    """How an answer of PHP is broken.

    Args:
        defect: In the words of the registry.
        text: What of the answer can be read.
        meant: The document that PHP meant to say; None where that cannot be told.
    """

    defect: str
    text: str = ""
    meant: object = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What diffing must know of the client's request.

    Args:
        route: The route that both sides answer; None for a path that the legacy server does not know.
        parameters: Path and filter values under their legacy names, decoded; the names of uploaded files, and of those
            that the route map names how their text begins, as `FIELD.text`; of a key that can break PHP's SQL the
            marks that do, as `api_key.marks`. Of a path that the legacy server does not know, how it begins, as `path`.
        role: What the key turned out to be: none, user, readonly, admin or bad.
        format: `json` or `xml`: the form that the client asked the legacy side for.
        known: False when the legacy server has no route for the path.
        rehearsed: The new side did what was asked and took it back, before the legacy side did it.
        caller: The id of the user whose key it is; None where nobody knows it.
        guessed: Nobody has named the key, so that the role is what is left: neither refused nor a known administrator.
    """

    route: Route | None
    method: str
    parameters: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    role: str = "none"
    format: str = "json"
    known: bool = True
    rehearsed: bool = False
    caller: str | None = None
    guessed: bool = False

    @property
    def route_name(self) -> str:
        """The name under which the exchange is counted."""
        return self.route.name if self.route else UNROUTED


RULES_ONLY: Final = "(rules only)"
"""Under this the exchanges are counted that rules explain without any entry of the registry."""
UNROUTED: Final = "(no route)"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the normalised legacy answer and the new answer are not the same.

    Args:
        path: Where, e.g. `$[did=61].quality[name=X].value`, `status`, `header.allow`.
        what: `value`, `type`, `missing` (in new), `extra` (in new), `duplicate`, `order`, `status`, `code`, ...
        legacy: The normalised legacy value, None when absent.
        new: The new value, None when absent.
        nearly: Sentences: which deviations nearly explained it, and why they did not.
        raw: The value as the legacy side wrote it, which `legacy` was made of; None where that cannot be told.
    """

    path: str
    what: str
    legacy: object = None
    new: object = None
    nearly: tuple[str, ...] = ()
    raw: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Demand:
    """What the new answer had to be, because the registry expects another one than legacy's.

    Args:
        status: HTTP status.
        type: Slug of the problem type; None for an answer that is no problem.
        code: The code; None for an answer without one.
    """

    status: int
    type: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of comparing one exchange.

    `outcome` is None exactly when `follow_up` says which further answer is needed first; `question` is the path of
    the new API that a `PREMISE` asks for. `demand` is None where legacy's own answer counts, or a derived one.
    """

    outcome: Outcome | None
    reason: SkipReason | None = None
    differences: tuple[Difference, ...] = ()
    deviations: tuple[str, ...] = ()
    follow_up: FollowUp | None = None
    question: str | None = None
    demand: Demand | None = None

    @property
    def hits(self) -> frozenset[str]:
        """The rules and entries that explained a part; `RULES_ONLY` beside them where no entry did."""
        found = frozenset(self.deviations)
        only = self.outcome is Outcome.EXPLAINED and all(name.startswith("rule-") for name in found)
        return found | {RULES_ONLY} if only else found

    @property
    def verdict(self) -> str:
        """The verdict as it is stored and shown: `match`, `skipped:xml`, `legacy_error:undocumented` ..."""
        if self.outcome is None:
            return "pending"
        if self.outcome is Outcome.LEGACY_ERROR and not self.deviations:
            return UNDOCUMENTED
        return f"{self.outcome}:{self.reason}" if self.reason else str(self.outcome)
