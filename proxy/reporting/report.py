"""What a diff log says: per route what was received, compared and found, and why anything differs."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Final, TypeVar

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.rollout import Dialect
from diffing.cluster import cluster_id
from diffing.model import Outcome
from diffing.parity import parity, percent
from proxy.compare.tally import Cluster, Tally
from proxy.exchange.example import read_example
from proxy.log.clusters import read_named
from proxy.log.moments import CountedFlow, flows_since
from proxy.log.reading import legacy_was_played, reading
from proxy.log.settling import due_of
from proxy.log.states import ClusterState, Standing
from proxy.log.tables import deviations, differences, runs, timings
from proxy.reporting.fleet import Fleet, read_fleet
from proxy.rollout.readiness import PairedLatency, paired_latency

SLOWEST: Final = 10
"""Most routes whose times a report for people shows."""
_Row = TypeVar("_Row", Row[Any], CountedFlow)


@dataclass(frozen=True, slots=True)
class CountedRuns:
    """The totals of all runs: received = served + refused + client_gone; verdicts and pending add up by dialect asked.

    Args:
        runs: How many runs wrote the log.
        first: When the first one started.
        last: When one wrote last.
        served: Requests that were answered.
        refused: Requests that the proxy refused itself.
        client_gone: Requests whose client left first.
        pending: Verdicts that are still to come.
        faced: Served exchanges with a verdict about the legacy face.
        twice: Those of them with one about the new API, too.
    """

    runs: int
    first: datetime | None
    last: datetime | None
    received: int
    served: int
    refused: int
    client_gone: int
    pending: int
    faced: int = 0
    twice: int = 0


@dataclass(frozen=True, slots=True)
class Latency:
    """Times of both sides over the same exchanges.

    Args:
        exchanges: How many.
        legacy: Mean seconds of the legacy side.
        new: Mean seconds of the new side.
        ratio: The time of the new side over that of the legacy side, in pairs; None for too few.
    """

    exchanges: int
    legacy: float
    new: float
    ratio: PairedLatency | None = None

    @property
    def told(self) -> tuple[str, str, str, str]:
        """How many, both means in milliseconds, and the ratio."""
        means = f"{self.legacy * 1000:.1f}", f"{self.new * 1000:.1f}"
        return str(self.exchanges), *means, str(self.ratio or "–")

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        ratio = None if self.ratio is None else self.ratio.document()
        return {"exchanges": self.exchanges, "legacy": self.legacy, "new": self.new, "ratio": ratio}


@dataclass(frozen=True, slots=True)
class Report:
    """What a diff log says.

    Args:
        counted_runs: The totals of requests.
        tally: Verdicts, deviations and clusters.
        latency: By route, where both sides were asked.
        dialects: Verdicts by the dialect in which the new side was asked, whatever the report is limited to.
        standings: The states of the clusters, by their names.
        counted_from: When the first exchange may have been, where the report begins at a time.
        played: The legacy side answers, or answered, from recordings.
        fleet: What became of what proxies handed over to workers, of all routes.
    """

    counted_runs: CountedRuns
    tally: Tally
    latency: Mapping[str, Latency]
    dialects: Mapping[Dialect, Counter[str]] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict)
    counted_from: datetime | None = None
    played: bool = False
    fleet: Fleet = field(default_factory=Fleet)

    def document(self) -> dict[str, Any]:
        """The report as JSON, in the form of ``parity check``'s."""
        counted_runs, counted = self.counted_runs, self.tally.document()
        for found in counted["differences"]:
            standing = self.standings.get(cluster_id(found["signature"]), Standing())
            found["standing"] = standing.document()
        return {
            "requests": {
                "received": counted_runs.received,
                "served": counted_runs.served,
                "refused": counted_runs.refused,
                "client_gone": counted_runs.client_gone,
                "pending": counted_runs.pending,
            },
            "dialects": self._dialects(),
            **counted,
            "latency": {route: found.document() for route, found in sorted(self.latency.items())},
            "recorded_legacy": self.played,
            "fleet": self.fleet.document(),
        }

    @property
    def slowest(self) -> list[tuple[str, Latency]]:
        """The routes, those first that became slowest compared with the legacy side."""
        return sorted(
            self.latency.items(), key=lambda item: (-(item[1].ratio.median if item[1].ratio else 0), item[0])
        )

    @property
    def closed(self) -> frozenset[str]:
        """The names of the clusters of which nothing has to be decided."""
        return frozenset(name for name, standing in self.standings.items() if not standing.open)

    def told(self, cluster: str) -> str:
        """What there is to say of the state of a cluster; nothing of one that is merely open."""
        standing = self.standings.get(cluster, Standing())
        return "" if standing.new else standing.told

    def states_told(self) -> str:
        """How many clusters are in each state."""
        counts = Counter(standing.state for standing in self.standings.values())
        return "clusters: " + ", ".join(f"{counts[state]} {state}" for state in ClusterState)

    def dialects_told(self) -> tuple[str, ...]:
        """A line for each dialect in which the new side was asked; none where it was asked in its new API only."""
        if not self.counted_runs.faced:
            return ()
        names = {Dialect.NEW: "new API", Dialect.LEGACY: "legacy face"}
        return tuple(
            f"{names[Dialect(name)]}: {told['verdicts']} verdicts of {told['served']} served exchanges, "
            f"parity {percent(told['parity'])}, coverage {percent(told['coverage'])}"
            for name, told in self._dialects().items()
        )

    def _dialects(self) -> dict[str, Any]:
        due = due_of({name: getattr(self.counted_runs, name) for name in ("served", "faced", "twice")})
        counted = {dialect: self.dialects.get(dialect, Counter[str]()) for dialect in due}
        return {
            str(dialect): {
                "served": due[dialect],
                "verdicts": verdicts.total(),
                "parity": parity(verdicts).share,
                "coverage": parity(verdicts).coverage,
            }
            for dialect, verdicts in counted.items()
        }


async def read_report(
    url: str, since: datetime | None = None, route: str | None = None, asked: Dialect | None = None
) -> Report:
    """Read a diff log. Raises LogError: there is no diff log.

    Args:
        url: SQLAlchemy URL of the log.
        since: Only what was served then or later, as far as the log knows when (proxy.log.moments); hits of
            deviations are of its hour and later ones, paired times of runs that wrote since then.
        route: Only routes whose name fits this glob; the totals of requests are of all routes.
        asked: Only verdicts on the new side asked in this dialect.
    """
    async with reading(url) as connection:
        return await _read(connection, since, route, asked)


async def _read(
    connection: AsyncConnection, since: datetime | None, route: str | None, asked: Dialect | None
) -> Report:
    hits_query, clusters_query = select(deviations), select(differences)
    pairs_query = select(timings).where(timings.c.what == "ratio")
    if since is not None:
        pairs_query = pairs_query.where(timings.c.run.in_(select(runs.c.run).where(runs.c.seen >= since)))
        hour = since.replace(minute=0, second=0, microsecond=0)
        hits_query = hits_query.where(deviations.c.hour >= hour)
        clusters_query = clusters_query.where(differences.c.last >= since)

    async def rows(query: Select[Any]) -> list[Row[Any]]:
        found = (await connection.execute(query)).all()
        return [row for row in found if route is None or fnmatchcase(row.route, route)]

    def wanted(found: list[_Row]) -> list[_Row]:
        return [row for row in found if asked is None or row.asked == asked.value]

    everything, counted_from = await flows_since(connection, since)
    if route is not None:
        everything = [flow for flow in everything if fnmatchcase(flow.route, route)]
    dialects = {dialect: Counter[str]() for dialect in Dialect}
    for row in everything:
        dialects[Dialect(row.asked)][row.verdict] += row.exchanges
    flows = wanted(everything)
    ratios: dict[str, Counter[int]] = defaultdict(Counter)
    for pair in wanted(await rows(pairs_query)):
        ratios[pair.route][pair.bucket] += pair.exchanges
    tally = _tally(flows, wanted(await rows(hits_query)), wanted(await rows(clusters_query)))
    counted_runs = _counted_runs((await connection.execute(select(runs))).all())
    names = [cluster_id(signature) for signature in tally.clusters]
    standings = {name: found.standing for name, found in (await read_named(connection, names)).items()}
    played = await legacy_was_played(connection)
    latency, fleet = _latency(flows, ratios), await read_fleet(connection)
    return Report(counted_runs, tally, latency, dialects, standings, counted_from, played, fleet)


def _counted_runs(rows: Sequence[Row[Any]]) -> CountedRuns:
    return CountedRuns(
        len(rows),
        min((row.started for row in rows), default=None),
        max((row.seen for row in rows), default=None),
        *(
            sum(getattr(row, name) for row in rows)
            for name in (
                "received",
                "served",
                "refused",
                "client_gone",
                "pending",
                "faced",
                "twice",
            )
        ),
    )


def _tally(flows: Sequence[CountedFlow], hits: Sequence[Row[Any]], clusters: Sequence[Row[Any]]) -> Tally:
    tally = Tally(deviations=Counter())
    for flow in flows:
        tally.count(flow.route, flow.verdict, flow.exchanges)
    for row in hits:
        tally.deviations[row.deviation] += row.exchanges
    for row in clusters:
        cluster = tally.clusters.get(row.signature)
        if cluster is None:
            tally.clusters[row.signature] = Cluster(
                row.signature, row.route, row.exchanges, read_example(row.example), row.verdict
            )
        else:
            cluster.count += row.exchanges
    return tally


def _latency(flows: Sequence[CountedFlow], ratios: Mapping[str, Mapping[int, int]]) -> dict[str, Latency]:
    paired = {str(outcome) for outcome in (Outcome.MATCH, Outcome.EXPLAINED, Outcome.MISMATCH)}
    sums: dict[str, list[float]] = {}
    for row in flows:
        if row.verdict in paired:
            found = sums.setdefault(row.route, [0, 0.0, 0.0])
            for index, value in enumerate((row.exchanges, row.legacy_seconds, row.new_seconds)):
                found[index] += value
    return {
        route: Latency(int(count), legacy / count, new / count, paired_latency(ratios.get(route, {})))
        for route, (count, legacy, new) in sums.items()
        if count
    }
