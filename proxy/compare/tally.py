"""Counting verdicts so that the numbers add up: received is the sum of all outcomes."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from diffing.model import RULES_ONLY, UNDOCUMENTED, Comparison, Outcome
from diffing.parity import FAILING, Parity, parity

# Outcomes that are one number each; `skipped` is a number per reason.
_PLAIN = tuple(outcome for outcome in Outcome if outcome is not Outcome.SKIPPED)
COMPARED = (Outcome.MATCH, Outcome.EXPLAINED, Outcome.MISMATCH)


@dataclass(slots=True)
class Counts:
    """Verdicts of one route, or of all. ``verdicts``: verdict (``match``, ``skipped:xml`` …) to the number of
    exchanges.
    """

    verdicts: Counter[str] = field(default_factory=Counter)

    @property
    def received(self) -> int:
        """Exchanges counted."""
        return self.verdicts.total()

    @property
    def compared(self) -> int:
        """Match, explained and mismatch."""
        return sum(self.verdicts[outcome] for outcome in COMPARED)

    @property
    def parity(self) -> Parity:
        """Parity and coverage."""
        return parity(self.verdicts)

    @property
    def skipped(self) -> dict[str, int]:
        """Reason to number, reasons that occurred."""
        return {
            verdict.partition(":")[2]: count
            for verdict, count in sorted(self.verdicts.items())
            if verdict.startswith("skipped:")
        }

    def of(self, verdict: str) -> int:
        """The number of exchanges with a verdict; without a reason, of all reasons together."""
        if verdict == Outcome.SKIPPED:
            return sum(self.skipped.values())
        if verdict == Outcome.LEGACY_ERROR:
            return self.verdicts[verdict] + self.verdicts[UNDOCUMENTED]
        return self.verdicts[verdict]

    def document(self) -> dict[str, Any]:
        """The counts as the JSON of ``parity check`` has them: every outcome, ``skipped`` by reason."""
        return {
            "received": self.received,
            **{str(outcome): self.of(outcome) for outcome in _PLAIN},
            "skipped": self.skipped,
        }


@dataclass(slots=True)
class Cluster:
    """Exchanges that failed with one signature.

    Args:
        signature: What they share (diffing.cluster).
        count: How many exchanges.
        example: The first one: request, path, legacy, new, nearly.
        requests: All of them, where somebody wants to see all.
    """

    signature: str
    route: str
    count: int
    example: Mapping[str, Any]
    verdict: str = str(Outcome.MISMATCH)
    requests: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """Everything that is counted over many exchanges.

    Args:
        totals: Verdicts of all exchanges.
        routes: Verdicts by route name.
        deviations: Deviation id to the number of exchanges that it explained a part of.
        clusters: Exchanges that somebody has to look at, by signature.
        unjudged: Requests with a documented legacy error and skipped ones, by verdict and route.
    """

    totals: Counts = field(default_factory=Counts)
    routes: dict[str, Counts] = field(default_factory=dict)
    deviations: Counter[str] = field(default_factory=Counter)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    unjudged: dict[tuple[str, str], list[Mapping[str, Any]]] = field(default_factory=dict)

    def add(
        self,
        route: str,
        comparison: Comparison,
        signature: Callable[[], str],
        example: Callable[[], Mapping[str, Any]],
        request: Callable[[], Mapping[str, Any]] = dict,
    ) -> None:
        """Count one exchange.

        Args:
            route: The name under which it is counted.
            comparison: Its settled comparison.
            signature: Gives its signature; called only for an outcome that somebody has to look at.
            example: Gives what a reader needs to see it; called for the first of a signature only.
            request: Gives what names the request; called for all that are neither equal nor explained.
        """
        self.count(route, comparison.verdict)
        self.deviations.update(comparison.hits)
        if comparison.verdict not in FAILING:
            if comparison.outcome in (Outcome.LEGACY_ERROR, Outcome.SKIPPED):
                self.unjudged.setdefault((comparison.verdict, route), []).append(request())
            return
        name = signature()
        cluster = self.clusters.get(name)
        if cluster is None:
            cluster = self.clusters[name] = Cluster(name, route, 0, example(), comparison.verdict)
        cluster.count += 1
        cluster.requests.append(request())

    def count(self, route: str, verdict: str, exchanges: int = 1) -> None:
        """Count exchanges of one route and verdict."""
        self.totals.verdicts[verdict] += exchanges
        self.routes.setdefault(route, Counts()).verdicts[verdict] += exchanges

    def document(self) -> dict[str, Any]:
        """The JSON of a check and a report: totals, parity, routes, deviations, differences (most frequent first)."""
        clusters = sorted(self.clusters.values(), key=lambda cluster: (-cluster.count, cluster.signature))
        return {
            "totals": self.totals.document(),
            "explained_by_rules": self.deviations[RULES_ONLY],
            "compared": self.totals.compared,
            "parity": self.totals.parity.share,
            "coverage": self.totals.parity.coverage,
            "undocumented_legacy_errors": self.totals.of(UNDOCUMENTED),
            "parities": {name: counts.parity.document() for name, counts in sorted(self.routes.items())},
            "routes": {name: counts.document() for name, counts in sorted(self.routes.items())},
            "deviations": dict(sorted(self.deviations.items())),
            "differences": [
                {
                    "signature": cluster.signature,
                    "route": cluster.route,
                    "count": cluster.count,
                    "example": dict(cluster.example),
                }
                for cluster in clusters
            ],
        }
