"""What a running proxy has seen: every request is counted once, every served one gets one verdict."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from config import text
from config.rollout import Dialect
from diffing.model import Outcome
from diffing.parity import FAILING
from diffing.usage import LONGEST_ABOUT
from proxy.compare.tally import COMPARED
from proxy.exchange.example import affected
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.runtime.histogram import bucket

MOST_CLUSTERS: Final = 10_000
MOST_REQUESTS: Final = 50
EVIDENCE_BYTES: Final = 64 * 1024 * 1024
# Names of parameters are the clients' choice, so there may be any number of them.
MOST_FACTS: Final = 200
MOST_MOMENTS: Final = 100_000
KEPT: Final = timedelta(minutes=2)
"""So long seconds and minutes are held, for verdicts that come late; of later ones the next moment is told."""


class Verdicts(Protocol):
    """Who is told of verdicts."""

    def add(self, exchange: Exchange) -> None:
        """Count the verdict of an exchange."""


@dataclass(slots=True)
class HourlyCount:
    """Exchanges of one hour, route, dialect, side, verdict, and dialect in which the new side was asked."""

    exchanges: int = 0
    legacy_seconds: float = 0.0
    new_seconds: float = 0.0

    def add(self, seconds: tuple[float, float] | None, exchanges: int = 1) -> None:
        """Count one; the times of both sides where both were asked."""
        self.exchanges += exchanges
        if seconds is not None:
            self.legacy_seconds += seconds[0]
            self.new_seconds += seconds[1]

    def row(self) -> dict[str, Any]:
        """What the log has of it."""
        return {
            "exchanges": self.exchanges,
            "legacy_seconds": self.legacy_seconds,
            "new_seconds": self.new_seconds,
        }


@dataclass(frozen=True, slots=True)
class _Units:
    """The hour, minute and second that a moment is in, and the end of that second."""

    hour: datetime
    minute: datetime
    second: datetime
    end: datetime

    @classmethod
    def of(cls, at: datetime) -> "_Units":
        second = at.replace(microsecond=0)
        minute = second.replace(second=0)
        return cls(minute.replace(minute=0), minute, second, second + timedelta(seconds=1))


@dataclass(slots=True)
class SampledCluster:
    """Exchanges that failed with one signature; the sample is the smallest of them, the requests are the first ones."""

    route: str
    verdict: str
    exchanges: int
    first: datetime
    last: datetime
    example: Mapping[str, Any]
    asked: Dialect = Dialect.NEW
    sample: Mapping[str, Any] | None = None
    size: int = 0
    requests: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)

    def stored_example(self) -> dict[str, Any]:
        """The example as the log holds it: with the requests."""
        requests = list(self.requests.values())
        return {**self.example, **({"requests": requests} if requests else {})}


FlowKey = tuple[datetime, str, str, str, str, str]
MomentKey = tuple[int, datetime, str, str, str]
HitKey = tuple[datetime, str, str, str]
UsageKey = tuple[datetime, str, str, str, str]
CoverKey = tuple[str, str, str, str]
TimingKey = tuple[str, str, int, str]


@dataclass(slots=True)
class Counters:
    """The counts of one run.

    received = served + refused + client_gone; due = verdicts + pending, by the dialect in which new is asked.

    Args:
        served: Requests that got an answer of a side, or word of its failure.
        faced: Those of which a verdict about the legacy face is due.
        twice: Those of which, beside that, one about the new API is.
        refused: Requests that the proxy refused itself.
        client_gone: Requests whose client left first.
        flows: Exchanges with a verdict by hour, route, dialect, who served, verdict, and dialect asked.
        moments: The last of them by width in seconds, begin, route, verdict, and dialect asked.
        touched: Moments that were counted since somebody took this set.
        hits: Exchanges by hour, route, deviation and dialect asked.
        usage: Exchanges by hour, route, and what an entry of the registry did besides explaining (diffing.usage).
        clusters: Failed exchanges by signature.
        coverage: Compared exchanges by route, kind of fact, fact, and dialect asked.
        timings: Compared exchanges by route, ``legacy``, ``new`` or ``ratio``, bucket (proxy.runtime.histogram), and
            dialect asked.
        dropped: What was not kept because it would have been too much.
        shed: Exchanges that the queue of a fleet did not get, by reason.
        most_clusters: Most signatures; exchanges of further ones are one cluster per route.
        evidence_bytes: Most bytes of all signatures, examples and samples; what finds no room is counted likewise.
        most_facts: Most facts of one route that are covered, and most in an hour that its entries did; of further ones
            the number.
    """

    received: int = 0
    served: int = 0
    faced: int = 0
    twice: int = 0
    refused: int = 0
    client_gone: int = 0
    flows: dict[FlowKey, HourlyCount] = field(default_factory=dict)
    moments: dict[MomentKey, HourlyCount] = field(default_factory=dict)
    touched: set[MomentKey] = field(default_factory=set)
    hits: Counter[HitKey] = field(default_factory=Counter)
    usage: Counter[UsageKey] = field(default_factory=Counter)
    clusters: dict[str, SampledCluster] = field(default_factory=dict)
    coverage: Counter[CoverKey] = field(default_factory=Counter)
    timings: Counter[TimingKey] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    shed: Counter[str] = field(default_factory=Counter)
    most_clusters: int = MOST_CLUSTERS
    evidence_bytes: int = EVIDENCE_BYTES
    most_facts: int = MOST_FACTS
    _held: int = 0
    _floor: datetime | None = None
    _facts: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    _units: "_Units | None" = None

    @property
    def due(self) -> int:
        """Verdicts that served exchanges have, or still get: most have one, some one of each dialect."""
        return self.served + self.twice

    @property
    def judged(self) -> int:
        """Verdicts so far."""
        return sum(flow.exchanges for flow in self.flows.values())

    @property
    def pending(self) -> int:
        """Verdicts that are still to come."""
        return self.due - self.judged

    @property
    def verdicts(self) -> Counter[str]:
        """Exchanges by verdict."""
        counts: Counter[str] = Counter()
        for (_, _, _, _, verdict, _), flow in self.flows.items():
            counts[verdict] += flow.exchanges
        return counts

    def serve(self, asked: Collection[Dialect]) -> None:
        """Count a served exchange. ``asked``: the dialects in which the new side is asked, or would be; a verdict of
        each is due.
        """
        self.served += 1
        self.faced += Dialect.LEGACY in asked
        self.twice += len(asked) > 1

    def add(self, exchange: Exchange) -> None:
        """Count the verdict of an exchange that has its judgement."""
        judgement, decision, route = exchange.judgement, exchange.decision, exchange.route
        assert judgement is not None
        comparison, asked = judgement.comparison, decision.asked.value
        verdict, hour = comparison.verdict, self._units_of(exchange.at).hour
        key = (hour, route, decision.dialect.value, decision.served.value, verdict, asked)
        for deviation in comparison.hits:
            self.hits[hour, route, deviation, asked] += 1
        for what, entry, about in judgement.usage:
            self._count("usage", self.usage, (hour, route, entry, what, about[:LONGEST_ABOUT]))
        if comparison.outcome in COMPARED:
            self._cover(route, asked, judgement)
        if verdict in FAILING:
            self._cluster(exchange, judgement)
        # Last: an exchange whose judgement cannot be counted may still be given another one.
        self._flow(key).add(judgement.seconds)
        self._moment(exchange, verdict, judgement.seconds)

    def replace_queued(self, exchange: Exchange) -> None:
        """Count the verdict of an exchange that another process has counted as ``queued``.

        ``queued`` is lowered by as much: over all runs of a fleet it is the number of those that wait, and of the run
        that only judges nothing is due.
        """
        self.add(exchange)
        decision, hour = exchange.decision, self._units_of(exchange.at).hour
        queued, asked = str(Outcome.QUEUED), decision.asked.value
        key = (hour, exchange.route, decision.dialect.value, decision.served.value, queued, asked)
        self._flow(key).add(None, -1)
        self._moment(exchange, queued, None, -1)

    def _moment(
        self, exchange: Exchange, verdict: str, seconds: tuple[float, float] | None, exchanges: int = 1
    ) -> None:
        units = self._units_of(exchange.at)
        if self._floor is not None and units.second < self._floor:
            units = _Units.of(self._floor)
        route, asked = exchange.route, exchange.decision.asked.value
        for width, at in ((1, units.second), (60, units.minute)):
            key = (width, at, route, verdict, asked)
            found = self.moments.get(key)
            if found is None:
                if len(self.moments) >= MOST_MOMENTS:
                    self.dropped["moments"] += 1
                    continue
                found = self.moments[key] = HourlyCount()
            found.add(seconds, exchanges)
            self.touched.add(key)

    def _flow(self, key: FlowKey) -> HourlyCount:
        found = self.flows.get(key)
        if found is None:
            found = self.flows[key] = HourlyCount()
        return found

    def _units_of(self, at: datetime) -> "_Units":
        """The units of time that a moment is in: most are in those of the one before."""
        if self._units is None or not self._units.second <= at < self._units.end:
            self._units = _Units.of(at)
        return self._units

    def forget_moments(self, now: datetime) -> list[MomentKey]:
        """Forget what is written and will not be counted any more; gives what that is."""
        # A whole minute, so that no minute goes on being counted of which the beginning is gone.
        floor = (now - KEPT).replace(second=0, microsecond=0)
        if self._floor is not None and floor <= self._floor:
            return []
        self._floor = floor
        gone = [key for key in self.moments if key[1] < floor and key not in self.touched]
        for key in gone:
            del self.moments[key]
        return gone

    def _cover(self, route: str, asked: str, judgement: Judgement) -> None:
        for kind, value in judgement.facts:
            self._count("coverage", self.coverage, (route, kind, value, asked))
        if judgement.seconds is not None:
            legacy, new = judgement.seconds
            ratio = new / legacy if legacy > 0 else 1.0
            for what, number in (("legacy", legacy), ("new", new), ("ratio", ratio)):
                self.timings[route, what, bucket(number), asked] += 1

    def _count(self, what: str, counts: Counter[Any], key: tuple[Any, ...]) -> None:
        """Count a fact, unless its route has too many others."""
        # Coverage is kept by route and dialect, usage by hour and route.
        place = (what, key[0], key[-1] if what == "coverage" else key[1])
        if key not in counts:
            if self._facts[place] >= self.most_facts:
                self.dropped[what] += 1
                return
            self._facts[place] += 1
        counts[key] += 1

    def _cluster(self, exchange: Exchange, judgement: Judgement) -> None:
        signature, example, at = judgement.signature, judgement.example, exchange.at
        if signature not in self.clusters:
            size = len(signature) + _size(example)
            if len(self.clusters) >= self.most_clusters or self._held + size > self.evidence_bytes:
                # A side that answers garbage makes a signature of every exchange; they are counted, not kept.
                self.dropped["clusters"] += 1
                signature, example = f"{exchange.name} (further signatures)", {}
            else:
                self._held += size
        cluster = self.clusters.get(signature)
        if cluster is None:
            verdict, asked = judgement.comparison.verdict, exchange.decision.asked
            cluster = SampledCluster(exchange.route, verdict, 0, at, at, example, asked)
            self.clusters[signature] = cluster
        cluster.exchanges += 1
        cluster.last = max(cluster.last, at)
        self._keep_request(cluster, judgement.example)
        self._keep_smallest(cluster, judgement)

    def _keep_request(self, cluster: SampledCluster, example: Mapping[str, Any]) -> None:
        """Keep a request that is not there yet, as long as there is room."""
        key = str(example.get("request")), str(example.get("role"))
        if "request" not in example or len(cluster.requests) >= MOST_REQUESTS or key in cluster.requests:
            return
        request = affected(example)
        size = _size(request)
        if self._held + size > self.evidence_bytes:
            self.dropped["requests"] += 1
            return
        self._held += size
        cluster.requests[key] = request

    def _keep_smallest(self, cluster: SampledCluster, judgement: Judgement) -> None:
        evidence, example = judgement.evidence, judgement.example
        if evidence is None or (cluster.sample is not None and evidence.size >= cluster.size):
            return
        sample = evidence.make()
        more = _size(sample) + _size(example) - _size(cluster.sample) - _size(cluster.example)
        if self._held + more > self.evidence_bytes:
            self.dropped["samples"] += 1
            return
        self._held += more
        cluster.sample, cluster.size, cluster.example = sample, evidence.size, example


def _size(document: Mapping[str, Any] | None) -> int:
    """About what a document takes, in memory and in the log."""
    return 0 if document is None else len(text.json_bytes(document))
