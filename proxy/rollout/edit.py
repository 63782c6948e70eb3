"""Change where one route stands in config/rollout.toml, and leave everything else in the file as people wrote it."""

import re
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from config.location import check_writable
from config.rollout import Dialect, Placement, Rollout, Stage, load_rollout
from config.routes import RouteMap

_HEADER = re.compile(r"^\s*\[")
_STAGE = re.compile(r"^\s*\[\[\s*stage\s*\]\]")
_HELD = "# held: "


@dataclass(frozen=True, slots=True)
class StageShare:
    """A stage, and the share of requests that it is about."""

    stage: Stage
    percentage: float | None = None

    def __str__(self) -> str:
        return str(self.stage) if self.percentage is None else f"{self.stage} {self.percentage:g} %"


def ladder(canary: tuple[float, ...]) -> tuple[StageShare, ...]:
    """The steps from legacy to new."""
    return (
        StageShare(Stage.LEGACY),
        StageShare(Stage.SHADOW),
        *(StageShare(Stage.CANARY, percentage) for percentage in canary),
        StageShare(Stage.NEW_VERIFIED),
        StageShare(Stage.NEW),
    )


def next_step(placement: Placement, canary: tuple[float, ...]) -> StageShare | None:
    """The step after where a route stands; None at the end."""
    steps = ladder(canary)
    if placement.stage is Stage.CANARY:
        larger = [step for step in steps if (step.percentage or 0) > placement.percentage]
        return larger[0] if larger else StageShare(Stage.NEW_VERIFIED)
    where = next(number for number, step in enumerate(steps) if step.stage is placement.stage)
    return steps[where + 1] if where + 1 < len(steps) else None


def with_step(text: str, route: str, dialect: Dialect, step: StageShare, *, held: str | None = None) -> str:
    """The text of rollout.toml with one route elsewhere.

    An entry about just this route and dialect is rewritten, with its comments; else one is added at the end, where it
    wins over all others.

    Args:
        text: The file.
        dialect: Which of its clients.
        step: Where it shall stand.
        held: Why it shall stay there; None when it may go on.
    """
    lines = text.splitlines()
    wins = None
    for begin, end in _blocks(lines):
        if _about(lines[begin:end], route, dialect):
            wins = begin, end
    kept: list[str] = []
    if wins is not None:
        begin, end = wins
        kept = [
            line for line in lines[begin + 1 : end] if line.startswith("#") and not line.startswith(_HELD)
        ]
        stays = ("reshape", "shadow_dialect", "shadow_write") if step.stage is Stage.SHADOW else ("reshape",)
        kept += [line for line in lines[begin + 1 : end] if line.strip().startswith(stays)]
        del lines[begin:end]
    while lines and not lines[-1].strip():
        lines.pop()
    entry = ["", "[[stage]]"]
    if held is not None:
        entry.append(_HELD + " ".join(held.split()))
    entry += [line for line in kept if line.startswith("#")]
    entry += [f'routes = ["{route}"]', f'dialects = ["{dialect}"]', f'stage = "{step.stage}"']
    if step.percentage is not None:
        entry.append(f"percentage = {step.percentage:g}")
    entry += [line for line in kept if not line.startswith("#")]
    return "\n".join([*lines, *entry]) + "\n"


def held_because(text: str, route: str, dialect: Dialect) -> str | None:
    """Why a route is held where it stands, None when it is not."""
    lines = text.splitlines()
    reason = None
    for begin, end in _blocks(lines):
        if _about(lines[begin:end], route, dialect):
            notes = [line for line in lines[begin:end] if line.startswith(_HELD)]
            reason = notes[-1].removeprefix(_HELD) if notes else None
    return reason


def write_rollout(config: Path, text: str, routes: RouteMap) -> Rollout:
    """Put a new rollout in place of the old one at once, after it was checked.

    ``text``: the new rollout.toml. Raises ConfigError: it would be wrong, or the file is part of the installed
    package; it is as it was.
    """
    file = config / "rollout.toml"
    check_writable(file)
    with tempfile.TemporaryDirectory(prefix=".rollout-", dir=config) as folder:
        draft = Path(folder) / file.name
        draft.write_text(text, encoding="utf-8")
        try:
            rollout = load_rollout(Path(folder), routes)
        except ConfigError as error:
            raise ConfigError(error.problem, file=file, table=error.table, key=error.key) from error
        draft.chmod(file.stat().st_mode)
        draft.replace(file)
    return rollout


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Begin and end of each [[stage]], without the blank lines and comments that lead to what follows."""
    for begin, line in enumerate(lines):
        if not _STAGE.match(line):
            continue
        end = begin + 1
        while end < len(lines) and not _HEADER.match(lines[end]):
            end += 1
        while end > begin + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
            end -= 1
        yield begin, end


def _about(block: list[str], route: str, dialect: Dialect) -> bool:
    try:
        [table] = tomllib.loads("\n".join(block))["stage"]
    except (tomllib.TOMLDecodeError, KeyError, ValueError):
        return False  # an array over several lines that begin with a bracket; load_rollout reads it right
    return bool(table.get("routes") == [route] and table.get("dialects") == [str(dialect)])
