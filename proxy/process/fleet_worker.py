"""A worker of a fleet: takes captures from the queue, asks the other side, compares, and writes the diff log."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

from config.reports import load_report_settings
from config.settings import ProxySettings
from config.tasks import Tasks
from proxy.dashboard.session import GuardedAdmin
from proxy.fleet.seal import load_seal
from proxy.fleet.share_taker import ShareTaker
from proxy.fleet.shares import ShareStream
from proxy.fleet.stream import CaptureStream
from proxy.fleet.taker import CaptureTaker
from proxy.log.counters import Counters
from proxy.log.once import OnceRecorder
from proxy.log.writer import Recorder, open_log
from proxy.process.admin_side import admin_listener
from proxy.process.asking import exporter, open_workers
from proxy.process.fleet_admin import FleetAdmin, FleetControls
from proxy.process.kill import KillSwitch
from proxy.process.reload import Configuration
from proxy.process.replaying import ShareRunner
from proxy.process.serving import check_sides, settle_memory
from proxy.rollout.live_config import LiveConfig
from proxy.runtime.listen import bind
from proxy.runtime.telemetry import Telemetry
from proxy.serve.app import hop_of
from proxy.shadow.captured import CaptureWorkers
from proxy.shadow.messages import StartPlan
from proxy.shadow.spans import check_exporter


async def work(settings: ProxySettings, config: Path, name: str, ready: Callable[[str], None]) -> None:
    """Judge captures until SIGINT or SIGTERM; then finish what is in hand, and give back what is not done in time.

    Args:
        settings: Where both sides, the log, the queue and the admin port are.
        name: The worker's, among all of its fleet.
        ready: Called with the URL of the admin side once it takes captures.

    Raises:
        ConfigError: The configuration is wrong.
        ListenError: The admin port is taken.
        LogError: The log cannot be opened.
    """
    check_sides(settings)
    check_exporter(settings.tracing.endpoint)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with ExitStack() as sockets:
        operators = sockets.enter_context(bind(settings.admin_host, settings.admin_port, "--admin-port"))
        async with AsyncExitStack() as stack:
            telemetry = Telemetry()
            tasks = Tasks(telemetry.task_failures)
            stream = CaptureStream(settings.queue)
            stack.push_async_callback(stream.aclose)
            configuration = Configuration(config, KillSwitch(settings.kill_file), telemetry)
            stack.callback(configuration.close)
            recorder = OnceRecorder(
                open_log(settings.log),
                lambda: Counters(evidence_bytes=settings.shadow.evidence_bytes),
                lambda engine, counters: Recorder(
                    engine,
                    counters,
                    rollout=lambda: configuration().digest,
                    retention=load_report_settings(config).retention,
                    place=f"worker {name}",
                ),
            )
            await recorder.open()
            stack.push_async_callback(recorder.aclose)
            seal = load_seal(settings.queue)
            taker = CaptureTaker(
                stream,
                seal,
                recorder,
                settings.queue,
                name,
                settings.shadow.workers,
                settings.shadow.queue_bytes,
                lambda: configuration().routes,
            )
            plan = StartPlan(settings, configuration.path, hop_of(settings))
            spans = exporter(settings.tracing.endpoint, stack)
            workers, comparer = await open_workers(
                plan, taker, telemetry, tasks, stack, CaptureWorkers, spans
            )

            async def changed(in_force: LiveConfig, files: Path) -> None:
                workers.use(in_force.routes, files)
                await comparer.use(files)

            shares = None
            if seal is not None:
                share_stream = ShareStream(settings.queue, seal)
                stack.push_async_callback(share_stream.aclose)
                runner = ShareRunner(
                    name, settings.new, lambda: configuration.path, settings.queue.deliveries
                )
                shares = ShareTaker(share_stream, settings.queue, name, runner.do)
            controls = FleetControls(
                name,
                taker,
                shares,
                stream,
                recorder,
                telemetry,
                tasks,
                configuration,
                workers.open_breakers,
                stop.is_set,
            )
            admin = admin_listener(
                GuardedAdmin(
                    FleetAdmin(controls),
                    token=settings.admin_token,
                    host=settings.admin_host,
                    names=settings.admin_hosts,
                ),
                settings,
                operators,
            )
            settle_memory()
            async with asyncio.TaskGroup() as group:
                group.create_task(admin.run_bound(), name="admin listener")
                tasks.start("configuration", lambda: configuration.watch(changed))
                workers.start(tasks)
                taker.start(tasks, workers)
                if shares is not None:
                    shares.start(tasks)
                ready(admin.url)
                await stop.wait()
                await taker.leave()
                await workers.drain(settings.timeouts.drain)
                await tasks.stop()
                await taker.aclose()
                admin.should_exit = True
