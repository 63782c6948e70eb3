"""Proxy, backend and recorded PHP on one database: each write is rehearsed before PHP carries it out.

What a rehearsal left behind is looked for before PHP is asked.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.app import create_app
from backend.database.snapshots import NUMBERED
from config.routes import load_routes
from config.settings import BackendSettings, DatabaseNames, ProxySettings, Timeouts
from proxy.checking.sandbox import Sandbox, SandboxPlace, staged
from proxy.checking.scenario_server import ScenarioServer
from proxy.checking.scenarios import SteppedClock
from proxy.log.counters import Counters
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.process.serving import RunningProxy, running
from proxy.recordings.callers import key_in, role_of
from proxy.recordings.scenarios import Scenario, Step, recorded_bases
from proxy.translate.to_new import legacy_to_new
from tests.proxy.conftest import listening, serving

SECRET: Final = "known to both"
ROLLOUT: Final = '[[stage]]\nroutes = ["*"]\nstage = "shadow"\npercentage = 100\nshadow_write = "rollback"\n'
NAMES: Final = DatabaseNames("rehearsal_openml", "rehearsal_openml_expdb")
PUBLIC_URL: Final = "https://openml.test/"
OBJECT_STORE_URL: Final = "https://minio.openml.test/"
TOLD: Final = {
    "openml.file",
    *(
        f"openml_expdb.{name}"
        for name in ("dataset", "task", "implementation", "run", "study", "downvote_reasons")
    ),
}
"""The tables whose new ids answers tell."""
IDS: Final = frozenset({"rehearsed-id", "rehearsed-run-id", "rehearsed-study-id", "rehearsed-reason-id"})
"""The entries that say that an id is a later one."""
CONFIG: Final = Path(__file__).parent.parent.parent / "config"


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One step that went through the proxy.

    Args:
        verdict: What came of comparing the rehearsal with what legacy then answered.
        deviations: The entries that explain it.
        writes: Whether it was rehearsed.
        left: What the rehearsal left behind: tables and files.
        why: The first difference.
    """

    recording: str
    route: str
    verdict: str
    deviations: tuple[str, ...]
    writes: bool
    left: tuple[str, ...] = ()
    why: str = ""

    @property
    def has_later_id(self) -> bool:
        """Whether an entry says that legacy's id is a later one."""
        return not IDS.isdisjoint(self.deviations)

    @property
    def verdict_but_for_ids(self) -> str:
        """The verdict, had the ids been the same."""
        only_ids = self.has_later_id and IDS.issuperset(self.deviations)
        return "match" if self.verdict == "explained" and only_ids else self.verdict


@dataclass(slots=True)
class Observer:
    """Stands before the recorded server and looks at database and files when legacy is asked: after the rehearsal.

    Args:
        ahead: By how much the ids that legacy gives are ahead of the rehearsal's.
        left: What was found changed; None when it was not asked yet.
        shifted: The steps whose answers got later ids.
    """

    legacy: ASGIApp
    stage: Sandbox
    ahead: int = 0
    step: Step | None = None
    left: list[str] | None = None
    shifted: set[str] = field(default_factory=set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look, then pass on."""
        if self.left is None:
            self.left = [*await self.stage.tables.look()]
            before = self.stage.files.look()
            if before != self.stage.files.files:
                self.left.append("files")
        await self.legacy(scope, receive, self._further(send) if self._handed_out else send)

    @property
    def _handed_out(self) -> set[int]:
        """The ids of the step's new rows, where they are to be told apart from the rehearsal's."""
        if not self.ahead or self.step is None or self.step.recording.request.method in ("GET", "HEAD"):
            return set()
        new = {
            change.row[NUMBERED[change.table]]
            for change in self.step.changes
            if change.op == "insert" and change.table in TOLD and NUMBERED.get(change.table) in change.row
        }
        # What the request names was there before, whatever row happens to get the same id.
        return new - {int(number) for number in re.findall(rb"\d+", self.step.recording.request.target)}

    def _further(self, send: Send) -> Send:
        """Answers with ids that are further than the recorded ones, as where a rehearsal used some up."""
        given = self._handed_out

        def further(match: re.Match[bytes]) -> bytes:
            if int(match[0]) not in given or self.step is None:
                return match[0]
            if self.step.recording.response.status == 200:
                self.shifted.add(self.step.recording.id)
            return b"%d" % (int(match[0]) + self.ahead)

        start: Message = {}

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body = re.sub(rb"(?<![\w.\-])[0-9]+(?![\w.\-])", further, message.get("body", b""))
            headers = [pair for pair in start["headers"] if pair[0] != b"content-length"]
            await send({**start, "headers": [*headers, (b"content-length", b"%d" % len(body))]})
            await send({**message, "body": body})

        return sending


@dataclass(frozen=True, slots=True)
class World:
    """Proxy, backend and recorded legacy on one database. ``observer``: stands before it."""

    client: Upstream
    parts: RunningProxy
    legacy: ScenarioServer
    observer: Observer
    clock: SteppedClock

    async def play(self, scenario: Scenario) -> list[Rehearsed]:
        """Send the steps of a scenario through the proxy, one after the other. ``scenario``: is begun with the sample.
        Returns what came of them.
        """
        await self.legacy.begin(scenario.name)
        return [await self._step(step) for step in scenario.steps]

    async def _step(self, step: Step) -> Rehearsed:
        counters, telemetry = self.parts.counters, self.parts.telemetry
        verdicts, hits = counters.verdicts, Counter(counters.hits)
        routes = _routes(counters)
        rehearsals = telemetry.rehearsals.total()
        clusters = {name: cluster.exchanges for name, cluster in counters.clusters.items()}
        self.clock.now, self.observer.step, self.observer.left = step.now, step, None
        sent = step.recording.request
        await observe(self.client, sent.method, sent.target, sent.headers, sent.body, deadline=120.0)
        async with asyncio.timeout(120):
            while counters.pending:
                await asyncio.sleep(0.002)
        [verdict] = (counters.verdicts - verdicts).elements()
        [route] = (_routes(counters) - routes).elements()
        failed = [
            name for name, cluster in counters.clusters.items() if cluster.exchanges != clusters.get(name, 0)
        ]
        return Rehearsed(
            step.recording.id,
            route,
            verdict,
            tuple(sorted({name for _, _, name, _ in Counter(counters.hits) - hits})),
            telemetry.rehearsals.total() > rehearsals,
            tuple(self.observer.left or ()),
            failed[0] + str(counters.clusters[failed[0]].example) if failed else "",
        )


def _routes(counters: Counters) -> Counter[str]:
    counts: Counter[str] = Counter()
    for (_, route, *_), flow in counters.flows.items():
        counts[route] += flow.exchanges
    return counts


@asynccontextmanager
async def world(
    folder: Path,
    plays: Sequence[Scenario],
    place: SandboxPlace,
    names: DatabaseNames = NAMES,
    *,
    lag: float = 0.0,
    ahead: int = 0,
) -> AsyncIterator[World]:
    """Open everything. Yields the parts, connected by real sockets.

    Args:
        folder: For the log, the files and a copy of the configuration.
        place: The database.
        names: Of the two databases on a server.
        lag: Seconds by which legacy is later than the rehearsal.
        ahead: By how much the ids that legacy gives are ahead of the rehearsal's.
    """
    config = folder / "config"
    shutil.copytree(CONFIG, config, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    (config / "rollout.toml").write_text(ROLLOUT)
    public, store = recorded_bases(step.recording for play in plays for step in play.steps)
    clock = SteppedClock(plays[0].start)
    async with AsyncExitStack() as stack:
        stage = await stack.enter_async_context(staged(place, BackendSettings(database_names=names)))
        backend = create_app(
            BackendSettings(
                database=place.database,
                database_names=names,
                files=stage.root,
                public_url=public or PUBLIC_URL,
                object_store_url=store or OBJECT_STORE_URL,
                shadow_secret=SECRET,
            ),
            clock,
            str(config),
        )
        legacy = ScenarioServer(plays, stage, lambda: clock() + timedelta(seconds=lag), settle=3600.0)
        stack.push_async_callback(legacy.aclose)
        observer = Observer(legacy, stage, ahead)
        settings = ProxySettings(
            legacy=await stack.enter_async_context(serving(observer)),
            new=await stack.enter_async_context(serving(backend, lifespan=True)),
            log=f"sqlite:///{folder / 'log.db'}",
            kill_file=folder / "kill",
            shadow_secret=SECRET,
            admin_keys=tuple(hashlib.sha256(key.encode()).hexdigest() for key in sorted(_admin_keys(plays))),
            timeouts=Timeouts(connect=5, served=60, shadow=60, drain=60, rehearsal=60),
        )
        parts = await stack.enter_async_context(running(settings, config))
        url = await stack.enter_async_context(listening(parts, settings))
        client = await stack.enter_async_context(Upstream(url))
        yield World(client, parts, legacy, observer, clock)


def _admin_keys(plays: Sequence[Scenario]) -> set[str]:
    routes = load_routes(CONFIG)
    found = set()
    for step in (step for play in plays for step in play.steps):
        if role_of(step.recording.caller) == "admin":
            sent = step.recording.request
            translation = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), routes)
            if isinstance(translation, Translation):
                found.add(key_in(translation))
    return found - {""}
