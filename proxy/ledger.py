"""What a running proxy has seen: every request is counted once, every served one gets one verdict (promise 6)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from config.rollout import Dialect
from proxy.comparer import Judgement
from proxy.policy import Side
from proxy.tally import FAILING


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one served exchange.

    Args:
        at: When it was served, UTC without a zone.
        route: The name under which it is counted.
        dialect: Which API the request spoke.
        served: Who served.
        judgement: What came of comparing.
        seconds: How long the legacy and the new side took; None where one was not asked.
        example: What a reader needs to see it, without secrets.
    """

    at: datetime
    route: str
    dialect: Dialect
    served: Side
    judgement: Judgement
    seconds: tuple[float, float] | None = None
    example: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Flow:
    """Exchanges of one hour, route, dialect, side and verdict."""

    exchanges: int = 0
    legacy_seconds: float = 0.0
    new_seconds: float = 0.0


@dataclass(slots=True)
class Cluster:
    """Exchanges that failed with one signature."""

    route: str
    verdict: str
    exchanges: int
    first: datetime
    last: datetime
    example: Mapping[str, Any]


FlowKey = tuple[datetime, str, str, str, str]
HitKey = tuple[datetime, str, str]


@dataclass(slots=True)
class Ledger:
    """The counts of one run.

    received = served + refused + client_gone; served = verdicts + pending.

    Args:
        received: Requests.
        served: Requests that got an answer of a side, or word of its failure.
        refused: Requests that the proxy refused itself.
        client_gone: Requests whose client left first.
        flows: Exchanges with a verdict by hour, route, dialect, who served, and verdict.
        hits: Exchanges by hour, route and deviation.
        clusters: Failed exchanges by signature.
    """

    received: int = 0
    served: int = 0
    refused: int = 0
    client_gone: int = 0
    flows: dict[FlowKey, Flow] = field(default_factory=dict)
    hits: Counter[HitKey] = field(default_factory=Counter)
    clusters: dict[str, Cluster] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """Exchanges that have their verdict."""
        return sum(flow.exchanges for flow in self.flows.values())

    @property
    def pending(self) -> int:
        """Served exchanges whose verdict is still to come."""
        return self.served - self.judged

    @property
    def verdicts(self) -> Counter[str]:
        """Exchanges by verdict."""
        counts: Counter[str] = Counter()
        for (_, _, _, _, verdict), flow in self.flows.items():
            counts[verdict] += flow.exchanges
        return counts

    def add(self, finding: Finding) -> None:
        """Count a verdict."""
        comparison = finding.judgement.comparison
        hour = finding.at.replace(minute=0, second=0, microsecond=0)
        key = (hour, finding.route, finding.dialect.value, finding.served.value, comparison.verdict)
        flow = self.flows.setdefault(key, Flow())
        flow.exchanges += 1
        if finding.seconds is not None:
            flow.legacy_seconds += finding.seconds[0]
            flow.new_seconds += finding.seconds[1]
        for deviation in set(comparison.deviations):
            self.hits[hour, finding.route, deviation] += 1
        if comparison.outcome not in FAILING:
            return
        cluster = self.clusters.get(finding.judgement.signature)
        if cluster is None:
            self.clusters[finding.judgement.signature] = Cluster(
                finding.route, comparison.verdict, 1, finding.at, finding.at, finding.example
            )
        else:
            cluster.exchanges += 1
            cluster.last = max(cluster.last, finding.at)
