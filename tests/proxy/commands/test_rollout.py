"""The commands that judge and move routes, as a user runs them."""

import asyncio
import shutil
from pathlib import Path

import orjson
import pytest

from config.rollout import Dialect, Stage
from proxy.log.writer import open_log
from proxy.rollout.edit import StageShare
from proxy.rollout.gate import GateDecision, Move, RouteEvidence
from proxy.rollout.gate_log import write_decision
from tests.proxy.command import Done
from tests.proxy.command import parity as run
from tests.proxy.exchanges import changed
from tests.proxy.logs import SECOND, finding, write_run

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture
def folder(tmp_path: Path, config: Path) -> Path:
    """A configuration of its own, and a log in which task.get is ready."""
    for name in ("routes", "deviations"):
        shutil.copytree(config / name, tmp_path / "config" / name)
    for name in ("problems.toml", "reports.toml"):
        shutil.copy(config / name, tmp_path / "config")
    (tmp_path / "config" / "rollout.toml").write_text('# mine\n[[stage]]\nroutes = ["*"]\nstage = "shadow"\n')
    url = f"sqlite:///{tmp_path}/log.db"
    good = (finding(SECOND, seconds=(0.1, 0.05)) for _ in range(300))
    asyncio.run(write_run(url, SECOND, *good, finding(SECOND, "study.get 200→200 $.x")))
    return tmp_path


def parity(folder: Path, *arguments: str) -> Done:
    """Run the command with that configuration."""
    return run(*arguments, "--config", str(folder / "config"))


def log(folder: Path) -> tuple[str, str]:
    """The option that names the log."""
    return "--log", f"sqlite:///{folder}/log.db"


def test_readiness_says_who_is_ready_and_why_others_are_not(folder: Path) -> None:
    """A sentence for each route that was asked."""
    text = parity(folder, "readiness", *log(folder)).stdout
    assert "task.get is ready: matched 300 of 300" in text
    assert "study.get is not ready because only 1 of at least 300 exchanges were compared" in text
    document = orjson.loads(parity(folder, "readiness", *log(folder), "--json", "-").stdout)
    assert [item["route"] for item in document["routes"] if item["ready"]] == ["task.get"]


def test_readiness_tells_what_the_gate_has_decided(folder: Path) -> None:
    """The newest first, with its numbers; of the routes that were asked for."""

    async def decide() -> None:
        engine = open_log(f"sqlite:///{folder}/log.db")
        async with engine.begin() as connection:
            for route in ("task.get", "study.get"):
                decision = GateDecision(
                    Move.RETURN, StageShare(Stage.LEGACY), "3 of 3 failed", {"window": {"failed": 3}}
                )
                await write_decision(
                    connection,
                    route,
                    Dialect.NEW,
                    StageShare(Stage.CANARY, 5),
                    decision,
                    SECOND,
                    RouteEvidence(),
                )
        await engine.dispose()

    asyncio.run(decide())
    sentence = "2026-11-22 12:34:56 UTC: task.get (new) returned from canary 5 % to legacy: 3 of 3 failed"
    assert f"gate, {sentence}" in parity(folder, "readiness", *log(folder)).stdout
    assert f"- {sentence}" in parity(folder, "readiness", *log(folder), "--markdown", "-").stdout
    document = orjson.loads(
        parity(folder, "readiness", *log(folder), "--route", "task.*", "--json", "-").stdout
    )
    assert [(item["route"], item["numbers"]) for item in document["gate"]] == [
        ("task.get", {"window": {"failed": 3}})
    ]


def test_a_ready_route_is_promoted(folder: Path) -> None:
    """One step; the rest of the file stays."""
    done = parity(folder, "rollout", "promote", "task.get", *log(folder))
    assert (done.returncode, done.stdout) == (0, "task.get (new) is at canary 1 %\n")
    text = (folder / "config" / "rollout.toml").read_text()
    assert text.startswith('# mine\n[[stage]]\nroutes = ["*"]\nstage = "shadow"\n')
    assert 'stage = "canary"\npercentage = 1\n' in text


def test_a_route_of_the_legacy_dialect_is_promoted_by_the_verdicts_about_its_face(folder: Path) -> None:
    """What the new API answered says nothing of that; where it has the new shapes, it does."""
    words = ("rollout", "promote", "task.get", "--dialect", "legacy", *log(folder))
    assert "only 0 of at least 300 exchanges were compared" in parity(folder, *words).stderr
    good = (changed(finding(SECOND, seconds=(0.1, 0.05)), asked=Dialect.LEGACY) for _ in range(300))
    asyncio.run(write_run(f"sqlite:///{folder}/log.db", SECOND, *good))
    text = parity(folder, "readiness", "--dialect", "legacy", *log(folder)).stdout
    assert "task.get is ready: matched 300 of 300" in text
    assert "study.get is not ready" not in text
    assert parity(folder, *words).stdout == "task.get (legacy) is at canary 1 %\n"


def test_a_route_without_evidence_is_refused_unless_forced(folder: Path) -> None:
    """With the reasons."""
    done = parity(folder, "rollout", "promote", "study.get", *log(folder))
    assert done.returncode == 2
    assert "study.get is not promoted to canary 1 % because only 1 of at least 300" in done.stderr
    forced = parity(folder, "rollout", "promote", "study.get", "--force")
    assert forced.stdout == "study.get (new) is at canary 1 %\n"


def test_a_held_route_stays(folder: Path) -> None:
    """Whatever the numbers say."""
    assert parity(folder, "rollout", "hold", "task.get", "--reason", "wait for Monday").returncode == 0
    done = parity(folder, "rollout", "promote", "task.get", *log(folder))
    assert "because it is held: wait for Monday" in done.stderr


def test_the_way_back_needs_no_evidence(folder: Path) -> None:
    """And no log."""
    parity(folder, "rollout", "promote", "task.get", "--force")
    done = parity(folder, "rollout", "rollback", "task.get")
    assert done.stdout == "task.get (new) is back at shadow\n"
    shown = parity(folder, "rollout", "show").stdout
    assert next(line for line in shown.splitlines() if line.startswith(" task.get ")).split() == [
        "task.get",
        *("shadow", "100", "%") * 2,
    ]


@pytest.mark.parametrize("command", ["promote", "rollback"])
def test_an_unknown_route_is_told(folder: Path, command: str) -> None:
    """In one line."""
    done = parity(folder, "rollout", command, "task.got")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no route is named 'task.got'" in done.stderr
