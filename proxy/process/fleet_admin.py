"""The admin port of a worker of a fleet: health, readiness, totals and metrics."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config.tasks import Tasks
from proxy.fleet.share_taker import ShareTaker
from proxy.fleet.stream import CaptureStream, QueueAway, QueueState
from proxy.fleet.taker import CaptureTaker
from proxy.log.once import OnceRecorder
from proxy.process.admin import Admin, AdminAnswer, json_answer
from proxy.process.metrics import CONTENT_TYPE, Snapshot, histograms, in_force
from proxy.process.reload import Configuration
from proxy.runtime.telemetry import Telemetry

_TOTALS: Final = (
    *("worker", "run", "captures", "shares", "verdicts", "queue", "away"),
    *("breakers", "config", "config_error"),
)


@dataclass(frozen=True, slots=True)
class FleetControls:
    """What an operator sees of a worker.

    Args:
        shares: Takes shares of checks; None without a key.
        breakers: The sides that are left alone just now.
        leaving: Whether it takes no more captures.
    """

    name: str
    taker: CaptureTaker
    shares: ShareTaker | None
    stream: CaptureStream
    recorder: OnceRecorder
    telemetry: Telemetry
    tasks: Tasks
    configuration: Configuration
    breakers: Callable[[], list[str]]
    leaving: Callable[[], bool]

    async def snapshot(self) -> Snapshot:
        """Everything that is counted, at this moment; the queue is None while it is away."""
        queue: QueueState | None = None
        away = self.taker.troubles
        try:
            queue = await self.stream.state()
        except QueueAway as error:
            away = {**away, "queue": str(error)}
        return {
            "worker": self.name,
            "run": self.recorder.run,
            "captures": {**asdict(self.taker.counts), "in_hand": self.taker.in_hand},
            "shares": 0 if self.shares is None else self.shares.done,
            "verdicts": dict(sorted(self.recorder.verdicts.items())),
            "queue": None if queue is None else asdict(queue),
            "away": away,
            "durations": self.telemetry.timings(),
            "breakers": self.breakers(),
            "config": self.configuration().digest,
            "config_error": self.configuration.error,
            "breaker_opened": dict(self.telemetry.breaker_opened),
            "task_failures": dict(self.telemetry.task_failures),
            "failing": self.tasks.failing(),
            "ready": not self.leaving(),
        }

    def kill(self, why: str) -> None:
        """Nothing: a worker serves nobody."""

    def release(self) -> None:
        """Nothing: a worker serves nobody."""

    async def reload(self) -> str:
        """Nothing: a worker looks at its configuration by itself."""
        return ""


class FleetAdmin(Admin):
    """An ASGI application; the paths are in docs/fleet.md. ``controls``: what is shown."""

    def __init__(self, controls: FleetControls) -> None:
        super().__init__(controls)
        self._commands = {}
        del self._reads["/-/state"]

    async def _metrics(self) -> AdminAnswer:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_WorkerMetrics(await self._controls.snapshot()))
        return AdminAnswer(200, generate_latest(registry), CONTENT_TYPE.encode())

    async def _totals(self) -> AdminAnswer:
        found = await self._controls.snapshot()
        return json_answer(200, {name: found[name] for name in _TOTALS})


class _WorkerMetrics(Collector):
    def __init__(self, found: Snapshot) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """All metrics; those of the queue only while it answers."""
        found = self._found
        captures = dict(found["captures"])
        in_hand = captures.pop("in_hand")
        for name, label, told, counts in (
            ("worker_captures", "what", "Captures that this worker took, took over, gave back.", captures),
            ("worker_verdicts", "verdict", "Verdicts that this worker wrote.", found["verdicts"]),
            ("breaker_opened", "side", "How often a side was left alone.", found["breaker_opened"]),
            ("task_failures", "task", "How often a long-lived task failed.", found["task_failures"]),
        ):
            family = CounterMetricFamily(f"parity_{name}", told, labels=[label])
            for value, count in counts.items():
                family.add_metric([value], count)
            yield family
        yield from histograms(found["durations"], ("asked", "compared"))
        yield from in_force(found)
        told = "Shares of checks that this worker has done."
        yield CounterMetricFamily("parity_worker_shares", told, value=found["shares"])
        yield GaugeMetricFamily("parity_worker_in_hand", "Captures that this worker has.", value=in_hand)
        for what in ("queue", "diff log"):
            yield GaugeMetricFamily(
                f"parity_{what.replace('diff ', '')}_up",
                f"Whether the {what} answers.",
                value=what not in found["away"],
            )
        if found["queue"] is None:
            return
        for name, told in (
            ("captures", "Captures that the queue keeps."),
            ("bytes", "Bytes of captures that the queue keeps."),
            ("pending", "Captures that workers have."),
        ):
            yield GaugeMetricFamily(f"parity_queue_{name}", told, value=found["queue"][name])
        lag = "How long the exchange that waits longest has waited for a worker: what to scale by."
        yield GaugeMetricFamily("parity_lag_seconds", lag, value=found["queue"]["lag_seconds"])
