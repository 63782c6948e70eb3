"""The automatic gate at work: on a real log, with a real rollout.toml, at times that the test sets."""

import shutil
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.rollout import Dialect, load_rollout
from config.routes import load_routes
from proxy.log.reading import reading
from proxy.log.writer import open_log, prepare
from proxy.rollout.controller import RolloutController
from proxy.rollout.gate import Move, step_of
from proxy.rollout.gate_log import Decided, read_decisions
from tests.proxy.exchanges import changed
from tests.proxy.logs import SECOND, finding, write_run

pytestmark = pytest.mark.anyio
NEW = "task.get 200→200 $.new"
GATE = """
[readiness]
min_compared = 20
max_mismatch_rate = 0.2
[rollout]
canary = [10, 50]
[gate]
enabled = true
routes = ["task.*"]
interval = 10
hold = 60
window = 30
"""


class Machine:
    """A configuration directory and a gate that looks at it when the test says so."""

    def __init__(self, folder: Path, config: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.now = SECOND
        self.killed = False
        for name in ("routes", "deviations"):
            shutil.copytree(config / name, folder / name)
        shutil.copy(config / "problems.toml", folder)
        (folder / "reports.toml").write_text(GATE)
        (folder / "rollout.toml").write_text('# mine\n[[stage]]\nroutes = ["task.get"]\nstage = "shadow"\n')
        self.engine = open_log(url)
        self.gate = RolloutController(self.engine, folder, killed=lambda: self.killed, now=lambda: self.now)

    async def look(self, seconds: float = 0) -> str:
        """Look, so many seconds later; gives where task.get stands then."""
        self.now += timedelta(seconds=seconds)
        await self.gate.look()
        return self.at

    @property
    def at(self) -> str:
        """Where task.get stands."""
        rollout = load_rollout(self.folder, load_routes(self.folder))
        return str(step_of(rollout.placements["task.get", Dialect.NEW]))

    async def served(self, good: int = 0, bad: int = 0, seconds: tuple[float, float] = (0.2, 0.1)) -> None:
        """So many exchanges are compared."""
        found = [finding(self.now, seconds=seconds) for _ in range(good)]
        found += [finding(self.now, NEW, seconds=seconds) for _ in range(bad)]
        await write_run(self.url, self.now, *(changed(item, facts=FACTS) for item in found))

    async def decided(self) -> list[Decided]:
        """All decisions, the oldest first."""
        async with reading(self.url) as connection:
            return list(reversed(await read_decisions(connection)))


FACTS = (("parameter", "task_id"),)
Make = Callable[[str], Machine]


@pytest.fixture
async def make(tmp_path: Path, config: Path) -> AsyncIterator[Make]:
    """Makes machines that share a log."""
    url = f"sqlite:///{tmp_path}/log.db"
    made: list[Machine] = []

    def machine(name: str) -> Machine:
        made.append(Machine(tmp_path / name, config, url))
        return made[-1]

    engine = open_log(url)
    await prepare(engine)
    await engine.dispose()
    yield machine
    for one in made:
        await one.engine.dispose()


@pytest.fixture
def machine(make: Make) -> Machine:
    """One machine."""
    return make("a")


async def test_a_good_route_goes_step_by_step(machine: Machine) -> None:
    """Each step needs its own time and its own exchanges; the rest of the file stays."""
    path = [await machine.look()]
    for _ in range(4):
        await machine.served(good=20)
        path += [await machine.look(59), await machine.look(2)]
    assert path == [
        "shadow",
        *("shadow", "canary 10 %"),
        *("canary 10 %", "canary 50 %"),
        *("canary 50 %", "new_verified"),
        *("new_verified", "new_verified"),
    ]
    assert (machine.folder / "rollout.toml").read_text().startswith("# mine\n[[stage]]\n")
    moves = [item for item in await machine.decided() if item.kind is not Move.HOLD]
    assert [str(item.step) for item in moves] == ["shadow", "canary 10 %", "canary 50 %", "new_verified"]


async def test_a_step_needs_exchanges_of_its_own(machine: Machine) -> None:
    """Those before it were of another share of clients."""
    await machine.served(good=500)
    assert [await machine.look(), await machine.look(100), await machine.look(1000)] == ["shadow"] * 3
    last = (await machine.decided())[-1]
    assert "only 0 of at least 20 exchanges were compared" in last.reason


async def test_clients_of_the_legacy_dialect_move_by_the_verdicts_about_its_face(machine: Machine) -> None:
    """Where the gate may move them; what the new API answered does not count for them, nor the other way round."""
    settings = machine.folder / "reports.toml"
    settings.write_text(GATE + 'dialects = ["new", "legacy"]\n')

    def legacy() -> str:
        rollout = load_rollout(machine.folder, load_routes(machine.folder))
        return str(step_of(rollout.placements["task.get", Dialect.LEGACY]))

    assert await machine.look() == "shadow"
    await machine.served(good=20)
    assert (await machine.look(61), legacy()) == ("canary 10 %", "shadow")
    faced = [changed(finding(machine.now), facts=FACTS, asked=Dialect.LEGACY) for _ in range(20)]
    await write_run(machine.url, machine.now, *faced)
    assert (await machine.look(61), legacy()) == ("canary 10 %", "canary 10 %")
    bad = [changed(finding(machine.now, NEW), facts=FACTS, asked=Dialect.LEGACY) for _ in range(5)]
    await write_run(machine.url, machine.now, *bad)
    assert (await machine.look(5), legacy()) == ("canary 10 %", "legacy")


async def at_canary(machine: Machine) -> None:
    """Bring task.get to the canary's first step."""
    await machine.look()
    await machine.served(good=20)
    assert await machine.look(61) == "canary 10 %"


async def test_a_route_that_breaks_returns_and_stays(machine: Machine) -> None:
    """To legacy, held with the numbers; good numbers do not bring it back, a person does."""
    await at_canary(machine)
    await machine.served(good=10, bad=3)
    assert await machine.look(1) == "legacy"
    text = (machine.folder / "rollout.toml").read_text()
    assert (
        "# held: returned by the gate at 2026-11-22 12:35:58 UTC: 3 of the last 13 exchanges failed" in text
    )
    await machine.served(good=500)
    assert await machine.look(1000) == "legacy"
    returned = [item for item in await machine.decided() if item.kind is Move.RETURN]
    assert [item.numbers["window"]["failed"] for item in returned] == [3]


async def test_a_slow_route_returns(machine: Machine) -> None:
    """By the median ratio of pairs, when it is certain."""
    await at_canary(machine)
    await machine.served(good=50, seconds=(0.1, 1))
    assert await machine.look(1) == "legacy"


async def test_old_failures_do_not_make_a_route_return(machine: Machine) -> None:
    """They are no longer in the window; but the step is not clean."""
    await at_canary(machine)
    await machine.served(good=500, bad=2)
    assert await machine.look(1) == "canary 10 %"
    for _ in range(4):
        assert await machine.look(10) == "canary 10 %"
    await machine.served(bad=2)
    assert await machine.look(1) == "canary 10 %"


async def test_failures_within_the_window_add_up(machine: Machine) -> None:
    """Over several looks."""
    await at_canary(machine)
    for expected in ("canary 10 %", "canary 10 %", "legacy"):
        await machine.served(good=10, bad=1)
        assert await machine.look(10) == expected


async def test_a_held_route_stays(machine: Machine) -> None:
    """Somebody has said why."""
    await machine.look()
    text = (
        (machine.folder / "rollout.toml")
        .read_text()
        .replace(
            '[[stage]]\nroutes = ["task.get"]\n',
            '[[stage]]\n# held: wait for Ann\nroutes = ["task.get"]\ndialects = ["new"]\n',
        )
    )
    (machine.folder / "rollout.toml").write_text(text)
    await machine.served(good=500)
    assert await machine.look(1000) == "shadow"


async def test_a_route_that_somebody_moved_begins_anew(machine: Machine) -> None:
    """With the exchanges from then on."""
    await at_canary(machine)
    await machine.served(good=500)
    text = (machine.folder / "rollout.toml").read_text()
    (machine.folder / "rollout.toml").write_text(text.replace("percentage = 10", "percentage = 50"))
    assert [await machine.look(1000), await machine.look(1000)] == ["canary 50 %"] * 2


@pytest.mark.parametrize("why", ["disabled", "killed", "kill switch", "other routes"])
async def test_it_leaves_alone_what_it_may_not_move(machine: Machine, why: str) -> None:
    """By settings, by the kill switch in either form."""
    rollout, reports = machine.folder / "rollout.toml", machine.folder / "reports.toml"
    if why == "disabled":
        reports.write_text(GATE.replace("enabled = true", ""))
    elif why == "other routes":
        reports.write_text(GATE.replace("task.*", "flow.*"))
    elif why == "kill switch":
        rollout.write_text("kill_switch = true\n" + rollout.read_text())
    machine.killed = why == "killed"
    await machine.look()
    await machine.served(good=500)
    assert await machine.look(1000) == "shadow"
    assert await machine.decided() == []


async def test_one_gate_decides_and_all_carry_out(make: Make) -> None:
    """Of two machines; each has a rollout.toml of its own."""
    one, other = make("a"), make("b")
    assert (await one.look(), await other.look()) == ("shadow", "shadow")
    await one.served(good=20)
    for machine in (one, other):
        machine.now += timedelta(seconds=20)
        await machine.look()
    assert (await one.look(41), await other.look(41)) == ("canary 10 %", "canary 10 %")
    assert [item.kind for item in await one.decided() if item.kind is Move.PROMOTE] == [Move.PROMOTE]


async def test_another_gate_decides_when_the_first_one_is_gone(make: Make) -> None:
    """By the exchanges and the time since the step began, whoever saw it begin."""
    one, other = make("a"), make("b")
    await one.look()
    await one.served(good=20)
    assert await other.look(29) == "shadow"
    assert [item.kind for item in await other.decided()] == [Move.BEGIN]
    assert await other.look(40) == "canary 10 %"


async def test_one_line_per_step_says_why_a_route_stays(machine: Machine) -> None:
    """The last one; the log does not grow while nothing happens."""
    for _ in range(5):
        await machine.look(5)
    assert [item.kind for item in await machine.decided()] == [Move.BEGIN, Move.HOLD]


async def test_a_broken_configuration_moves_nobody(machine: Machine) -> None:
    """It is told by whoever runs the gate, and tried again."""
    await machine.look()
    text = (machine.folder / "rollout.toml").read_text()
    (machine.folder / "rollout.toml").write_text("nonsense")
    with pytest.raises(ConfigError):
        await machine.look(10)
    (machine.folder / "rollout.toml").write_text(text)
    assert await machine.look(10) == "shadow"
