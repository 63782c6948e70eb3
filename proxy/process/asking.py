"""The process that asks: it asks the other side and has the answers compared, so that no client waits for that.

Serving and the shadow would share one event loop, one interpreter and one garbage collector otherwise, and what the
shadow does would show in the latency of what is served. ``proxy.shadow.link`` is the other end of its channel.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from config.errors import ConfigError
from config.routes import RouteMap, load_routes
from config.tasks import Tasks
from proxy.compare.comparer import Comparer
from proxy.compare.repairs import Repairs
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.log.counters import Verdicts
from proxy.message.trace import FinishedSpan
from proxy.outbound.upstream import Upstream
from proxy.runtime.channel import read_frame
from proxy.runtime.loop import run_loop
from proxy.runtime.telemetry import Telemetry
from proxy.shadow.messages import BEAT, StartPlan
from proxy.shadow.outbox import Outbox
from proxy.shadow.requests import ShadowRequests
from proxy.shadow.spans import NO_SPANS, OtlpExporter, Spans
from proxy.shadow.tap import Tap
from proxy.shadow.workers import ShadowWorkers

_Workers = TypeVar("_Workers", bound=ShadowWorkers)


class Shadowing(Protocol):
    """What takes exchanges in the process: it judges them, or hands them on."""

    def start(self, tasks: Tasks) -> None:
        """Work on exchanges until the tasks are stopped."""

    def offer(self, exchange: Exchange) -> None:
        """Take a served exchange over."""

    def use(self, routes: RouteMap, files: Path) -> None:
        """Go by another configuration."""

    def open_breakers(self) -> list[str]:
        """The sides that are left alone just now."""


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
        spans = exporter(plan.settings.tracing.endpoint, stack)
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


def exporter(endpoint: str, stack: AsyncExitStack) -> Spans:
    """What exports spans until the stack is closed. ``endpoint``: URL of a collector; empty for nowhere."""
    if not endpoint:
        return NO_SPANS
    found = OtlpExporter(endpoint)
    stack.push_async_callback(asyncio.to_thread, found.close)
    return found


async def _beat(outbox: Outbox) -> None:
    while True:
        await asyncio.sleep(BEAT)
        outbox.flush()


async def _use(files: Path, workers: Shadowing, comparer: Comparer | None) -> RouteMap | None:
    # A directory that is gone again was replaced by another one, of which word is under way.
    with suppress(ConfigError, OSError):
        routes = load_routes(files)
        workers.use(routes, files)
        if comparer is not None:
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
) -> tuple[Shadowing, Comparer | None]:
    if not plan.settings.queue.url:
        return await open_workers(plan, outbox, telemetry, tasks, stack, ShadowWorkers, spans)
    # Its libraries are those of the extra: without a queue nobody needs them.
    from proxy.fleet.seal import load_seal
    from proxy.fleet.sender import CaptureSender
    from proxy.fleet.stream import CaptureStream
    from proxy.shadow.captured import AskedSender

    stream = CaptureStream(plan.settings.queue)
    stack.push_async_callback(stream.aclose)
    seal = load_seal(plan.settings.queue)
    sender = CaptureSender(stream, seal, outbox, telemetry)
    if seal is not None:
        return sender, None
    sender.start(tasks)
    make = partial(AskedSender, sender=sender)
    # It is others who compare: nothing starts the process for it.
    return await open_workers(plan, outbox, telemetry, tasks, stack, make, spans, compares=False)


async def open_workers(
    plan: StartPlan,
    verdicts: Verdicts,
    telemetry: Telemetry,
    tasks: Tasks,
    stack: AsyncExitStack,
    kind: Callable[..., _Workers],
    spans: Spans = NO_SPANS,
    *,
    compares: bool = True,
) -> tuple[_Workers, Comparer]:
    """Workers that ask and compare, and who compares for them; both are open as long as the stack is.

    Args:
        kind: Makes the workers.
        spans: Takes the spans of what they do.
        compares: Whether they compare at all.
    """
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
    if compares:
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
    workers = kind(
        ShadowRequests(sides, settings, telemetry, plan.hop, spans),
        comparer,
        verdicts,
        load_routes(plan.files),
        settings,
        telemetry=telemetry,
        tap=tap,
        repairs=Repairs(plan.files),
        spans=spans,
    )
    return workers, comparer
