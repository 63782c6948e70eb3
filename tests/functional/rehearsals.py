"""Recorded writes through the proxy, rehearsed by the backend before recorded PHP carries them out, on one database.

The verdict on each step is put beside that of a real write (``parity check --scenarios``).
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from config.routes import RouteMap, load_routes
from config.settings import DatabaseNames
from proxy.checking.check import FailureLimits
from proxy.checking.sandbox import SandboxPlace
from proxy.checking.scenarios import check_scenarios, read_scenarios
from proxy.message.translation import Request, Translation
from proxy.recordings.scenarios import Step
from proxy.translate.to_new import legacy_to_new
from tests.functional.rehearsal_world import CONFIG, NAMES, Rehearsed, world


@dataclass(frozen=True, slots=True)
class Recorded:
    """Scenarios, and what came of them as real writes (``parity check --scenarios``). ``file``: the recordings, or a
    folder of them. ``real``: the verdict on each step.
    """

    file: Path
    routes: frozenset[str]
    real: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of rehearsing scenarios.

    Args:
        real: The verdict on each step's real write, by its recording.
        came: What became of the rehearsals, as the proxy counts.
        shifted: The steps that legacy answered with later ids.
    """

    steps: tuple[Rehearsed, ...]
    real: Mapping[str, str]
    came: Mapping[str, int]
    shifted: frozenset[str]

    @property
    def rehearsed(self) -> list[Rehearsed]:
        """The steps that were rehearsed."""
        return [step for step in self.steps if step.writes]

    @property
    def left(self) -> list[str]:
        """Rehearsals that left something behind."""
        return [f"{step.recording}: {', '.join(step.left)}" for step in self.rehearsed if step.left]

    @property
    def other(self) -> list[str]:
        """Rehearsals with another verdict than the real write.

        Whose a setup was nobody can ask any more once legacy has deleted it.
        """
        return [
            f"{step.recording} ({step.route}): {step.verdict}, the real write {self.real[step.recording]}. {step.why}"
            for step in self.rehearsed
            if step.verdict_but_for_ids != self.real[step.recording]
            and (step.route, step.verdict) != ("setup.delete", "skipped:underived")
        ]


async def rehearse(
    folder: Path,
    recorded: Recorded,
    database: str,
    *,
    names: DatabaseNames = NAMES,
    lag: float = 0.0,
    ahead: int = 0,
) -> Outcome:
    """Play all scenarios.

    Args:
        folder: Empty, for everything.
        database: URL of a database that may be lost.
        names: Of the two databases on a server.
        lag: Seconds by which legacy is later than the rehearsal.
        ahead: By how much the ids that legacy gives are ahead of the rehearsal's.
    """
    plays = read_scenarios([recorded.file])
    place = SandboxPlace(database, CONFIG / "sample")
    async with world(folder, plays, place, names, lag=lag, ahead=ahead) as opened:
        steps = [step for scenario in plays for step in await opened.play(scenario)]
        came = dict(opened.parts.telemetry.rehearsals)
        return Outcome(tuple(steps), recorded.real, came, frozenset(opened.observer.shifted))


async def all_of(recordings: Path, folder: Path) -> Recorded:
    """Play all scenarios as real writes. ``folder``: for a database."""
    plays, routes = read_scenarios([recordings]), load_routes(CONFIG)
    place = SandboxPlace(f"sqlite:///{folder / 'real.db'}", CONFIG / "sample")
    checked = await check_scenarios((recordings,), place, CONFIG, limits=FailureLimits())
    written = frozenset(route for play in plays for step in play.steps for route, _ in _kinds(step, routes))
    real = {exchange.recording.id: exchange.comparison.verdict for exchange in checked.exchanges}
    return Recorded(recordings, written, real)


async def some_of_all(recordings: Path, folder: Path) -> Recorded:
    """Choose few scenarios: with a step of each writing route that is answered, and one that is refused. ``folder``:
    for the chosen ones, and a database.
    """
    routes = load_routes(CONFIG)
    plays = read_scenarios([recordings])
    holds = {play.name: {kind for step in play.steps for kind in _kinds(step, routes)} for play in plays}
    steps = {play.name: len(play.steps) for play in plays}
    missing, chosen = set().union(*holds.values()), set[str]()
    while missing:
        best = max(holds, key=lambda name: (len(holds[name] & missing) / steps[name], name))
        chosen.add(best)
        missing -= holds[best]
    file = folder / "some.jsonl"
    with file.open("wb") as out:
        for source in sorted(recordings.glob("*.gz")):
            with gzip.open(source) as lines:
                out.writelines(line for line in lines if orjson.loads(line)["_scenario"] in chosen)
    return await all_of(file, folder)


def _kinds(step: Step, routes: RouteMap) -> set[tuple[str, bool]]:
    sent = step.recording.request
    translation = legacy_to_new(Request(sent.method, sent.target, sent.headers, sent.body), routes)
    if not isinstance(translation, Translation) or not translation.writes or translation.route is None:
        return set()
    return {(translation.route.name, (step.recording.response.status or 0) < 400)}
