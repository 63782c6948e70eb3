"""``parity check --scenarios``: replay recorded writes, and compare what they change with what PHP changed.

Every scenario starts from the pristine sample. After each step rows and files are brought to what the recording
says, so that every later step is compared whatever came of this one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from config.legacy_errors import load_legacy_errors
from config.problems import load_problems
from config.routes import load_routes
from config.settings import load_backend_settings
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import UNROUTED
from diffing.registry import Registry
from diffing.usage import Usage
from proxy.checking.check import (
    CheckError,
    CheckResult,
    Dialect,
    FailureLimits,
    InProcess,
    breaches,
    count_usage,
    open_side,
)
from proxy.checking.effect_tally import Effects, step_effect
from proxy.checking.effects import ScenarioWindow, expected
from proxy.checking.face_replay import FaceReplay
from proxy.checking.file_states import expected_files
from proxy.checking.replay import Replay, ReplayedExchange, route_name, tally
from proxy.checking.sandbox import COLUMNS, Sandbox, SandboxPlace, staged
from proxy.compare.face_judge import FaceJudge
from proxy.message.translation import Translation, Untranslatable
from proxy.recordings.recording import Recording, read_recordings
from proxy.recordings.scenarios import Scenario, ScenarioError, Step, contents, recorded_bases, scenarios


@dataclass(frozen=True, slots=True)
class ScenariosResult:
    """What a check of scenarios found.

    Args:
        check: Answers, and all breaches.
        effects: What the steps changed.
        exchanges: The steps that were replayed, in order.
    """

    check: CheckResult
    effects: Effects
    exchanges: tuple[ReplayedExchange, ...] = field(default=(), repr=False)


@dataclass(slots=True)
class SteppedClock:
    """A clock that is set for each step. ``now``: what it shows, with fractions of a second that it keeps to itself."""

    now: datetime

    def __call__(self) -> datetime:
        """The present, as the database stores times."""
        return self.now.replace(microsecond=0)


async def check_scenarios(
    paths: tuple[Path, ...],
    place: SandboxPlace,
    config: Path,
    *,
    limits: FailureLimits,
    public_url: str | None = None,
    object_store_url: str | None = None,
    route: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    usage: Usage | None = None,
    dialect: Dialect = "new",
) -> ScenariosResult:
    """Replay scenarios against a backend in this process. Returns counts, effects and breaches.

    Args:
        paths: Recording files or directories.
        place: The database and files to use.
        limits: What makes the check fail.
        public_url: The backend's public base URL; None for that of the recordings.
        object_store_url: Base URL of its object store; None for that of the recordings.
        route: Glob of route names; of other routes' steps only the recorded changes are applied.
        progress: Called with the number of steps done and of all.
        usage: Told of what the registry's entries do, for the lint.

    Raises:
        CheckError: The place cannot be used, the glob fits no route, or a recording is no step.
        ConfigError: The configuration is wrong.
        RecordingError: A recording cannot be read.
    """
    routes = load_routes(config)
    registry, errors = load_registry(config), load_legacy_errors(config)
    differ = Differ(registry, load_problems(config), usage=usage)
    if route is not None and not any(fnmatchcase(name, route) for name in (*routes.routes, UNROUTED)):
        raise CheckError(f"no route fits {route!r}; routes are named like dataset.get, dataset.list")
    plays = read_scenarios(paths)
    steps = [step.recording for play in plays for step in play.steps]
    clock = SteppedClock(plays[0].start)
    public, store = recorded_bases(steps)
    async with staged(place, load_backend_settings(config)) as stage:
        side = InProcess(
            place.database, public_url or public, object_store_url or store, stage.root, clock=clock
        )
        async with open_side(side, config) as transport:
            runner = ScenarioRunner(stage, clock, registry, route, progress, len(steps))
            for scenario in plays:
                timed = scenario.timed()
                replay: Replay | FaceReplay
                if dialect == "legacy":
                    twin = Replay(timed, routes, differ, transport, writes=True)
                    judge = FaceJudge(registry, errors, twin)
                    replay = FaceReplay(
                        timed,
                        routes,
                        transport,
                        judge,
                        translated=twin.translated,
                        writes=True,
                    )
                else:
                    replay = Replay(timed, routes, differ, transport, writes=True)
                await runner.play(scenario, replay)
        await stage.reset()
    count_usage(usage, runner.exchanges)
    counts = tally(runner.exchanges)
    found = breaches(counts, routes, limits, route, scenarios=True)
    checked = CheckResult(counts, (*found, *runner.effects.breaches()), tuple(runner.exchanges))
    return ScenariosResult(checked, runner.effects, tuple(runner.exchanges))


def read_scenarios(paths: Sequence[Path]) -> list[Scenario]:
    """Read scenarios. ``paths``: recording files or directories. Returns the scenarios, at least one, in the order of
    the files.

    Raises:
        CheckError: A recording is no step of a scenario, or there is none.
        RecordingError: A recording cannot be read.
    """
    try:
        plays = scenarios(read_recordings(paths))
    except ScenarioError as error:
        raise CheckError(str(error)) from error
    if not plays:
        raise CheckError("the recordings hold no step")
    return plays


class ScenarioRunner:
    """Plays scenarios in a sandbox.

    Args:
        stage: Database and files.
        clock: That of the backend.
        registry: Says which effects differ on purpose.
        route: Glob of the routes whose steps are replayed, None for all.
        progress: Called with the number of steps done and of all.
        total: The number of all steps.
    """

    def __init__(
        self,
        stage: Sandbox,
        clock: SteppedClock,
        registry: Registry,
        route: str | None,
        progress: Callable[[int, int], None],
        total: int,
    ) -> None:
        self.exchanges: list[ReplayedExchange] = []
        self.effects = Effects(total)
        self._stage = stage
        self._clock = clock
        self._registry = registry
        self._route = route
        self._progress = progress
        self._total = total
        self._done = 0

    async def play(self, scenario: Scenario, replay: Replay | FaceReplay) -> None:
        """Play one scenario from the pristine sample on. ``replay``: made of its steps."""
        selected = [self._selects(translation) for _, translation in replay.translated]
        if any(selected):
            await self._stage.reset()
            for step, pair, asked in zip(scenario.steps, replay.translated, selected, strict=True):
                self._clock.now = step.now
                self._stage.files.learn(contents(step.recording))
                window = ScenarioWindow(scenario.start, step.now)
                if asked:
                    await self._replay(step, replay, pair, window)
                else:
                    await self._apply(step, window)
        self._done += len(scenario.steps)
        self._progress(self._done, self._total)

    def _selects(self, translation: Translation | Untranslatable) -> bool:
        return self._route is None or fnmatchcase(route_name(translation), self._route)

    async def _replay(
        self,
        step: Step,
        replay: Replay | FaceReplay,
        pair: tuple[Recording, Translation | Untranslatable],
        window: ScenarioWindow,
    ) -> None:
        await self._stage.align(step)
        exchange = await replay.step(*pair)
        self.exchanges.append(exchange)
        if exchange.new is None:
            await self._apply(step, window)
            return
        changed = await self._stage.tables.look()
        files = self._stage.files.look()
        effect = step_effect(
            step, COLUMNS, window, (changed, self._stage.tables.rows), (files, self._stage.files.files)
        )
        self.effects.judge(exchange, effect, self._registry)
        if effect.differs:
            await self._stage.tables.put(effect.wanted)
            self._stage.files.put(effect.wanted_files)

    async def _apply(self, step: Step, window: ScenarioWindow) -> None:
        """Change what the recording says, as if the new side had."""
        wanted = expected(self._stage.tables.rows, step.changes, COLUMNS, window)
        await self._stage.tables.put(wanted.rows)
        if step.file_changes:
            self._stage.files.put(expected_files(self._stage.files.files, step.file_changes))
