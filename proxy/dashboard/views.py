"""What each page of the dashboard shows, read from the diff log."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.reports import load_report_settings
from config.rollout import Dialect
from diffing.parity import parity
from proxy.dashboard.about import span_of
from proxy.dashboard.chart import HEIGHT, KINDS, RANGES, WIDTH, Chart, chart, kind_of, range_of
from proxy.dashboard.cluster_page import VIEWS, cluster_page
from proxy.dashboard.deviation_pages import STATES, entry_page, list_page, read_hits, told_by_id
from proxy.dashboard.glossary import terms
from proxy.dashboard.overview import COLUMNS, summary
from proxy.dashboard.page import Misasked, NotThere, Page, sorted_rows
from proxy.log.clusters import (
    StoredCluster,
    count_clusters,
    fitting,
    read_cluster,
    read_clusters,
)
from proxy.log.moments import timeline
from proxy.log.reading import find_run
from proxy.log.states import OPEN, ClusterState
from proxy.log.tables import deviations, runs, timings
from proxy.log.writer import utc_now
from proxy.reporting.cluster_changes import changes
from proxy.reporting.deviation_usage import entry_uses, read_usage
from proxy.rollout.coverage import known_of_routes
from proxy.rollout.gate_log import read_decisions
from proxy.rollout.live_config import LiveConfig, digest, load_live_config
from proxy.rollout.readiness import Readiness, paired_latency
from proxy.rollout.readiness_log import read_readiness
from proxy.runtime.histogram import quantile

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
PER_PAGE: Final = 50
MOST_CHANGES: Final = 100
OPEN_ONES: Final = "open"
"""Those that are open or have regressed."""
EVERY: Final = "all"
_CLUSTER_TITLES: Final = ("cluster", "route", "verdict", "count", "share", "first", "last", "signature")


@dataclass(frozen=True, slots=True)
class Views:
    """Makes pages. ``config``: the configuration directory: routes, stages, thresholds. It is read again when it has
    changed.
    """

    config: Path

    def _in_force(self) -> LiveConfig:
        # Parsing takes a tenth of a second, in which a proxy that serves in this process would answer nobody.
        return _parsed(self.config, digest(self.config))

    async def overview(self, log: AsyncConnection, query: Mapping[str, str]) -> Page:
        """What has to be decided, what has changed and can move; the traffic over time; all routes."""
        in_force = self._in_force()
        routes, rollout = in_force.routes, in_force.rollout
        wanted, asked = query.get("route", ""), asked_of(query)
        pattern = wanted if any(mark in wanted for mark in "*?[") else f"*{wanted}*"
        found = await self._readiness(log, pattern, asked)
        stages = {
            route.name: " / ".join(str(rollout.of(route, dialect).stage) for dialect in Dialect)
            for route in routes
        }
        listed = [item for item in found if item.received or query.get("all")]
        titles = tuple(COLUMNS)
        rows = sorted_rows([_route_row(item, stages[item.route]) for item in listed], titles, query)
        canary = load_report_settings(self.config).rollout.canary
        told = await summary(log, asked, found, rollout, canary, routes.routes)
        only = None if not wanted else {item.route for item in found}
        drawn, chosen = await _drawn(log, query, asked, only)
        verdicts = sum((item.counts for item in found), Counter[str]())
        totals = _kinds(verdicts)
        judged = {item.route: item for item in listed}
        context = {
            "summary": told,
            "columns": COLUMNS,
            "judged": judged,
            "chart": drawn,
            "range": chosen,
            "ranges": tuple(RANGES),
            "totals": {kind: totals[kind] for kind in KINDS},
            "parity": parity(verdicts),
            "size": (WIDTH, HEIGHT),
            "wanted": wanted,
            "unasked": len(found) - len(listed),
            "asked": asked.value,
            "killed": rollout.kill_switch,
        }
        cells = [dict(zip(titles, row, strict=True)) for row in rows]
        document = {"title": "Overview", "summary": told.document(), "rows": cells}
        return Page("overview.html", "Overview", titles, rows, context, document)

    async def route(self, log: AsyncConnection, name: str, query: Mapping[str, str] = NOTHING) -> Page:
        """One route: its readiness in a sentence, its traffic, its clusters, its deviations."""
        if name not in self._in_force().routes.routes:
            raise NotThere(f"no route is named {name!r}")
        asked = asked_of(query)
        [found] = await self._readiness(log, name, asked)
        drawn, chosen = await _drawn(log, query, asked, {name})
        clusters = await read_clusters(log, routes=(name,), limit=PER_PAGE, asked=asked)
        hits = select(deviations.c.deviation, func.sum(deviations.c.exchanges).label("hits"))
        hits = hits.where(deviations.c.route == name, deviations.c.asked == asked.value)
        hits = hits.group_by(deviations.c.deviation)
        explained = [(row.deviation, int(row.hits)) for row in await log.execute(hits)]
        context = {
            "readiness": found,
            "asked": asked.value,
            "decided": await read_decisions(log, route=name, limit=PER_PAGE),
            "chart": drawn,
            "range": chosen,
            "ranges": tuple(RANGES),
            "size": (WIDTH, HEIGHT),
            "explained": sorted(explained, key=lambda item: (-item[1], item[0])),
        }
        return Page("route.html", name, _CLUSTER_TITLES, _cluster_rows(clusters), context, found.document())

    async def clusters(self, log: AsyncConnection, query: Mapping[str, str]) -> Page:
        """Clusters, most frequent first, a page at a time."""
        route = query.get("route") or None
        asked = asked_of(query) if query.get("dialect") else None
        number = query.get("page", "1")
        if not (number.isascii() and number.isdigit() and int(number[:9]) > 0 and len(number) < 9):
            raise Misasked(f"page is a number from 1 on, not {number!r}")
        page = int(number)
        only = None if route is None else await fitting(log, route)
        wanted = query.get("state") or OPEN_ONES
        standing = states_of(wanted)
        found = await read_clusters(
            log, routes=only, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, asked=asked, standing=standing
        )
        total = await count_clusters(log, only, asked, standing)
        context = {
            "number": page,
            "pages": max(1, -(-total // PER_PAGE)),
            "total": total,
            "route": route or "",
            "asked": asked.value if asked else "",
            "states": [OPEN_ONES, EVERY, *(str(state) for state in ClusterState if state not in OPEN)],
            "wanted": wanted,
        }
        rows = [
            (row[0], str(cluster.standing.state), *row[1:])
            for cluster, row in zip(found, _cluster_rows(found), strict=True)
        ]
        titles = (_CLUSTER_TITLES[0], "state", *_CLUSTER_TITLES[1:])
        return Page("clusters.html", "Clusters", titles, rows, context)

    async def cluster(
        self, log: AsyncConnection, name: str, query: Mapping[str, str] = NOTHING, offered: str = ""
    ) -> Page:
        """One cluster: what differs in words, both documents, why nothing explained it, requests, what to paste.

        Args:
            offered: What may be decided, as `proxy.dashboard.decisions.Decisions.offered` says.
        """
        show = query.get("show") or VIEWS[0]
        if show not in VIEWS:
            raise Misasked(f"show is {', '.join(VIEWS)}, not {show!r}")
        found = await read_cluster(log, name)
        # Comparing again takes its time, in which a proxy that serves in this process would answer nobody.
        return await asyncio.to_thread(cluster_page, found, self._in_force(), query, offered)

    async def deviations(self, log: AsyncConnection, query: Mapping[str, str] = NOTHING) -> Page:
        """How each entry of the registry is used, and which are stale: by the rule of ``parity deviations lint``."""
        if query.get("state", "") not in ("", *STATES):
            raise Misasked(f"state is {', '.join(STATES)}, not {query['state']!r}")
        registry = self._in_force().registry
        return list_page(entry_uses(registry, await read_usage(log)), registry, query)

    async def deviation(self, log: AsyncConnection, name: str) -> Page:
        """One entry or rule: why, examples, hits over time and by route."""
        registry = self._in_force().registry
        uses = {use.deviation: use for use in entry_uses(registry, await read_usage(log))}
        if name not in uses:
            raise NotThere(f"no rule or entry is named {name!r}")
        return entry_page(uses[name], told_by_id(registry).get(name), await read_hits(log, name))

    async def glossary(self) -> Page:
        """The words that reports and pages use."""
        return Page(
            "table.html", "Glossary", ("word", "of", "meaning"), _terms(), {"numbers": (), "links": ""}
        )

    async def latency(self, log: AsyncConnection, query: Mapping[str, str] = NOTHING) -> Page:
        """How long each side takes: quantiles, and the median of the paired ratios with its interval."""
        asked = asked_of(query)
        counted: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        keys = timings.c.route, timings.c.what, timings.c.bucket
        counts = select(*keys, func.sum(timings.c.exchanges).label("n")).where(timings.c.asked == asked.value)
        for row in await log.execute(counts.group_by(*keys)):
            counted[row.route][row.what][row.bucket] += int(row.n)
        rows: list[tuple[object, ...]] = []
        for route, sides in sorted(counted.items()):
            shares = (0.5, 0.9, 0.99)
            times = [quantile(sides[side], share) for side in ("legacy", "new") for share in shares]
            told = [None if value is None else round(value * 1000, 1) for value in times]
            ratio = paired_latency(sides["ratio"])
            paired = (None,) * 3 if ratio is None else (ratio.median, ratio.low, ratio.high)
            shown_ratio = (None if value is None else round(value, 2) for value in paired)
            rows.append((route, sides["ratio"].total(), *told, *shown_ratio))
        sides_shares = tuple(
            f"{side} {share} ms" for side in ("legacy", "new") for share in ("p50", "p90", "p99")
        )
        titles = ("route", "compared", *sides_shares, "new/legacy p50", "from", "to")
        context = {"numbers": set(range(1, len(titles))), "links": "/routes/", "asked": asked.value}
        return Page("table.html", "Latency", titles, rows, context)

    async def compare(self, log: AsyncConnection, query: Mapping[str, str]) -> Page:
        """Two runs: which clusters are new, still there, not seen again, fixed."""
        known = (
            await log.execute(select(runs.c.run, runs.c.started).order_by(runs.c.started.desc()).limit(50))
        ).all()
        titles = ("state", *_CLUSTER_TITLES)
        context: dict[str, Any] = {"runs": known, "before": "", "after": "", "states": {}}
        if len(known) < 2 and not query.get("before"):
            return Page("compare.html", "Compare runs", titles, [], context)
        before = await find_run(log, query.get("before") or "previous")
        after = await find_run(log, query.get("after") or "latest")
        enough = load_report_settings(self.config).clusters.fixed_after
        found = await changes(log, before, after, enough, MOST_CHANGES)
        context |= {"before": before, "after": after}
        context["states"] = {str(state): count for state, count in found.counts.items()}
        cells = _cluster_rows(found.clusters)
        rows = [(cluster.became, *row) for cluster, row in zip(found.clusters, cells, strict=True)]
        return Page("compare.html", "Compare runs", titles, rows, context)

    async def _readiness(self, log: AsyncConnection, pattern: str, asked: Dialect) -> list[Readiness]:
        known = known_of_routes(self._in_force().routes)
        thresholds = load_report_settings(self.config).readiness
        return await read_readiness(log, known, thresholds, route=pattern, asked=asked)


def asked_of(query: Mapping[str, str]) -> Dialect:
    """The dialect in which the new side was asked that a page is about."""
    name = query.get("dialect") or Dialect.NEW.value
    if name not in set(Dialect):
        raise Misasked(f"dialect is {' or '.join(Dialect)}, not {name!r}")
    return Dialect(name)


def states_of(name: str) -> Collection[ClusterState] | None:
    """The states that a page of clusters is limited to; None for every one."""
    if name == EVERY:
        return None
    if name == OPEN_ONES:
        return OPEN
    if name not in set(ClusterState):
        raise Misasked(f"state is {EVERY} or {', '.join(ClusterState)}, not {name!r}")
    return (ClusterState(name),)


def _terms() -> list[tuple[str, str, str]]:
    try:
        return [(word, heading.lower(), meaning) for heading, word, meaning in terms()]
    except OSError as error:
        raise NotThere(f"the glossary is not installed: {error.strerror}") from error


@lru_cache(maxsize=2)
def _parsed(config: Path, _digest: str) -> LiveConfig:
    return load_live_config(config)


async def _drawn(
    log: AsyncConnection, query: Mapping[str, str], asked: Dialect, routes: Collection[str] | None
) -> tuple[Chart, str]:
    """Exchanges over the time that a page is asked for, back from when the log was written last; and that time."""
    span = await span_of(log) or (utc_now(), utc_now())
    name = query.get("range") or range_of(span[1] - span[0])
    if name not in RANGES:
        raise Misasked(f"range is {', '.join(RANGES)}, not {name!r}")
    return chart(await timeline(log, span[1], *RANGES[name], asked, routes)), name


def _route_row(item: Readiness, stage: str) -> tuple[object, ...]:
    return (
        item.route,
        stage,
        item.stands,
        item.received,
        item.matched,
        item.trials,
        item.bound,
        item.covered,
        item.latency.median if item.latency else None,
        item.clusters,
        item.parity.share,
    )


def _kinds(verdicts: Mapping[str, int]) -> Counter[str]:
    """Exchanges by the kind under which their verdict is drawn."""
    counts: Counter[str] = Counter()
    for verdict, number in verdicts.items():
        counts[kind_of(verdict)] += number
    return counts


def _cluster_rows(clusters: Sequence[StoredCluster]) -> list[tuple[object, ...]]:
    return [
        (
            cluster.short,
            cluster.route,
            cluster.verdict,
            cluster.exchanges,
            cluster.share,
            f"{cluster.first:%Y-%m-%d %H:%M:%S}",
            f"{cluster.last:%Y-%m-%d %H:%M:%S}",
            cluster.signature,
        )
        for cluster in clusters
    ]
