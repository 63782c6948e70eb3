"""What parity is: the one definition that check, report, readiness, gate, pages, metrics and Markdown show.

Parity is (match + explained + documented legacy_error) / (these + mismatch + new_error + undocumented legacy_error +
both_error + timeout). Everything else was not judged: it lowers the coverage, which is shown beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from diffing.model import UNDOCUMENTED, Outcome

GOOD: Final[tuple[str, ...]] = (Outcome.MATCH, Outcome.EXPLAINED, Outcome.LEGACY_ERROR)
"""The new side answered rightly; a plain `legacy_error` is one that an entry of the registry documents."""

BAD: Final[tuple[str, ...]] = (
    Outcome.MISMATCH,
    Outcome.NEW_ERROR,
    UNDOCUMENTED,
    Outcome.BOTH_ERROR,
    Outcome.TIMEOUT,
)

FAILING: Final[tuple[str, ...]] = (*BAD, Outcome.TOO_LARGE, Outcome.TOO_EXPENSIVE)
"""Verdicts that somebody has to look at: they have clusters, and fail a check."""


@dataclass(frozen=True, slots=True)
class Parity:
    """Parity and coverage of a set of exchanges.

    Args:
        good: Exchanges that the new side answered rightly.
        bad: Those that it did not, or of which nobody knows because a side failed.
        unjudged: Those that were skipped, shed, too large or too expensive.
    """

    good: int
    bad: int
    unjudged: int

    @property
    def judged(self) -> int:
        """Exchanges that parity is about."""
        return self.good + self.bad

    @property
    def share(self) -> float | None:
        """Parity, 0 to 1; None when nothing was judged."""
        return self.good / self.judged if self.judged else None

    @property
    def coverage(self) -> float | None:
        """The part of the exchanges that was judged, 0 to 1; None without exchanges."""
        everything = self.judged + self.unjudged
        return self.judged / everything if everything else None

    def document(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {
            "parity": self.share,
            "coverage": self.coverage,
            "good": self.good,
            "bad": self.bad,
            "unjudged": self.unjudged,
        }


def parity(verdicts: Mapping[str, int]) -> Parity:
    """Parity of exchanges. ``verdicts``: verdict, as it is stored and shown, to the number of exchanges."""
    good = sum(verdicts.get(verdict, 0) for verdict in GOOD)
    bad = sum(verdicts.get(verdict, 0) for verdict in BAD)
    return Parity(good, bad, sum(verdicts.values()) - good - bad)


def percent(share: float | None, digits: int = 2) -> str:
    """A share for people, with digits after the point; nothing is rounded to 0 or to 100 %."""
    if share is None:
        return "–"
    least: float = 10.0 ** -(digits + 2)
    if 0 < share < least:
        return f"<{least:.{digits}%}"
    return f"{min(share, 1 - least) if share < 1 else share:.{digits}%}"
