"""The recorded legacy server with a database: plays scenarios, and changes what PHP changed.

The steps of a scenario are asked for in their order. What a step changed is changed before it is answered, as by PHP,
so that this server, a backend and the proxy before them can share one database. Reads may be repeated, and steps that
change nothing left out; another scenario begins with its first step.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from starlette.types import Receive, Scope, Send

from config.settings import BackendSettings
from proxy.checking.effects import ScenarioWindow, expected
from proxy.checking.file_states import expected_files
from proxy.checking.sandbox import COLUMNS, Sandbox, SandboxPlace, staged
from proxy.checking.scenarios import read_scenarios
from proxy.recordings.recording import Recording
from proxy.recordings.scenarios import Scenario, Step, contents, with_times
from proxy.recordings.server import Behaviour, RecordedServer, RequestKey, asked, loose
from proxy.runtime.listen import Listener, announce, bind

_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

SETTLE_SECONDS: Final = 0.5
"""How long the effect of a scenario's last step stays, when nothing else is asked for."""


class ScenarioServer(RecordedServer):
    """An ASGI application that answers the steps of scenarios, and does to a database what they did.

    Args:
        scenarios: In the order in which they are played.
        stage: The database and files, with the sample in them.
        clock: Tells the times of writing (UTC, without zone).
        behaviour: Latency and faults.
        settle: Seconds after the last step of a scenario until the sample is put back for the next.
    """

    def __init__(
        self,
        scenarios: Sequence[Scenario],
        stage: Sandbox,
        clock: Callable[[], datetime],
        behaviour: Behaviour | None = None,
        *,
        settle: float = SETTLE_SECONDS,
    ) -> None:
        super().__init__((step.recording for play in scenarios for step in play.steps), behaviour)
        self._scenarios = scenarios
        self._questions = [
            [loose(asked(step.recording.request)) for step in scenario.steps] for scenario in scenarios
        ]
        self._stage = stage
        self._clock = clock
        self._settle = settle
        self._lock = asyncio.Lock()
        self._resetting: asyncio.Task[None] | None = None
        self._scenario = 0
        self._next = 0
        self._clean = True
        self._played: list[tuple[datetime, datetime]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await super().__call__(scope, receive, send)
        if scope["type"] == "http" and self._finished and not self._clean:
            self._resetting = self._resetting or asyncio.create_task(
                self._reset_later(), name="next scenario"
            )

    async def find(self, question: RequestKey) -> Recording | None:
        """Play the step that the request asks for. Returns the step as recorded, with the times of the clock; None
        when no step is meant.
        """
        async with self._lock:
            place = self._place(loose(question))
            if place is None:
                return None
            scenario, index = place
            again = scenario == self._scenario and index < self._next
            if scenario != self._scenario or (index < self._next and not self._repeatable(scenario, index)):
                await self._begin(scenario)
                again = False
            step = self._scenarios[scenario].steps[index]
            if not again:
                await self._play(step)
                self._next = index + 1
                await self._align()
            return with_times(step.recording, self._played)

    async def begin(self, name: str) -> None:
        """Put the sample back and wait for the first step of a scenario. Raises KeyError: there is no such scenario."""
        names = {scenario.name: index for index, scenario in enumerate(self._scenarios)}
        async with self._lock:
            await self._begin(names[name])

    @property
    def times(self) -> tuple[datetime, ...]:
        """What the clock said at the steps of the present scenario that were played."""
        return tuple(now for _, now in self._played)

    async def settled(self) -> None:
        """Wait until the sample is back after the last step of a scenario."""
        if self._resetting is not None:
            await self._resetting

    async def aclose(self) -> None:
        """Stop waiting for the end of a scenario."""
        if self._resetting is not None:
            self._resetting.cancel()
            await asyncio.gather(self._resetting, return_exceptions=True)

    @property
    def _finished(self) -> bool:
        return self._next >= len(self._scenarios[self._scenario].steps)

    def _place(self, question: RequestKey) -> tuple[int, int] | None:
        """Scenario and step that a request means."""
        reads = question[0] in _READS
        steps, questions = self._scenarios[self._scenario].steps, self._questions[self._scenario]
        for index in range(self._next, len(steps)):
            if questions[index] == question:
                return self._scenario, index
            # A read that is not the next one is rather a read again than one that comes after a change.
            if reads and _changes(steps[index]):
                break
        for index in reversed(range(self._next)):
            if questions[index] == question and self._repeatable(self._scenario, index):
                return self._scenario, index
        order = [*range(self._scenario + 1, len(self._scenarios)), *range(self._scenario + 1)]
        for scenario in order:
            for index, step in enumerate(self._scenarios[scenario].steps):
                if self._questions[scenario][index] == question:
                    return scenario, index
                if _changes(step):
                    break
        return None

    def _repeatable(self, scenario: int, index: int) -> bool:
        step = self._scenarios[scenario].steps[index]
        return step.recording.request.method in _READS and not _changes(step)

    async def _begin(self, scenario: int) -> None:
        if not self._clean:
            await self._stage.reset()
        self._clean = True
        self._scenario, self._next, self._played = scenario, 0, []
        await self._align()

    async def _align(self) -> None:
        """Who rehearses the next step shall get the ids that PHP gave."""
        if not self._finished:
            await self._stage.align(self._scenarios[self._scenario].steps[self._next])

    async def _play(self, step: Step) -> None:
        now = self._clock().replace(microsecond=0)
        if step.recording.raw.get("_pause") and self._played and now <= self._played[-1][1]:
            now = self._played[-1][1] + timedelta(seconds=1)
        self._played.append((step.started, now))
        self._stage.files.learn(contents(step.recording))
        if not _changes(step):
            return
        self._clean = False
        tables, files = self._stage.tables, self._stage.files
        await tables.look()
        wanted = expected(tables.rows, step.changes, COLUMNS, ScenarioWindow(self._played[0][1], now))
        await tables.put(wanted.rows)
        if step.file_changes:
            files.look()
            files.put(expected_files(files.files, step.file_changes))

    async def _reset_later(self) -> None:
        await asyncio.sleep(self._settle)
        async with self._lock:
            self._resetting = None
            if self._finished:
                await self._begin((self._scenario + 1) % len(self._scenarios))


def _changes(step: Step) -> bool:
    return bool(step.changes or step.file_changes)


async def play(
    paths: Sequence[Path],
    place: SandboxPlace,
    settings: BackendSettings,
    host: str,
    port: int,
    behaviour: Behaviour,
) -> None:
    """Serve scenarios until SIGINT or SIGTERM.

    Args:
        paths: Recording files or directories.
        place: The database and files that they change.
        settings: Name the two databases on a server.
        host: Address to listen on.
        port: Port, 0 for any free one.
        behaviour: Latency and faults.

    Raises:
        CheckError: The place cannot be used, or a recording is no step.
        ListenError: It cannot listen there.
        RecordingError: A recording cannot be read.
    """
    plays = read_scenarios(paths)
    async with staged(place, settings) as stage:
        server = ScenarioServer(plays, stage, _present, behaviour)
        try:
            await Listener(server, bind(host, port), ready=announce, lifespan=False).run_bound()
        finally:
            await server.aclose()


def _present() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
