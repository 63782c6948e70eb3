"""``parity demo``: sample database, recorded legacy server, backend and proxy in one process, with clients."""

import asyncio
import hashlib
import secrets
import shlex
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import Progress
from starlette.types import ASGIApp

from config.routes import RouteMap, load_routes
from config.settings import BackendSettings, ProxySettings, load_proxy_settings
from diffing.cluster import cluster_id
from proxy.log.clusters import SHORT
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.admin_side import admin_side
from proxy.process.cluster_states import keep_states
from proxy.process.seeded import FAULTS, WithFaults, not_as_seeded
from proxy.process.serving import RunningProxy, running
from proxy.recordings.callers import key_of
from proxy.recordings.recording import Recording, read_recordings
from proxy.recordings.server import RecordedServer
from proxy.reporting.report import Report, read_report
from proxy.reporting.report_view import print_report
from proxy.runtime.listen import Listener, bind, url_of
from proxy.translate.to_new import legacy_to_new

SAMPLE: Final = Path(__file__).resolve().parent.parent.parent / "config" / "sample"
RECORDINGS: Final = SAMPLE / "recordings"
# What the recorded answers call the server and its object store.
PUBLIC_URL: Final = "https://openml.test/"
OBJECT_STORE_URL: Final = "https://minio.openml.test/"
_CLIENTS: Final = 8
_NAMES: Final = 20
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


Command = Callable[[Sequence[str]], str]


def plain_command(arguments: Sequence[str]) -> str:
    """A command line for a shell that finds ``parity``."""
    return shlex.join(["parity", *arguments])


async def demo(
    folder: Path,
    config: Path,
    console: Console,
    *,
    once: bool,
    log: Path | None = None,
    parity: Command = plain_command,
    port: int = 0,
    recordings: Path = RECORDINGS,
) -> Report:
    """Show the whole line working.

    Args:
        folder: Where the databases and the log go.
        console: Where to tell.
        once: End after the report instead of staying up.
        log: The file of the diff log; None for one in the folder.
        parity: Makes a command line of arguments, as the reader can paste it.
        port: The proxy's port, 0 for any free one.
        recordings: What clients ask and legacy answers.

    Raises:
        ListenError: The port is taken.
        RecordingError: The recordings cannot be read.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        database = await _load(folder, progress)
        entries = asked_for(list(read_recordings([recordings])), load_routes(config))
        async with AsyncExitStack() as stack:
            legacy = await stack.enter_async_context(
                _listening(RecordedServer(entries), bind("127.0.0.1", 0))
            )
            backend = await stack.enter_async_context(_backend(database, config))
            clients = bind("127.0.0.1", port)
            url_of_log = f"sqlite:///{log or folder / 'parity-log.db'}"
            settings = _settings(config, legacy, backend, url_of_log, entries)
            parts = await stack.enter_async_context(running(settings, config))
            url = await stack.enter_async_context(_listening(parts.proxy, clients))
            admin = await stack.enter_async_context(
                _listening(admin_side(parts, settings, config), bind("127.0.0.1", 0))
            )
            await _ask_everything(entries, url, parts, progress, stopped)
            await parts.recorder.write()
            report = await read_report(url_of_log)
            progress.stop()
            print_report(console, report)
            console.print("seeded in the new side:")
            for fault in FAULTS:
                console.print(f"   {fault.told}")
            if not not_as_seeded(report.tally.clusters.values()):
                console.print("found: exactly these")
            if not once:
                # As in any proxy: changed rules compare again by themselves, and clusters close.
                numbers = parts.telemetry.clusters, parts.telemetry.cluster_changes
                parts.tasks.start("clusters", lambda: keep_states(url_of_log, config, *numbers))
                console.print(f"{'admin token':<{_NAMES}}{settings.admin_token}", highlight=False)
                urls = {"proxy": url, "legacy (recorded)": legacy, "new": backend, "dashboard": admin}
                for name, shown in urls.items():
                    console.print(f"{name:<{_NAMES}}{shown}", highlight=False)
                for target in to_try(entries, load_routes(config)):
                    _command(console, "try", f"curl {url}{target}")
            for name, arguments in next_steps(report, url_of_log).items():
                _command(console, name, parity(arguments))
            if not once and not stopped.is_set():
                console.print("Press Ctrl-C to stop.")
                await stopped.wait()
    return report


def asked_for(recordings: Sequence[Recording], routes: RouteMap) -> list[Recording]:
    """The recordings that clients of the demo send: reads of implemented routes, in JSON."""
    chosen = []
    for recording in recordings:
        sent = recording.request
        found = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), routes)
        if (
            isinstance(found, Translation)
            and found.route is not None
            and found.route.implemented
            and not found.writes
            and found.format == "json"
            and not recording.volatile
            # httptools refuses methods that nobody has registered, and raw bytes beyond ASCII (RFC 3986).
            and sent.method in _METHODS
            and sent.target.isascii()
        ):
            chosen.append(recording)
    return chosen


def to_try(entries: Sequence[Recording], routes: RouteMap) -> list[str]:
    """One request that people can repeat by hand: recorded without key, query and body, in both dialects. Returns the
    target for the legacy API and for the new one; nothing when no such request is recorded.
    """
    for entry in entries:
        sent = entry.request
        if (
            sent.method != "GET"
            or entry.caller != "none"
            or b"?" in sent.target
            or entry.response.status != 200
        ):
            continue
        found = legacy_to_new(Request("GET", sent.target, (), b""), routes)
        if isinstance(found, Translation) and found.route is not None and found.route.name == "dataset.get":
            return [sent.target.decode(), found.target.decode()]
    return []


def _settings(config: Path, legacy: str, new: str, log: str, entries: Sequence[Recording]) -> ProxySettings:
    settings = load_proxy_settings(config)
    admins = {key_of(entry.request.target) for entry in entries if entry.caller.startswith("admin")}
    # The demo compares everything: no exchange is shed, every limited list is looked up.
    shadow = replace(settings.shadow, queue=100_000, queue_bytes=2**30, unlimited_every=1)
    return replace(
        settings,
        legacy=legacy,
        new=new,
        log=log,
        # Decisions of the dashboard need one, also where only this machine can ask.
        admin_token=settings.admin_token or secrets.token_hex(8),
        admin_keys=tuple(hashlib.sha256(key.encode()).hexdigest() for key in sorted(admins)),
        shadow=shadow,
    )


async def _load(folder: Path, progress: Progress) -> str:
    # Imported here: the backend is a package of its own, needed for the demo only.
    from backend.database.load import load

    database = f"sqlite+aiosqlite:///{folder / 'sample.db'}"
    bar = progress.add_task("loading the sample", total=None)

    def loaded(_: str, done: int, total: int) -> None:
        progress.update(bar, completed=done, total=total)

    await load(SAMPLE, database, files_to=folder / "files", progress=loaded)
    progress.remove_task(bar)
    return database


@asynccontextmanager
async def _backend(database: str, config: Path) -> AsyncIterator[str]:
    from backend.app import create_app

    settings = BackendSettings(
        database=database,
        public_url=PUBLIC_URL,
        object_store_url=OBJECT_STORE_URL,
        files=SAMPLE / "files",
    )
    app = WithFaults(create_app(settings, config=str(config)))
    async with _listening(app, bind("127.0.0.1", 0), lifespan=True) as url:
        yield url


@asynccontextmanager
async def _listening(app: ASGIApp, bound: socket.socket, *, lifespan: bool = False) -> AsyncIterator[str]:
    ready = asyncio.Event()

    def is_ready(_: str) -> None:
        ready.set()

    listener = Listener(app, bound, ready=is_ready, lifespan=lifespan, drain=1, signals=False)
    task = asyncio.create_task(listener.run_bound(), name=f"listener {url_of(bound)}")
    try:
        await ready.wait()
        yield url_of(bound)
    finally:
        listener.should_exit = True
        await task


async def _ask_everything(
    entries: Sequence[Recording], url: str, parts: RunningProxy, progress: Progress, stopped: asyncio.Event
) -> None:
    """Send every recorded request through the proxy, as clients would, and wait for the last verdict."""
    asking = progress.add_task("clients ask the proxy", total=len(entries))
    pending = iter(entries)

    async def client(side: Upstream) -> None:
        for entry in pending:
            if stopped.is_set():
                return
            sent = entry.request
            await observe(side, sent.method, sent.target, sent.headers, sent.body)
            progress.advance(asking)

    async with Upstream(url) as side, asyncio.TaskGroup() as group:
        for number in range(_CLIENTS):
            group.create_task(client(side), name=f"demo client {number}")
    await _settled(
        parts, lambda left: progress.update(asking, description=f"comparing, {left} to go"), stopped
    )


async def _settled(parts: RunningProxy, tell: Callable[[int], None], stopped: asyncio.Event) -> None:
    while parts.counters.pending and not stopped.is_set():
        tell(parts.counters.pending)
        await asyncio.sleep(0.05)


def next_steps(report: Report, log: str) -> dict[str, list[str]]:
    """What to do with a report: arguments of ``parity`` by what they are for.

    Args:
        log: URL of its diff log.
    """
    steps = {"report": ["report", "--log", log]}
    clusters = sorted(report.tally.clusters.values(), key=lambda cluster: (-cluster.count, cluster.signature))
    if clusters:
        name = cluster_id(clusters[0].signature)[:SHORT]
        steps["what differs"] = ["show", name, "--log", log]
        steps["what to do"] = ["file", name, "--as", "new-wrong", "--log", log]
        steps["is it settled"] = ["recheck", name, "--log", log]
    return steps


def _command(console: Console, name: str, line: str) -> None:
    console.print(f"{name:<{_NAMES}}{line}", highlight=False, markup=False, soft_wrap=True)
