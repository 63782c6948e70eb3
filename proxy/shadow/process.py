"""The shadow's own process: it asks the other side and compares, so that no client waits for its work.

Serving and the shadow would share one event loop, one interpreter and one garbage collector otherwise, and what the
shadow does would show in the latency of what is served (design, promise 1). ``proxy.shadow.link`` is the other end.
"""

import asyncio
import logging
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from config.errors import ConfigError
from config.routes import RouteMap, load_routes
from config.settings import ProxySettings
from config.tasks import Tasks
from diffing.parity import FAILING
from proxy.compare.comparer import Comparer, Judgement
from proxy.compare.repairs import Repairs
from proxy.exchange.decision import Side, told
from proxy.exchange.exchange import MemoryQueue
from proxy.log.counters import MOST_CLUSTERS, ExchangeVerdict
from proxy.message.trace import FinishedSpan
from proxy.outbound.upstream import Upstream
from proxy.runtime.channel import frame, read_frame
from proxy.runtime.loop import run_loop
from proxy.runtime.telemetry import Histogram, Telemetry
from proxy.shadow.spans import NO_SPANS, OtlpExporter, Spans
from proxy.shadow.tap import Tap
from proxy.shadow.workers import ShadowWorkers

_LOGGER = logging.getLogger(__name__)
# What is found is told in batches: the process that serves has better things to do than to be woken for each.
_EVERY: Final = 0.05
# Seconds between two words to the process that serves, so that it knows that this one goes on.
BEAT: Final = 1.0


@dataclass(frozen=True, slots=True)
class StartPlan:
    """What the process is started with. ``files``: the configuration directory. ``hop``: marks what this proxy
    sends.
    """

    settings: ProxySettings
    files: Path
    hop: bytes


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What the process has to tell.

    Args:
        findings: Verdicts by number, each with size and content of its sample where one is worth keeping.
        grown: What was counted since the last time: ``proxy.runtime.telemetry`` by name, breakers by side.
        breakers: The sides that are left alone just now.
        using: The configuration directory that it goes by from now on.
        failing: Tasks that fail, and for how many seconds.
        durations: How long things took since the last time.
    """

    findings: list[tuple[int, ExchangeVerdict, tuple[int, Any] | None]]
    grown: dict[str, int]
    breakers: list[str]
    using: Path | None = None
    failing: Mapping[str, float] = field(default_factory=dict)
    durations: Mapping[str, Histogram] = field(default_factory=dict)


class Outbox:
    """Collects verdicts and tells them now and then: the counters, as the shadow sees them. ``writer``: the channel.
    ``telemetry``: what is counted beside them.
    """

    def __init__(self, writer: asyncio.StreamWriter, telemetry: Telemetry) -> None:
        self._writer = writer
        self._telemetry = telemetry
        self._findings: list[tuple[int, ExchangeVerdict, tuple[int, Any] | None]] = []
        self._told: Counter[str] = Counter()
        self._smallest: dict[str, int] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.open_breakers: Callable[[], list[str]] = list
        self.failing: Callable[[], dict[str, float]] = dict

    def add(self, finding: ExchangeVerdict) -> None:
        """Tell a verdict."""
        bare = replace(finding, evidence=None)
        self._findings.append((finding.number, bare, self._sample(finding)))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_EVERY, self.flush)

    def flush(self, using: Path | None = None) -> None:
        """Tell everything now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writer.is_closing():
            # The proxy is gone: there is nobody to tell.
            return
        now = Counter({"reasked": self._telemetry.reasked, "comparers": self._telemetry.comparers})
        now.update({f"breaker {side}": n for side, n in self._telemetry.breaker_opened.items()})
        now.update({f"recorded {what}": n for what, n in self._telemetry.recorded.items()})
        now.update({f"task {name}": n for name, n in self._telemetry.task_failures.items()})
        findings, self._findings = self._findings, []
        durations, self._telemetry.durations = self._telemetry.durations, {}
        found = ShadowReport(
            findings, dict(now - self._told), self.open_breakers(), using, self.failing(), durations
        )
        try:
            message = frame(found)
        except Exception:
            _LOGGER.exception("verdicts cannot be told as they are")
            self._telemetry.task_failures["verdicts"] += 1
            message = frame(replace(found, findings=[_tellable(*one) for one in findings]))
        self._writer.write(message)
        self._told = now

    def _sample(self, finding: ExchangeVerdict) -> tuple[int, Any] | None:
        """The exchange itself, where it is a smaller one than those that were told before."""
        evidence, signature = finding.evidence, finding.judgement.signature
        if evidence is None or finding.judgement.comparison.verdict not in FAILING:
            return None
        known = self._smallest.get(signature)
        if (known is None and len(self._smallest) >= MOST_CLUSTERS) or (
            known is not None and evidence.size >= known
        ):
            return None
        self._smallest[signature] = evidence.size
        return evidence.size, evidence.make()


def _tellable(
    number: int, finding: ExchangeVerdict, sample: tuple[int, Any] | None
) -> tuple[int, ExchangeVerdict, tuple[int, Any] | None]:
    """A verdict as it is, or without what keeps it from being told."""
    try:
        frame((finding, sample))
    except Exception:
        comparison = replace(finding.judgement.comparison, differences=())
        judgement = Judgement(comparison, f"{told(finding.route, finding.asked)} {comparison.verdict}")
        return number, replace(finding, judgement=judgement, example={}, facts=()), None
    return number, finding, sample


def work() -> None:
    """The main function of the process."""
    # The process that serves says when to stop, by closing the channel; a signal to the whole group goes to it, too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    run_loop(_work(socket.socket(fileno=int(sys.argv[1]))))


async def _work(channel: socket.socket) -> None:
    channel.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=channel)
    plan: StartPlan | None = await read_frame(reader)
    if plan is None:
        return
    async with AsyncExitStack() as stack:
        telemetry = Telemetry()
        outbox = Outbox(writer, telemetry)
        tasks = Tasks(telemetry.task_failures, changed=outbox.flush)
        outbox.failing = tasks.failing
        spans = _exporter(plan.settings.tracing.endpoint, stack)
        workers, comparer = await _opened(plan, outbox, telemetry, tasks, stack, spans)
        outbox.open_breakers = workers.open_breakers
        workers.start(tasks)
        stack.push_async_callback(tasks.stop)
        outbox.flush(plan.files)
        tasks.start("heartbeat", lambda: _beat(outbox))
        routes = load_routes(plan.files)
        while (message := await read_frame(reader, routes.routes)) is not None:
            if isinstance(message, Path):
                routes = await _use(message, workers, comparer) or routes
                outbox.flush(message)
                continue
            for item in message:
                if isinstance(item, FinishedSpan):
                    spans.add(item)
                else:
                    workers.offer(item)
    writer.close()


def _exporter(endpoint: str, stack: AsyncExitStack) -> Spans:
    if not endpoint:
        return NO_SPANS
    exporter = OtlpExporter(endpoint)
    stack.push_async_callback(asyncio.to_thread, exporter.close)
    return exporter


async def _beat(outbox: Outbox) -> None:
    while True:
        await asyncio.sleep(BEAT)
        outbox.flush()


async def _use(files: Path, workers: ShadowWorkers, comparer: Comparer) -> RouteMap | None:
    # A directory that is gone again was replaced by another one, of which word is under way.
    with suppress(ConfigError, OSError):
        routes = load_routes(files)
        workers.use(routes, files)
        await comparer.use(files)
        return routes
    return None


async def _opened(
    plan: StartPlan,
    outbox: Outbox,
    telemetry: Telemetry,
    tasks: Tasks,
    stack: AsyncExitStack,
    spans: Spans,
) -> tuple[ShadowWorkers, Comparer]:
    settings, shadow = plan.settings, plan.settings.shadow

    loop = asyncio.get_running_loop()

    def ended() -> None:
        telemetry.comparers += 1
        tasks.failed("comparer", "its process has ended and is started again")

    def restarted() -> None:
        # Told by the thread that waits for the process.
        loop.call_soon_threadsafe(ended)

    comparer = Comparer(
        plan.files, limit=shadow.compare_seconds, memory=shadow.compare_bytes, restarted=restarted
    )
    stack.push_async_callback(comparer.aclose)
    await comparer.start()
    sides = {
        side: await stack.enter_async_context(
            Upstream(
                settings.legacy if side is Side.LEGACY else settings.new,
                connections=shadow.workers,
                connect_timeout=settings.timeouts.connect,
                read_timeout=settings.timeouts.shadow,
            )
        )
        for side in Side
    }
    tap = None
    if settings.recording.folder:
        tap = Tap(settings.recording, load_routes(plan.files), telemetry.recorded, datetime.now(UTC))
        stack.callback(tap.close)
    workers = ShadowWorkers(
        sides,
        comparer,
        outbox,
        load_routes(plan.files),
        settings,
        # How much may wait is up to the process that serves.
        queue=lambda _most, _bytes: MemoryQueue(2**62, 2**62),
        telemetry=telemetry,
        hop=plan.hop,
        tap=tap,
        repairs=Repairs(plan.files),
        spans=spans,
    )
    return workers, comparer
