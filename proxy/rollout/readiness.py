"""Is a route ready for its next stage? Numbers first, then one sentence."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from config.reports import ReadinessSettings
from diffing.parity import Parity
from proxy.compare.tally import Counts
from proxy.rollout.binomial import trials_without_failure, upper_bound
from proxy.rollout.coverage import Coverage
from proxy.runtime.histogram import median_interval, quantile

_NAMED = 3


class Lack(StrEnum):
    """What a route lacks."""

    PARITY = "answers differ or fail"
    CLUSTERS = "differences are open"
    SPEED = "the new side is too slow"
    EVIDENCE = "too little was compared"
    COVERAGE = "parameters were not asked"


@dataclass(frozen=True, slots=True)
class PairedLatency:
    """Time of the new side over that of the legacy side, in the same exchanges.

    Args:
        median: Of the ratios.
        low: Begin of the 95 % interval of the median.
        high: Its end.
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} to {self.high:.2f})"

    def document(self) -> dict[str, float]:
        """The same as JSON."""
        return {"median": self.median, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known of a route.

    Args:
        received: Exchanges that were served.
        parity: Of them.
        bound: Upper bound of the rate of mismatches, 95 %.
        coverage: What of the route was compared.
        latency: Paired times; None for fewer than six.
        clusters: Open clusters.
        reasons: Why it is not ready; empty when it is.
        lacks: What each of the reasons is about.
        needed: Fewest exchanges without a mismatch that make it ready.
        counts: The verdicts by which it is judged.
    """

    route: str
    received: int
    parity: Parity
    bound: float
    coverage: Coverage
    latency: PairedLatency | None
    clusters: int
    reasons: tuple[str, ...]
    lacks: tuple[Lack, ...] = ()
    needed: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def matched(self) -> int:
        """Exchanges that the new side answered rightly."""
        return self.parity.good

    @property
    def trials(self) -> int:
        """Those that it could."""
        return self.parity.judged

    @property
    def covered(self) -> float | None:
        """How much of the route was compared; None for one that nobody asked."""
        return self.coverage.share if self.received else None

    @property
    def ready(self) -> bool:
        """Whether nothing speaks against the next stage."""
        return not self.reasons

    @property
    def collecting(self) -> bool:
        """Whether nothing is wrong, and only more has to be compared."""
        return bool(self.lacks) and set(self.lacks) <= {Lack.EVIDENCE, Lack.COVERAGE}

    @property
    def stands(self) -> str:
        """Where it stands, in a few words."""
        if self.ready:
            return "ready"
        if not self.received:
            return "not asked"
        if not self.collecting:
            return "not ready"
        if Lack.EVIDENCE in self.lacks:
            return f"collecting evidence: {self.trials:,} of {self.needed:,}"
        seen, known = len(self.coverage.seen), len(self.coverage.known)
        return f"collecting evidence: covers {seen} of {known}"

    @property
    def sentence(self) -> str:
        """Ready, or not and why."""
        if self.ready:
            numbers = f"matched {self.matched} of {self.trials}, mismatches at most {self.bound:.2%}"
            return f"{self.route} is ready: {numbers}."
        if self.collecting and self.received:
            return f"{self.route} is {self.stands}, without a mismatch; {', and '.join(self.reasons)}."
        return f"{self.route} is not ready because {', and '.join(self.reasons)}."

    def document(self) -> dict[str, Any]:
        """Everything as JSON."""
        latency = self.latency
        return {
            "route": self.route,
            "ready": self.ready,
            "stands": self.stands,
            "sentence": self.sentence,
            "reasons": list(self.reasons),
            "received": self.received,
            "matched": self.matched,
            "trials": self.trials,
            "parity": self.parity.share,
            "judged": self.parity.coverage,
            "mismatch_rate_at_most": self.bound,
            "coverage": self.covered,
            "not_covered": list(self.coverage.missing),
            "latency_ratio": None if latency is None else latency.document(),
            "open_clusters": self.clusters,
        }


def paired_latency(ratios: Mapping[int, int]) -> PairedLatency | None:
    """The median ratio with its interval. ``ratios``: ratios new/legacy by bucket (proxy.runtime.histogram)."""
    median, interval = quantile(ratios, 0.5), median_interval(ratios)
    return None if median is None or interval is None else PairedLatency(median, *interval)


def readiness(
    route: str,
    counts: Counts,
    coverage: Coverage,
    latency: PairedLatency | None,
    clusters: int,
    thresholds: ReadinessSettings,
) -> Readiness:
    """Judge a route.

    Args:
        counts: Its verdicts.
        coverage: What of it was compared.
        clusters: Open clusters.
        thresholds: What must hold.
    """
    found = Readiness(
        route,
        counts.received,
        counts.parity,
        upper_bound(counts.parity.bad, counts.parity.judged),
        coverage,
        latency,
        clusters,
        (),
    )
    against = list(_against(found, thresholds))
    return replace(
        found,
        reasons=tuple(reason for _, reason in against),
        lacks=tuple(lack for lack, _ in against),
        counts=counts.verdicts,
        needed=max(thresholds.min_compared, trials_without_failure(thresholds.max_mismatch_rate)),
    )


def _against(found: Readiness, thresholds: ReadinessSettings) -> Iterator[tuple[Lack, str]]:
    failed = found.parity.bad
    if found.trials < thresholds.min_compared:
        yield (
            Lack.EVIDENCE,
            f"only {found.trials} of at least {thresholds.min_compared} exchanges were compared",
        )
    if found.bound > thresholds.max_mismatch_rate and (failed or found.trials >= thresholds.min_compared):
        yield (
            Lack.PARITY if failed else Lack.EVIDENCE,
            f"{failed} of {found.trials} failed, so up to {found.bound:.2%} may, "
            f"more than {thresholds.max_mismatch_rate:.2%}",
        )
    if found.clusters > thresholds.max_open_clusters:
        yield (
            Lack.CLUSTERS,
            f"{found.clusters} clusters are open, more than {thresholds.max_open_clusters}",
        )
    if found.coverage.share < thresholds.min_coverage:
        missing = found.coverage.missing
        named = ", ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
        yield (
            Lack.COVERAGE,
            f"{len(found.coverage.seen)} of {len(found.coverage.known)} known facts were compared, less than "
            f"{thresholds.min_coverage:.0%} (not {named})",
        )
    if found.latency is not None and found.latency.high > thresholds.max_latency_ratio:
        yield (
            Lack.SPEED,
            f"the new side may take {found.latency.high:.1f} times as long, "
            f"more than {thresholds.max_latency_ratio:g} times",
        )
