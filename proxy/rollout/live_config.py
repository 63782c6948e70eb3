"""What the configuration says of routes and answers; read whole, checked, and replaced as a whole."""

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from config.errors import ConfigError
from config.problems import ProblemType, load_problems
from config.rollout import Dialect, Rollout, load_rollout
from config.routes import RouteMap, load_routes
from diffing.deviations import load_registry
from diffing.registry import Registry
from proxy.rollout.edit import held_because

_STAGES = "rollout.toml"
_PARTS = (
    _STAGES,
    "problems.toml",
    "openapi.json",
    "patterns.toml",
    "routes/*.toml",
    "deviations/*.toml",
)
_WATCHED = {
    folder: {Path(part).name for part in _PARTS if Path(part).parent == folder}
    for folder in {Path(part).parent for part in _PARTS}
}
"""The names in each folder."""


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """What the configuration says of routes and answers.

    Args:
        rollout: The stages.
        problems: The table of problem types.
        digest: SHA-256 of all files that it was read from.
        held: Names of the routes whose new paths are held where they stand.
    """

    routes: RouteMap
    rollout: Rollout
    registry: Registry
    problems: dict[str, ProblemType]
    digest: str = ""
    held: frozenset[str] = frozenset()

    def killed(self) -> "LiveConfig":
        """The same with legacy serving everything."""
        return replace(self, rollout=replace(self.rollout, kill_switch=True))


def load_live_config(config: Path) -> LiveConfig:
    """Read everything that the configuration says of routes and answers. Raises ConfigError: something in it is
    wrong.
    """
    routes = load_routes(config)
    rollout = load_rollout(config, routes)
    text = (config / _STAGES).read_text(encoding="utf-8")
    return LiveConfig(
        routes,
        rollout,
        load_registry(config),
        dict(load_problems(config)),
        digest(config),
        frozenset(route.name for route in routes if held_because(text, route.name, Dialect.NEW) is not None),
    )


def files_of(config: Path) -> list[Path]:
    """The files that a configuration is read from, in a fixed order."""
    return [file for part in _PARTS for file in sorted(config.glob(part))]


def rules_digest(config: Path) -> str:
    """Likewise of those that say what may differ: a route that is moved changes nothing of it."""
    return _digest(config, [file for file in files_of(config) if file.name != _STAGES])


def digest(config: Path) -> str:
    """SHA-256 of names and contents of these files: the same on every replica that serves by the same configuration.
    Raises ConfigError: a file cannot be read.
    """
    return _digest(config, files_of(config))


def _digest(config: Path, files: list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise ConfigError(f"cannot be read: {error.strerror}", file=file) from error
        total.update(f"{file.relative_to(config)}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def marks(config: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file of the configuration changes, cheap enough to be looked at often."""
    found = []
    for folder, names in _WATCHED.items():
        with suppress(OSError), os.scandir(config / folder) as entries:
            for entry in entries:
                if entry.name in names or ("*.toml" in names and entry.name.endswith(".toml")):
                    with suppress(OSError):
                        stat = entry.stat()
                        found.append((entry.path, stat.st_mtime_ns, stat.st_size))
    return tuple(sorted(found))


class Snapshot:
    """A copy of the files of a configuration, so that a process that starts later reads the same."""

    def __init__(self, config: Path) -> None:
        self._kept = tempfile.TemporaryDirectory(prefix="parity-config-")
        self.path = Path(self._kept.name)
        for file in files_of(config):
            copy = self.path / file.relative_to(config)
            copy.parent.mkdir(exist_ok=True)
            try:
                shutil.copyfile(file, copy)
            except OSError as error:
                raise ConfigError(f"cannot be read: {error.strerror}", file=file) from error

    def close(self) -> None:
        """Remove it."""
        self._kept.cleanup()
