"""What operators watch: a snapshot of one process, the sum of many, and its Prometheus form."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from config.rollout import Dialect
from diffing.model import UNROUTED, Outcome
from diffing.parity import Parity, parity
from proxy.exchange.decision import Side
from proxy.log.counters import Counters
from proxy.log.settling import due_of
from proxy.runtime.telemetry import BOUNDS, Histogram, Telemetry

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_TOTALS: Final = ("received", "served", "refused", "client_gone", "pending", "faced", "twice")
_REQUESTS: Final = ("received", "served", "refused", "client_gone")
_COUNTS: Final = (
    *("answers", "refusals", "fallbacks", "rehearsals", "breaker_opened", "recorded"),
    *("task_failures", "side_errors", "clusters", "cluster_changes"),
)
_SINGLE: Final = ("reasked", "reloads", "reload_failures", "comparers", "shadows", "access_dropped")
_STAGES: Final = {
    "served": ("served", "Time to the last byte of an answer."),
    "asked": ("side", "Time that a side took to answer in the shadow."),
    "compared": ("asked", "Time from both answers to the verdict, with all that was asked for it."),
}
ALL: Final = "(all)"
_SEPARATOR: Final = "\x1f"

Snapshot = dict[str, Any]


def snapshot(counters: Counters, telemetry: Telemetry, state: Mapping[str, Any]) -> Snapshot:
    """One process at this moment, as JSON has it.

    Args:
        counters: Its counts.
        telemetry: Its measurements.
        state: ``queue``, ``breakers``, ``kill_switch``, ``config``, ``config_error``, ``ready``, ``access_dropped``,
            ``failing``, ``lag``, ``log_away``.
    """
    flows: Counter[str] = Counter()
    for (_, *place), flow in counters.flows.items():
        flows[_SEPARATOR.join(place)] += flow.exchanges
    return {
        **{name: getattr(counters, name) for name in _TOTALS},
        "verdicts": dict(sorted(counters.verdicts.items())),
        "flows": dict(flows),
        "queue_shed": dict(counters.shed),
        "active": telemetry.active,
        **{name: {str(k): v for k, v in getattr(telemetry, name).items()} for name in _COUNTS},
        **{name: getattr(telemetry, name) for name in _SINGLE if hasattr(telemetry, name)},
        "durations": telemetry.timings(),
        "processes": 1,
        **state,
    }


def merged(snapshots: Iterable[Snapshot]) -> Snapshot:
    """The sum of many processes; they are one proxy to whoever asks."""
    result: Snapshot = {}
    for one in snapshots:
        if not result:
            result = {**one}
            continue
        for name in (*_TOTALS, *_SINGLE, "active", "queue", "processes"):
            result[name] += one[name]
        for name in (*_COUNTS, "verdicts", "flows", "queue_shed"):
            result[name] = dict(Counter(result[name]) + Counter(one[name]))
        result["durations"] = _durations(result["durations"], one["durations"])
        result["breakers"] = sorted({*result["breakers"], *one["breakers"]})
        result["kill_switch"] = result["kill_switch"] or one["kill_switch"]
        result["log_away"] = result["log_away"] or one["log_away"]
        result["lag"] = max(result["lag"], one["lag"])
        result["ready"] = result["ready"] and one["ready"]
        failing = (result["failing"], one["failing"])
        result["failing"] = {
            name: max(f.get(name, 0) for f in failing) for name in {*failing[0], *failing[1]}
        }
        result["config_error"] = result["config_error"] or one["config_error"]
        if one["config"] not in result["config"].split(","):
            # For a moment after a change they may differ; it shows when it is more than a moment.
            result["config"] += "," + one["config"]
    return result


def ended(last: Snapshot) -> Snapshot:
    """What remains of a process that was killed: nothing is pending any more, and its clients are gone. ``last``: what
    it told last.
    """
    verdicts: Counter[str] = Counter(last["verdicts"])
    flows: Counter[str] = Counter(last["flows"])
    for asked, counted in by_dialect(last).items():
        if counted["pending"]:
            place = (UNROUTED, Dialect.LEGACY.value, Side.LEGACY.value, str(Outcome.SHED), asked)
            verdicts[str(Outcome.SHED)] += counted["pending"]
            flows[_SEPARATOR.join(place)] += counted["pending"]
    return {
        **last,
        "verdicts": dict(verdicts),
        "flows": dict(flows),
        "client_gone": last["received"] - last["served"] - last["refused"],
        **dict.fromkeys(("pending", "active", "queue", "processes"), 0),
        "breakers": [],
        "failing": {},
        "lag": 0.0,
        "log_away": False,
        "config_error": "",
        "ready": True,
    }


def by_dialect(found: Snapshot) -> dict[str, dict[str, Any]]:
    """For each dialect in which the new side is asked: verdicts, and how many are due and pending; they add up."""
    verdicts: dict[str, Counter[str]] = {dialect.value: Counter() for dialect in Dialect}
    for key, count in found["flows"].items():
        *_, verdict, asked = key.split(_SEPARATOR)
        verdicts[asked][verdict] += count
    return {
        asked.value: {
            "served": due,
            "pending": due - verdicts[asked.value].total(),
            "verdicts": dict(sorted(verdicts[asked.value].items())),
        }
        for asked, due in due_of(found).items()
    }


def prometheus(found: Snapshot) -> bytes:
    """A snapshot in the text form of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Found(found))
    return generate_latest(registry)


class _Found(Collector):
    def __init__(self, found: Snapshot) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """All metrics."""
        found = self._found
        requests = CounterMetricFamily(
            "parity_requests", "Requests: received = served + refused + client_gone.", labels=["what"]
        )
        for name in _REQUESTS:
            requests.add_metric([name], found[name])
        yield requests
        exchanges = CounterMetricFamily(
            "parity_exchanges",
            "Verdicts on served exchanges; asked: the new side's new API, or its legacy face.",
            labels=["route", "dialect", "served", "verdict", "asked"],
        )
        for key, count in found["flows"].items():
            exchanges.add_metric(key.split(_SEPARATOR), count)
        yield exchanges
        for name, label, told in (
            ("answers", "status", "Answers to clients."),
            ("refusals", "status", "Requests that the proxy refused itself."),
            ("fallbacks", "route", "Requests that legacy served because the new side failed."),
            ("rehearsals", "outcome", "Rehearsed writes."),
            ("queue_shed", "reason", "Exchanges that the queue of a fleet did not get."),
            ("recorded", "outcome", "Exchanges that were to be recorded."),
            ("breaker_opened", "side", "How often a side was left alone in the shadow."),
            ("side_errors", "side", "Requests that the side that serves did not answer."),
            ("task_failures", "task", "How often a long-lived task failed, or an item of one."),
            ("cluster_changes", "what", "Clusters that were told as new and as regressed."),
        ):
            family = CounterMetricFamily(f"parity_{name}", told, labels=[label])
            for value, count in found[name].items():
                family.add_metric([value], count)
            yield family
        for name, told in (
            ("reasked", "Mismatches that were asked again."),
            ("reloads", "Configurations that were taken over."),
            ("reload_failures", "Configurations that were refused."),
            ("comparers", "How often the comparing process was started again."),
            ("shadows", "How often the process of the shadow was started again."),
            ("access_dropped", "Lines that the access log lost."),
        ):
            yield CounterMetricFamily(f"parity_{name}", told, value=found[name])
        yield from self._due()
        yield from self._gauges()
        yield from histograms(found["durations"])

    def _due(self) -> Iterator[Metric]:
        due = CounterMetricFamily(
            "parity_due", "Verdicts due: due = parity_exchanges + pending.", labels=["asked"]
        )
        pending = GaugeMetricFamily("parity_due_pending", "Verdicts still to come.", labels=["asked"])
        for asked, counted in by_dialect(self._found).items():
            due.add_metric([asked], counted["served"])
            pending.add_metric([asked], counted["pending"])
        yield from (due, pending)

    def _gauges(self) -> Iterator[Metric]:
        found = self._found
        for name, told, value in (
            ("pending", "Verdicts that are still to come.", found["pending"]),
            ("active_requests", "Requests under way.", found["active"]),
            ("queue", "Exchanges that wait to be compared.", found["queue"]),
            ("lag_seconds", "How long the exchange that waits longest has waited.", found["lag"]),
            ("log_away", "1 while the diff log cannot be written.", int(found["log_away"])),
            ("kill_switch", "1 while legacy serves everything.", int(found["kill_switch"])),
            ("processes", "Processes that serve.", found["processes"]),
        ):
            yield GaugeMetricFamily(f"parity_{name}", told, value=value)
        clusters = GaugeMetricFamily("parity_clusters", "Clusters in the diff log.", labels=["state"])
        for state, count in found["clusters"].items():
            clusters.add_metric([state], count)
        yield clusters
        shares = GaugeMetricFamily(
            "parity_ratio",
            "Parity of the judged exchanges, 0 to 1; route (all) is everything.",
            labels=["route", "asked"],
        )
        covered = GaugeMetricFamily(
            "parity_coverage_ratio", "The part of the exchanges that was judged.", labels=["route", "asked"]
        )
        for (route, asked), counted in _by_route(found["flows"]).items():
            for family, share in ((shares, counted.share), (covered, counted.coverage)):
                if share is not None:
                    family.add_metric([route, asked], share)
        yield from (shares, covered)
        yield from in_force(found)


def histograms(durations: Mapping[str, Any], stages: Collection[str] = _STAGES) -> Iterator[Metric]:
    """How long things took, by stage and side. ``stages``: those that the process has."""
    for stage in stages:
        label, told = _STAGES[stage]
        family = HistogramMetricFamily(f"parity_{stage}_seconds", told, labels=[label])
        for key, (counts, total) in durations.items():
            its, _, value = key.partition(" ")
            if its == stage:
                family.add_metric([value], list(_cumulative(counts)), total)
        yield family


def in_force(found: Snapshot) -> Iterator[Metric]:
    """What a process goes by just now: its breakers and its configuration."""
    breakers = GaugeMetricFamily("parity_breaker_open", "1 while a side is left alone.", labels=["side"])
    for side in ("legacy", "new"):
        breakers.add_metric([side], int(side in found["breakers"]))
    yield breakers
    refused = "1 while the configuration on disk is refused."
    yield GaugeMetricFamily("parity_config_refused", refused, value=int(bool(found["config_error"])))
    config = GaugeMetricFamily("parity_config", "The configuration in force.", labels=["digest"])
    for digest in found["config"].split(","):
        config.add_metric([digest], 1)
    yield config


def _by_route(flows: Mapping[str, int]) -> dict[tuple[str, str], Parity]:
    """Parity of each route that was asked, and of all together, by the dialect in which the new side was asked."""
    verdicts: dict[tuple[str, str], Counter[str]] = {}
    for key, count in flows.items():
        route, *_, verdict, asked = key.split(_SEPARATOR)
        for name in (ALL, route):
            verdicts.setdefault((name, asked), Counter())[verdict] += count
    return {place: parity(counts) for place, counts in verdicts.items()}


def _cumulative(counts: list[int]) -> Iterator[tuple[str, float]]:
    total = 0
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
        total += count
        yield bound, total


def _durations(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for side in {*one, *other}:
        timing = Histogram()
        for each in (one, other):
            if side in each:
                timing.merge(*each[side])
        total[side] = [timing.counts, timing.total]
    return total
