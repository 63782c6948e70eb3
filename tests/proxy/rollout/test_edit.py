"""Where a route stands is changed in the file, and nothing else."""

import shutil
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.rollout import Dialect, Placement, Stage, load_rollout
from config.routes import RouteMap, load_routes
from proxy.rollout.edit import StageShare, held_because, next_step, with_step, write_rollout

NEW = Dialect.NEW
TEXT = """# The head of the file.
kill_switch = false  # never

[[stage]]
routes = ["*"]  # all of them
stage = "shadow"

# Why this one is ahead.
[[stage]]
# It is small.
routes = ["task.get"]
dialects = ["new"]
stage = "canary"
percentage = 1

# What follows.
[[stage]]
routes = ["study.*"]
stage = "legacy"
"""


@pytest.fixture
def folder(tmp_path: Path, config: Path) -> Path:
    """A configuration with that rollout."""
    shutil.copytree(config / "routes", tmp_path / "routes")
    (tmp_path / "rollout.toml").write_text(TEXT)
    return tmp_path


@pytest.fixture
def routes(config: Path) -> RouteMap:
    """The route map."""
    return load_routes(config)


def test_the_steps_lead_from_legacy_to_new() -> None:
    """One at a time; a percentage between two steps goes to the next larger one."""
    steps = []
    placement: Placement | None = Placement(Stage.LEGACY)
    while placement is not None:
        step = next_step(placement, (1, 10))
        steps.append(str(step))
        placement = None if step is None else Placement(step.stage, step.percentage or 100)
    assert steps == ["shadow", "canary 1 %", "canary 10 %", "new_verified", "new", "None"]
    assert next_step(Placement(Stage.CANARY, 5), (1, 10)) == StageShare(Stage.CANARY, 10)


def test_a_further_entry_wins(folder: Path, routes: RouteMap) -> None:
    """Everything before it stays byte for byte."""
    text = with_step(TEXT, "dataset.get", NEW, StageShare(Stage.CANARY, 10))
    assert text.startswith(TEXT)
    rollout = write_rollout(folder, text, routes)
    assert rollout.placements["dataset.get", NEW] == Placement(Stage.CANARY, 10)
    assert rollout.placements["dataset.get", Dialect.LEGACY].stage is Stage.SHADOW


def test_an_entry_of_its_own_is_rewritten_with_its_comments(folder: Path, routes: RouteMap) -> None:
    """Not doubled; comments of others stay where they are."""
    text = with_step(TEXT, "task.get", NEW, StageShare(Stage.CANARY, 10))
    comments = [line for line in TEXT.splitlines() if "#" in line]
    assert [comment for comment in comments if comment not in text.splitlines()] == []
    assert text.count('routes = ["task.get"]') == 1
    assert write_rollout(folder, text, routes).placements["task.get", NEW] == Placement(Stage.CANARY, 10)


def test_a_hold_says_why_until_the_next_step(folder: Path, routes: RouteMap) -> None:
    """It is a comment beside the entry."""
    held = with_step(TEXT, "task.get", NEW, StageShare(Stage.CANARY, 1), held="wait\nfor Monday")
    assert held_because(held, "task.get", NEW) == "wait for Monday"
    assert held_because(held, "task.get", Dialect.LEGACY) is None
    assert (
        held_because(with_step(held, "task.get", NEW, StageShare(Stage.CANARY, 10)), "task.get", NEW) is None
    )
    write_rollout(folder, held, routes)


def test_what_is_not_possible_leaves_the_file_as_it_was(folder: Path, routes: RouteMap) -> None:
    """A canary needs a share."""
    text = with_step(TEXT, "task.get", Dialect.LEGACY, StageShare(Stage.CANARY))
    with pytest.raises(ConfigError, match=r"rollout\.toml.*a canary needs the share"):
        write_rollout(folder, text, routes)
    assert (folder / "rollout.toml").read_text() == TEXT
    assert load_rollout(folder, routes).placements["task.get", NEW].stage is Stage.CANARY
    assert sorted(path.name for path in folder.iterdir()) == ["rollout.toml", "routes"]
