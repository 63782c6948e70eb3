"""Many processes on one port: a supervisor that starts them, sums their counts and passes commands on.

Each worker is a whole proxy with its own pools, shadow and comparing process, and writes the one diff log under a
run of its own. The listening socket is inherited, so that no connection is lost when a worker ends.
"""

import asyncio
import logging
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from config.patience import at_most
from config.settings import ProxySettings
from config.tasks import Tasks
from proxy.log.settling import settle_runs
from proxy.log.writer import PATIENCE, LogError, open_log, prepare, utc_now
from proxy.process.admin_side import admin_listener, admin_side
from proxy.process.cluster_states import keep_states
from proxy.process.kill import KillSwitch
from proxy.process.metrics import Snapshot, ended, merged
from proxy.process.reach import ReachWatcher
from proxy.process.serving import check_sides, listener, running, settle_memory, sides_of
from proxy.process.signals import operator_signals
from proxy.rollout.controller import keep_gate
from proxy.rollout.live_config import load_live_config
from proxy.runtime import child
from proxy.runtime.channel import frame, read_frame
from proxy.runtime.listen import bind, url_of
from proxy.runtime.loop import run_loop
from proxy.shadow.spans import check_exporter

_LOGGER = logging.getLogger(__name__)
_PATIENCE: Final = 5.0
_LOOK: Final = 0.5


class WorkerEnded(RuntimeError):
    """A worker has ended though nobody told it to."""


class Worker:
    """One process, seen by the supervisor."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.process = process
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()
        self._number = 0

    async def ask(self, command: str, patience: float | None = _PATIENCE) -> Any:
        """Give a command and its result. ``command``: a word. ``patience``: seconds to wait. Raises OSError: the
        process does not answer.
        """
        async with self._turn:
            self._number += 1
            try:
                async with asyncio.timeout(patience):
                    self._writer.write(frame((self._number, command)))
                    await self._writer.drain()
                    while (answer := await read_frame(self._reader)) is not None:
                        number, result = answer
                        # Others are answers that came too late for whoever had asked.
                        if number == self._number:
                            return result
            except TimeoutError as error:
                raise OSError("the worker does not answer") from error
        raise OSError("the worker has ended")

    def stop(self) -> None:
        """Let it drain and end."""
        with suppress(OSError, RuntimeError):
            self._writer.write(frame((0, "stop")))

    def close(self) -> None:
        """Close the channel."""
        self._writer.close()


class Supervisor:
    """Starts workers and starts those again that die (``proxy.process.admin.Controls``). ``settings``: what they
    serve. ``clients``: the socket that they share.
    """

    def __init__(self, settings: ProxySettings, config: Path, clients: socket.socket) -> None:
        self._settings = settings
        self._config = config
        self._clients = clients
        self._workers: dict[int, Worker] = {}
        self._switch = KillSwitch(settings.kill_file)
        self._stopping = asyncio.Event()
        self._last: dict[int, Snapshot] = {}
        self._gone: list[Snapshot] = []
        self._failures: Counter[str] = Counter()
        self.clusters: Counter[str] = Counter()
        self.cluster_changes: Counter[str] = Counter()
        self.tasks = Tasks(self._failures)

    async def run(self, ready: Callable[[], None]) -> None:
        """Keep the workers running until ``stop``."""
        numbers = range(self._settings.workers)
        started = [asyncio.Event() for _ in numbers]
        async with asyncio.TaskGroup() as group:
            for number, event in zip(numbers, started, strict=True):
                keep = partial(self._keep, number, event)
                group.create_task(self.tasks.keep(f"worker {number}", keep), name=f"worker {number}")
            for event in started:
                await event.wait()
            ready()

    def stop(self) -> None:
        """Let all workers drain and end."""
        self._stopping.set()
        for worker in self._workers.values():
            worker.stop()

    async def snapshot(self) -> Snapshot:
        """The sum of all workers that answer."""
        answered = await self._look()
        known = [*self._last.values(), *self._gone]
        total = merged(known) if known else dict(_NOBODY)
        ready = not self._stopping.is_set() and answered > 0
        return {
            **total,
            "ready": bool(total["ready"]) and ready,
            "task_failures": dict(Counter(total["task_failures"]) + self._failures),
            "failing": {**total["failing"], **self.tasks.failing()},
            "clusters": dict(self.clusters),
            "cluster_changes": dict(self.cluster_changes),
        }

    async def _look(self) -> int:
        """Ask all workers what they have counted; of one that does not answer, what it told last is known."""

        async def ask(number: int, worker: Worker) -> None:
            found = await worker.ask("snapshot")
            if self._workers.get(number) is worker:
                self._last[number] = found

        workers = list(self._workers.items())
        found = await asyncio.gather(*(ask(*one) for one in workers), return_exceptions=True)
        return sum(not isinstance(one, BaseException) for one in found)

    def side_errors(self) -> int:
        """Requests that a side did not answer, as far as is known."""
        return sum(sum(one["side_errors"].values()) for one in (*self._last.values(), *self._gone))

    async def watch(self) -> None:
        """Look again and again, until cancelled: what a worker has counted must be known when it is killed."""
        while True:
            await asyncio.sleep(_LOOK)
            await self._look()

    def _retire(self, number: int) -> None:
        """A worker has ended: its numbers stay, and nothing of them is open any more."""
        self._workers.pop(number, None)
        last = self._last.pop(number, None)
        if last is None:
            return
        self._gone = [merged([ended(last), *self._gone])]
        self.tasks.start("settling", lambda: at_most(PATIENCE, self._settle(last)))

    async def _settle(self, last: Snapshot) -> None:
        engine = open_log(self._settings.log)
        try:
            async with engine.begin() as connection:
                await settle_runs(connection, [last["run"]], utc_now(), last)
        finally:
            await engine.dispose()

    def kill(self, why: str) -> None:
        """Legacy serves everything from now on."""
        self._switch.pull(why)

    def release(self) -> None:
        """The rollout is followed again."""
        self._switch.release()

    async def reload(self) -> str:
        """Let every worker read the configuration again."""
        found = await asyncio.gather(
            *(worker.ask("reload") for worker in list(self._workers.values())), return_exceptions=True
        )
        return next((str(one) for one in found if one), "")

    async def _keep(self, number: int, started: asyncio.Event) -> None:
        """Run one worker until it is told to stop. Raises WorkerEnded: it has ended by itself."""
        if self._stopping.is_set():
            started.set()
            return
        worker = await self._start()
        try:
            try:
                await worker.ask("ready", None)
                self._workers[number] = worker
                started.set()
            except OSError:
                _LOGGER.error("worker %d did not start", number)
            if self._stopping.is_set():
                worker.stop()
            status = await worker.process.wait()
        finally:
            self._retire(number)
            worker.stop()
            worker.close()
        if not self._stopping.is_set():
            raise WorkerEnded(f"worker {number} has ended with status {status}")
        started.set()

    async def _start(self) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *child.command("proxy.process.workers", str(theirs.fileno()), str(self._clients.fileno())),
                pass_fds=[theirs.fileno(), self._clients.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                env=child.environment(),
            )
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=ours)
        writer.write(frame((self._settings, self._config.resolve())))
        return Worker(process, reader, writer)


_NOBODY: Final[Snapshot] = {
    **dict.fromkeys(("received", "served", "refused", "client_gone", "pending", "active", "queue"), 0),
    **dict.fromkeys(("faced", "twice"), 0),
    **dict.fromkeys(("reasked", "reloads", "reload_failures", "comparers", "shadows"), 0),
    **dict.fromkeys(("access_dropped", "processes"), 0),
    **{name: {} for name in ("verdicts", "flows", "durations", "answers", "refusals", "fallbacks")},
    "rehearsals": {},
    "queue_shed": {},
    "recorded": {},
    "breaker_opened": {},
    "task_failures": {},
    "side_errors": {},
    "clusters": {},
    "cluster_changes": {},
    "failing": {},
    "breakers": [],
    "kill_switch": False,
    "config": "",
    "lag": 0.0,
    "log_away": False,
    "config_error": "",
    "ready": False,
}


async def supervise(settings: ProxySettings, config: Path, ready: Callable[[str, str], None]) -> None:
    """Run ``settings.workers`` processes until SIGINT or SIGTERM. ``settings``: where both sides, the log and the
    ports are. ``ready``: called with the URLs of the proxy and of its admin side once all serve.

    Raises:
        ConfigError: The configuration is wrong.
        ListenError: A port is taken.
        LogError: The log cannot be opened.
    """
    check_sides(settings)
    check_exporter(settings.tracing.endpoint)
    with ExitStack() as sockets:
        clients = sockets.enter_context(bind(settings.host, settings.port))
        operators = sockets.enter_context(bind(settings.admin_host, settings.admin_port, "--admin-port"))
        # Wrong input is told here, once, and the log gets its tables before the workers meet there.
        load_live_config(config)
        await _prepare(settings.log)
        supervisor = Supervisor(settings, config, clients)
        application = admin_side(supervisor, settings, config)
        tasks = supervisor.tasks
        admin = admin_listener(application, settings, operators)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, supervisor.stop)
        async with asyncio.TaskGroup() as group:
            group.create_task(admin.run_bound(), name="admin listener")
            tasks.start("counts", supervisor.watch)
            tasks.start("sides", ReachWatcher(sides_of(settings), supervisor.side_errors).watch)
            numbers = supervisor.clusters, supervisor.cluster_changes
            tasks.start("clusters", lambda: keep_states(settings.log, config, *numbers))
            tasks.start("gate", lambda: keep_gate(settings.log, config, settings.kill_file.exists))
            with operator_signals(supervisor):
                await supervisor.run(lambda: ready(url_of(clients), admin.url))
            await tasks.stop()
            admin.should_exit = True


async def _prepare(log: str) -> None:
    engine = open_log(log)
    try:
        await prepare(engine)
    except (SQLAlchemyError, OSError) as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise LogError(
            f"the diff log {shown} cannot be opened: {getattr(error, 'orig', None) or error}"
        ) from error
    finally:
        await engine.dispose()


def work() -> None:
    """One worker: the main function of its process."""
    # The supervisor says when to stop; a signal to the whole group goes to it, too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    clients = socket.socket(fileno=int(sys.argv[2]))
    run_loop(_work(channel, clients))


async def _work(channel: socket.socket, clients: socket.socket) -> None:
    channel.setblocking(False)
    clients.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=channel)
    settings, config = await read_frame(reader)
    async with running(settings, config) as parts:
        serving = asyncio.Event()
        main = listener(parts, settings, clients, lambda _url: serving.set(), signals=False)

        async def obey() -> None:
            await serving.wait()
            while (message := await read_frame(reader)) is not None:
                number, command = message
                if command == "stop":
                    main.leave()
                    continue
                answers = {"snapshot": parts.snapshot, "reload": parts.reload}
                result: Any = await answers[command]() if command in answers else True
                writer.write(frame((number, result)))
                await writer.drain()
            # The supervisor is gone.
            main.leave()

        settle_memory()
        parts.tasks.start("commands", obey)
        await main.run_bound()
    writer.close()
