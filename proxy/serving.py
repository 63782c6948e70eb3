"""Open everything that a running proxy needs, serve, and close it again in the right order."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from config.problems import load_problems
from config.rollout import load_rollout
from config.routes import load_routes
from config.settings import ProxySettings
from diffing.deviations import load_registry
from proxy.admin import Admin
from proxy.app import Contract, Proxy, ServedSides
from proxy.comparer import Comparer
from proxy.ledger import Ledger
from proxy.listen import Listener, bind
from proxy.policy import Side
from proxy.record import Recorder, open_log
from proxy.redact import Redactor
from proxy.shadow import ShadowLeg
from proxy.upstream import Upstream

_LOGGER = logging.getLogger(__name__)
_LEGACY_READS = 200


@dataclass(frozen=True, slots=True)
class Running:
    """A proxy with all its parts.

    Args:
        proxy: The application for clients.
        admin: The application for operators.
        ledger: The counts.
        shadow: The shadow leg.
        recorder: Writes the log.
    """

    proxy: Proxy
    admin: Admin
    ledger: Ledger
    shadow: ShadowLeg
    recorder: Recorder


def load_contract(config: Path) -> Contract:
    """Read everything that the configuration says of routes and answers.

    Args:
        config: The configuration directory.

    Raises:
        ConfigError: Something in it is wrong.
    """
    routes = load_routes(config)
    return Contract(routes, load_rollout(config, routes), load_registry(config), dict(load_problems(config)))


@asynccontextmanager
async def running(settings: ProxySettings, config: Path) -> AsyncIterator[Running]:
    """A proxy whose parts are open for the block; at its end pending exchanges are drained.

    Args:
        settings: Where both sides and the log are.
        config: The configuration directory.

    Yields:
        The parts.

    Raises:
        ConfigError: The configuration is wrong.
        LogError: The log cannot be opened.
    """
    for name in ("legacy", "new"):
        if not getattr(settings, name):
            raise ConfigError(f"the URL of the {name} side is missing; give --{name} URL", key=name)
    contract = load_contract(config)
    ledger = Ledger()
    recorder = Recorder(open_log(settings.log), ledger, rollout=lambda: contract.rollout.digest)
    await recorder.open()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(recorder.aclose)
        comparer = Comparer(config)
        stack.push_async_callback(comparer.aclose)
        await comparer.start()

        async def upstream(
            side: Side, *, read: float, connections: int = _LEGACY_READS, reuse: bool = True
        ) -> Upstream:
            return await stack.enter_async_context(
                Upstream(
                    settings.legacy if side is Side.LEGACY else settings.new,
                    connections=connections,
                    connect_timeout=settings.timeouts.connect,
                    read_timeout=read,
                    reuse=reuse,
                )
            )

        served, shadow = settings.timeouts.served, settings.timeouts.shadow
        sides = ServedSides(
            {side: await upstream(side, read=served) for side in Side},
            {side: await upstream(side, read=served, reuse=False) for side in Side},
        )
        # Transports of its own: no pool is shared between the legs (design, promise 1).
        leg = ShadowLeg(
            {side: await upstream(side, read=shadow, connections=settings.shadow.workers) for side in Side},
            comparer,
            ledger,
            contract.routes,
            settings.shadow,
            deadline=shadow,
            redactor=Redactor(),
            admin_keys=settings.admin_keys,
        )
        work = asyncio.create_task(leg.work(), name="shadow leg")
        writing = asyncio.create_task(recorder.keep_writing(), name="diff log")
        try:
            proxy = Proxy(sides, lambda: contract, leg, ledger, settings)
            yield Running(proxy, Admin(ledger), ledger, leg, recorder)
        finally:
            await leg.drain(settings.timeouts.drain)
            for task in (work, writing):
                task.cancel()
            await asyncio.gather(work, writing, return_exceptions=True)


async def serve(settings: ProxySettings, config: Path, ready: Callable[[str, str], None]) -> None:
    """Run the proxy until SIGINT or SIGTERM.

    Args:
        settings: Where both sides, the log and the ports are.
        config: The configuration directory.
        ready: Called with the URLs of the proxy and of its admin side once both listen.

    Raises:
        ConfigError: The configuration is wrong.
        ListenError: A port is taken.
        LogError: The log cannot be opened.
    """
    with ExitStack() as sockets:
        # Bound first: a taken port is told before anything else is opened.
        clients = sockets.enter_context(bind(settings.host, settings.port))
        operators = sockets.enter_context(bind(settings.admin_host, settings.admin_port))
        async with running(settings, config) as parts:
            await _listen(parts, clients, operators, round(settings.timeouts.drain), ready)


async def _listen(
    parts: Running,
    clients: socket.socket,
    operators: socket.socket,
    drain: int,
    ready: Callable[[str, str], None],
) -> None:
    admin = Listener(parts.admin, operators, lifespan=False, drain=1, signals=False)
    main = Listener(
        parts.proxy, clients, ready=lambda url: ready(url, admin.url), lifespan=False, drain=drain
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(admin.run_bound(), name="admin listener")
        await main.run_bound()
        admin.should_exit = True
