"""Open everything that a running proxy needs, serve, and close it again in the right order."""

import asyncio
import gc
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.errors import ConfigError
from config.reports import load_report_settings
from config.settings import ProxySettings
from config.tasks import Tasks
from proxy.exchange.decision import Side
from proxy.inbound.access_log import AccessLog
from proxy.inbound.protocol import front
from proxy.log.counters import Counters
from proxy.log.writer import Recorder, open_log
from proxy.outbound.upstream import Upstream
from proxy.process.admin_side import admin_listener, admin_side
from proxy.process.cluster_states import keep_states
from proxy.process.kill import KillSwitch
from proxy.process.metrics import Snapshot, snapshot
from proxy.process.reach import ReachWatcher
from proxy.process.reload import Configuration
from proxy.process.signals import operator_signals
from proxy.rollout.controller import keep_gate
from proxy.rollout.live_config import LiveConfig
from proxy.runtime.listen import Listener, bind
from proxy.runtime.telemetry import Telemetry
from proxy.serve.app import Proxy, hop_of
from proxy.serve.rehearse import Rehearsing
from proxy.serve.served import ServedSides
from proxy.shadow.link import ShadowLink
from proxy.shadow.spans import check_exporter

_LOGGER = logging.getLogger(__name__)
# Longer than load balancers keep idle connections, so that it is they who close them.
_KEEP_ALIVE: Final = 75


@dataclass(slots=True)
class RunningProxy:
    """A proxy with all its parts; also what operators see and command (``proxy.process.admin.Controls``).

    Args:
        proxy: The application for clients.
        counters: The counts.
        recorder: Writes the log.
        configuration: Gives the configuration in force.
        tasks: The long-lived tasks of the process.
        changed: Tells the parts of a new configuration.
        ready: Whether new requests are wanted.
    """

    proxy: Proxy
    counters: Counters
    shadow: ShadowLink
    recorder: Recorder
    telemetry: Telemetry
    switch: KillSwitch
    configuration: Configuration
    access: AccessLog
    tasks: Tasks
    ready: Callable[[], bool] = lambda: True

    async def changed(self, _in_force: LiveConfig, files: Path) -> None:
        """Go by a new configuration."""
        await self.shadow.use(files)

    async def snapshot(self) -> Snapshot:
        """Everything that is counted, at this moment."""
        return snapshot(
            self.counters,
            self.telemetry,
            {
                "run": self.recorder.run,
                "queue": self.shadow.waiting,
                "lag": self.shadow.lag,
                "log_away": self.recorder.away,
                "breakers": self.shadow.open_breakers(),
                "kill_switch": self.switch.on,
                "config": self.configuration().digest,
                "config_error": self.configuration.error,
                "ready": self.ready(),
                "access_dropped": self.access.dropped,
                "failing": {**self.shadow.failing(), **self.tasks.failing()},
            },
        )

    def kill(self, why: str) -> None:
        """Legacy serves everything from now on."""
        self.switch.pull(why)

    def release(self) -> None:
        """The rollout is followed again."""
        self.switch.release()

    async def reload(self) -> str:
        """Read the configuration again; gives what is wrong with it, or nothing."""
        await self.configuration.reload(self.changed)
        return self.configuration.error

    def refused(self) -> None:
        """Count a request that ``proxy.inbound`` refused."""
        self.counters.received += 1
        self.counters.refused += 1


@asynccontextmanager
async def running(settings: ProxySettings, config: Path) -> AsyncIterator[RunningProxy]:
    """A proxy whose parts are open for the block; at its end pending exchanges are drained. ``settings``: where both
    sides and the log are.

    Raises:
        ConfigError: The configuration is wrong.
        LogError: The log cannot be opened.
    """
    check_sides(settings)
    check_exporter(settings.tracing.endpoint)
    async with AsyncExitStack() as stack:
        parts = await _opened(settings, config, stack)
        tasks = parts.tasks
        tasks.start("shadow", parts.shadow.work)
        tasks.start("diff log", parts.recorder.keep_writing)
        tasks.start("configuration", lambda: parts.configuration.watch(parts.changed))
        tasks.start("kill switch", parts.configuration.watch_switch)
        try:
            yield parts
        finally:
            ends = asyncio.get_running_loop().time() + settings.timeouts.drain
            await parts.shadow.drain(settings.timeouts.drain)
            await tasks.stop()
            # A log that hangs does not keep the process longer than the drain.
            await parts.recorder.aclose(max(1.0, ends - asyncio.get_running_loop().time()))


def check_sides(settings: ProxySettings) -> None:
    """Both sides must be known. Raises ConfigError: one is missing."""
    for name in ("legacy", "new"):
        if not getattr(settings, name):
            raise ConfigError(f"the URL of the {name} side is missing; give --{name} URL", key=name)


def process_name() -> str:
    """Machine and process."""
    return f"{socket.gethostname()}-{os.getpid()}"


def sides_of(settings: ProxySettings) -> dict[str, str]:
    """The URLs of both sides by their names."""
    return {side.value: settings.legacy if side is Side.LEGACY else settings.new for side in Side}


async def _opened(settings: ProxySettings, config: Path, stack: AsyncExitStack) -> RunningProxy:
    telemetry, counters = Telemetry(), Counters(evidence_bytes=settings.shadow.evidence_bytes)
    switch = KillSwitch(settings.kill_file)
    configuration = Configuration(config, switch, telemetry)
    stack.callback(configuration.close)
    recorder = Recorder(
        open_log(settings.log),
        counters,
        rollout=lambda: configuration().digest,
        retention=load_report_settings(config).retention,
        place=f"proxy {process_name()}",
    )
    await recorder.open()
    stack.push_async_callback(recorder.dispose)

    tasks = Tasks(telemetry.task_failures)
    access = AccessLog(settings.access_log)
    stack.callback(access.close)
    timeouts, shadow = settings.timeouts, settings.shadow

    async def upstream(side: Side, connections: int, *, waits: bool = True, reuse: bool = True) -> Upstream:
        return await stack.enter_async_context(
            Upstream(
                settings.legacy if side is Side.LEGACY else settings.new,
                connections=connections,
                connect_timeout=timeouts.connect,
                first_byte_timeout=timeouts.first_byte if waits else None,
                read_timeout=timeouts.served if waits else timeouts.shadow,
                reuse=reuse,
            )
        )

    # Reads and writes have transports of their own; the shadow's are in its process, so that nothing is shared.
    most = settings.limits.concurrency
    sides = ServedSides(
        {side: await upstream(side, most) for side in Side},
        {side: await upstream(side, most, reuse=False) for side in Side},
    )
    link = ShadowLink(settings, configuration.path, counters, telemetry, hop_of(settings))
    rehearsing = None
    if settings.shadow_secret:
        rehearsing = Rehearsing(
            await upstream(Side.NEW, most, waits=False),
            settings.shadow_secret,
            deadline=timeouts.rehearsal,
            answer_bytes=shadow.answer_bytes,
            telemetry=telemetry,
        )
    proxy = Proxy(
        sides,
        configuration,
        link,
        counters,
        settings,
        telemetry=telemetry,
        access=access,
        rehearsing=rehearsing,
    )
    return RunningProxy(proxy, counters, link, recorder, telemetry, switch, configuration, access, tasks)


async def serve(settings: ProxySettings, config: Path, ready: Callable[[str, str], None]) -> None:
    """Run the proxy until SIGINT or SIGTERM. ``settings``: where both sides, the log and the ports are. ``ready``:
    called with the URLs of the proxy and of its admin side once both listen.

    Raises:
        ConfigError: The configuration is wrong.
        ListenError: A port is taken.
        LogError: The log cannot be opened.
    """
    with ExitStack() as sockets:
        # Bound first: a taken port is told before anything else is opened.
        clients = sockets.enter_context(bind(settings.host, settings.port))
        operators = sockets.enter_context(bind(settings.admin_host, settings.admin_port, "--admin-port"))
        async with running(settings, config) as parts:
            await _listen(parts, settings, config, clients, operators, ready)


def listener(
    parts: RunningProxy,
    settings: ProxySettings,
    clients: socket.socket,
    ready: Callable[[str], None],
    *,
    signals: bool,
) -> Listener:
    """What listens to clients.

    Args:
        settings: Its limits.
        ready: Called with its URL.
        signals: Whether SIGINT and SIGTERM stop it.
    """
    found = Listener(
        parts.proxy,
        clients,
        ready=ready,
        lifespan=False,
        drain=round(settings.timeouts.drain),
        signals=signals,
        protocol=front(settings.limits, settings.timeouts, parts.refused),
        keep_alive=_KEEP_ALIVE,
        linger=settings.timeouts.linger,
    )
    parts.ready = lambda: not found.leaving
    return found


def settle_memory() -> None:
    """Take what is there at the start out of the garbage collector's rounds, each of which stops all clients."""
    gc.collect()
    gc.freeze()


async def _listen(
    parts: RunningProxy,
    settings: ProxySettings,
    config: Path,
    clients: socket.socket,
    operators: socket.socket,
    ready: Callable[[str, str], None],
) -> None:
    application = admin_side(parts, settings, config)
    admin = admin_listener(application, settings, operators)
    main = listener(parts, settings, clients, lambda url: ready(url, admin.url), signals=True)
    settle_memory()
    async with asyncio.TaskGroup() as group:
        group.create_task(admin.run_bound(), name="admin listener")
        reach = ReachWatcher(sides_of(settings), parts.telemetry.side_errors.total)
        parts.tasks.start("sides", reach.watch)
        numbers = parts.telemetry.clusters, parts.telemetry.cluster_changes
        parts.tasks.start("clusters", lambda: keep_states(settings.log, config, *numbers))
        parts.tasks.start("gate", lambda: keep_gate(settings.log, config, settings.kill_file.exists))
        with operator_signals(parts):
            await main.run_bound()
        admin.should_exit = True
