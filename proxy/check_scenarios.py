"""``parity check --scenarios``: replay recorded writes, and compare what they change with what PHP changed.

Every scenario starts from the pristine sample. After each step rows and files are brought to what the recording
says, so that every later step is compared whatever came of this one.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from backend.table_states import NUMBERED
from config.problems import load_problems
from config.routes import load_routes
from config.settings import load_backend_settings
from diffing.compare import Differ
from diffing.deviations import Registry, load_registry
from diffing.model import UNROUTED
from proxy.check import CheckError, CheckResult, InProcess, Limits, breaches, open_side
from proxy.check_stage import COLUMNS, Place, Stage, staged
from proxy.effects import Expected, RowDifference, State, Window, expected, row_differences
from proxy.file_states import FileDifference, Files, expected_files, file_differences
from proxy.recordings import Recording, read_recordings
from proxy.redact import redacted_target
from proxy.replay import Exchange, Replay, route_name, tally
from proxy.scenarios import Scenario, ScenarioError, Step, contents, recorded_bases, scenarios
from proxy.translation import Translation, Untranslatable

MOST_REALIGNED: Final = 0.05
"""Part of all steps that may change something else than PHP on purpose (issue: every write of the API)."""

ROWS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class EffectDifference:
    """A step that changed something else than recorded, and no entry says so.

    Args:
        exchange: The step.
        rows: Rows that are not as recorded.
        files: Files that are not as recorded.
        why: What is wrong beside that, or which entry does not explain it.
    """

    exchange: Exchange
    rows: tuple[RowDifference, ...]
    files: tuple[FileDifference, ...]
    why: str | None = None

    def document(self) -> dict[str, Any]:
        """For the JSON of a check."""
        recording, new = self.exchange.recording, self.exchange.new
        target = redacted_target(recording.request.target, f"[{recording.caller}]")
        return {
            "recording": recording.id,
            "route": self.exchange.route,
            "request": f"{recording.request.method} {target}",
            "legacy_status": recording.response.status,
            "new_status": None if new is None else new.status,
            "why": self.why,
            "differing_rows": len(self.rows),
            "rows": [row.document() for row in self.rows[:ROWS_SHOWN]],
            "files": [file.document() for file in self.files[:ROWS_SHOWN]],
        }


@dataclass(slots=True)
class Effects:
    """What came of comparing what steps changed; compared = equal + different + realigned.

    Args:
        steps: Steps that were replayed.
        compared: Steps that the new side was asked for.
        equal: Those that changed what PHP changed.
        different: Those that did not.
        realigned: Those that did not on purpose, by registry entry.
    """

    steps: int = 0
    compared: int = 0
    equal: int = 0
    different: list[EffectDifference] = field(default_factory=list)
    realigned: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        """The JSON of a check's ``effects``."""
        return {
            "compared": self.compared,
            "equal": self.equal,
            "different": [difference.document() for difference in self.different],
            "realigned": dict(sorted(self.realigned.items())),
        }

    def breaches(self) -> list[str]:
        """Why the effects are no parity."""
        found = []
        if self.different:
            rows = sum(len(difference.rows) for difference in self.different)
            found.append(f"{len(self.different)} effects differ, in {rows} rows")
        if self.realigned.total() > MOST_REALIGNED * self.steps:
            found.append(
                f"{self.realigned.total()} of {self.steps} steps change something else on purpose, "
                f"more than {MOST_REALIGNED:.0%}"
            )
        return found


@dataclass(frozen=True, slots=True)
class ScenariosResult:
    """What a check of scenarios found.

    Args:
        check: Answers, and all breaches.
        effects: What the steps changed.
    """

    check: CheckResult
    effects: Effects


@dataclass(slots=True)
class SteppedClock:
    """A clock that is set for each step.

    Args:
        now: What it shows, with fractions of a second that it keeps to itself.
    """

    now: datetime

    def __call__(self) -> datetime:
        """The present, as the database stores times."""
        return self.now.replace(microsecond=0)


async def check_scenarios(
    paths: tuple[Path, ...],
    place: Place,
    config: Path,
    *,
    limits: Limits,
    public_url: str | None = None,
    object_store_url: str | None = None,
    route: str | None = None,
    deadline: float = 60.0,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ScenariosResult:
    """Replay scenarios against a backend in this process.

    Args:
        paths: Recording files or directories.
        place: The database and files to use.
        config: The configuration directory.
        limits: What makes the check fail.
        public_url: The backend's public base URL; None for that of the recordings.
        object_store_url: Base URL of its object store; None for that of the recordings.
        route: Glob of route names; of other routes' steps only the recorded changes are applied.
        deadline: Seconds for one answer.
        progress: Called with the number of steps done and of all.

    Returns:
        Counts, effects and breaches.

    Raises:
        CheckError: The place cannot be used, the glob fits no route, or a recording is no step.
        ConfigError: The configuration is wrong.
        RecordingError: A recording cannot be read.
    """
    routes = load_routes(config)
    registry = load_registry(config)
    differ = Differ(registry, load_problems(config))
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
            player = Player(stage, clock, registry, route, progress, len(steps))
            for scenario in plays:
                replay = Replay(scenario.timed(), routes, differ, transport, deadline=deadline, writes=True)
                await player.play(scenario, replay)
    counts = tally(player.exchanges)
    found = breaches(counts, routes, limits, route, scenarios=True)
    return ScenariosResult(CheckResult(counts, (*found, *player.effects.breaches())), player.effects)


def read_scenarios(paths: Sequence[Path]) -> list[Scenario]:
    """Read scenarios.

    Args:
        paths: Recording files or directories.

    Returns:
        The scenarios, at least one, in the order of the files.

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


class Player:
    """Plays scenarios on a stage.

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
        stage: Stage,
        clock: SteppedClock,
        registry: Registry,
        route: str | None,
        progress: Callable[[int, int], None],
        total: int,
    ) -> None:
        self.exchanges: list[Exchange] = []
        self.effects = Effects()
        self._stage = stage
        self._clock = clock
        self._registry = registry
        self._route = route
        self._progress = progress
        self._total = total
        self._done = 0

    async def play(self, scenario: Scenario, replay: Replay) -> None:
        """Play one scenario from the pristine sample on.

        Args:
            scenario: The scenario.
            replay: Made of its steps.
        """
        selected = [self._selects(translation) for _, translation in replay.translated]
        if any(selected):
            await self._stage.reset()
            for step, pair, asked in zip(scenario.steps, replay.translated, selected, strict=True):
                self._clock.now = step.now
                self._stage.files.learn(contents(step.recording))
                window = Window(scenario.start, step.now)
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
        replay: Replay,
        pair: tuple[Recording, Translation | Untranslatable],
        window: Window,
    ) -> None:
        self.effects.steps += 1
        await self._align(step)
        exchange = await replay.step(*pair)
        self.exchanges.append(exchange)
        if exchange.new is None:
            await self._apply(step, window)
            return
        changed = await self._stage.tables.look()
        files = self._stage.files.look()
        effect = _Effect.of(step, window, changed, self._stage.tables.rows, files, self._stage.files.files)
        self._judge(exchange, effect)
        if effect.differs:
            await self._stage.tables.put(effect.wanted)
            self._stage.files.put(effect.wanted_files)

    async def _apply(self, step: Step, window: Window) -> None:
        """Change what the recording says, as if the new side had."""
        wanted = expected(self._stage.tables.rows, step.changes, COLUMNS, window)
        await self._stage.tables.put(wanted.rows)
        if step.file_changes:
            self._stage.files.put(expected_files(self._stage.files.files, step.file_changes))

    async def _align(self, step: Step) -> None:
        """Let new rows get the recorded ids: those before depend on inserts that failed."""
        first: dict[str, int] = {}
        for change in step.changes:
            number = change.row.get(NUMBERED.get(change.table, ""))
            if change.op == "insert" and isinstance(number, int):
                first[change.table] = min(number, first.get(change.table, number))
        await self._stage.number(first)

    def _judge(self, exchange: Exchange, effect: "_Effect") -> None:
        self.effects.compared += 1
        status = exchange.new.status if exchange.new else None
        entries = [
            entry
            for name in exchange.comparison.deviations
            if (entry := self._registry.by_id.get(name)) is not None and entry.effect is not None
        ]
        why = None
        if status is not None and status >= 400 and effect.changed:
            why = "an error changed something (new-API contract, decision 10)"
        elif not effect.differs:
            silent = [e.id for e in entries if e.effect is not None and not e.effect.tables]
            if not (effect.changed and silent):
                self.effects.equal += 1
                return
            why = f"{silent[0]} says that nothing is changed"
        else:
            for entry in entries:
                assert entry.effect is not None
                tables = entry.effect.tables
                if (effect.places <= tables) if tables else not effect.changed:
                    self.effects.realigned[entry.id] += 1
                    return
                why = f"{entry.id} does not explain it"
        self.effects.different.append(EffectDifference(exchange, effect.rows, effect.files, why))


@dataclass(frozen=True, slots=True)
class _Effect:
    """What one step changed beside what it should have."""

    wanted: State
    wanted_files: Files
    rows: tuple[RowDifference, ...]
    files: tuple[FileDifference, ...]
    changed: bool

    @property
    def differs(self) -> bool:
        return bool(self.rows or self.files)

    @property
    def places(self) -> frozenset[str]:
        tables = {row.table.partition(".")[2] for row in self.rows}
        return frozenset(tables | ({"files"} if self.files else set()))

    @classmethod
    def of(
        cls,
        step: Step,
        window: Window,
        changed: State,
        rows: State,
        files_before: Files,
        files: Files,
    ) -> "_Effect":
        touched = changed.keys() | {change.table for change in step.changes if change.table in rows}
        before = {name: changed.get(name, rows[name]) for name in touched}
        found: Expected = expected(before, step.changes, COLUMNS, window)
        wanted = before | found.rows
        actual = {name: rows[name] for name in touched}
        wanted_files = expected_files(files_before, step.file_changes)
        return cls(
            wanted,
            wanted_files,
            (*found.unknown, *row_differences(wanted, actual, COLUMNS, window)),
            tuple(file_differences(wanted_files, files)),
            changed=bool(row_differences(before, actual, COLUMNS, window)) or files_before != files,
        )
