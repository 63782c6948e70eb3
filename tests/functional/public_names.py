"""The names that people build on: they may be added to, none may go."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_type_hints

import orjson
import typer
from prometheus_client.core import Metric

from backend.cli import app as backend_commands
from config.reports import ReportSettings
from config.settings import BackendSettings, ProxySettings
from proxy.checking.effect_tally import Effects
from proxy.cli import command_line
from proxy.log.counters import Counters
from proxy.log.tables import metadata
from proxy.process.fleet_admin import _WorkerMetrics
from proxy.process.metrics import _Found, snapshot
from proxy.runtime.telemetry import Telemetry

BY_NAME: Final = frozenset(
    {"routes", "parities", "deviations", "latency", "skipped", "realigned", "filing", "headers"}
)
"""Members whose own members are named by what was found: routes, ids, reasons."""
_HEADER: Final = re.compile(r"""b?["']([Pp]arity-[A-Za-z]+)["']""")


def commands() -> list[str]:
    """Commands and their options."""
    both = {"parity": command_line(), "openml-backend": backend_commands}
    return [name for told, app in both.items() for name in _commands(told, typer.main.get_command(app))]


def _commands(name: str, command: Any) -> Iterator[str]:
    yield name
    for parameter in command.params:
        yield from (f"{name} {option}" for option in parameter.opts if option.startswith("--"))
    # A group, of click or of the copy of it that typer may bring.
    for below, found in getattr(command, "commands", {}).items():
        yield from _commands(f"{name} {below}", found)


def settings() -> list[str]:
    """Keys of settings, by file."""
    files = {"backend.toml": BackendSettings, "proxy.toml": ProxySettings, "reports.toml": ReportSettings}
    return [f"{file} {key}" for file, cls in files.items() for key in _keys(cls)]


def _keys(cls: type) -> Iterator[str]:
    hints = get_type_hints(cls)
    for field in fields(cls):
        yield field.name
        hint = hints[field.name]
        if isinstance(hint, type) and is_dataclass(hint):
            yield from (f"{field.name}.{below}" for below in _keys(hint))


def collected() -> list[Metric]:
    """Families of metrics, as a proxy gives them that has done nothing yet."""
    state = {
        "queue": 0,
        "breakers": [],
        "kill_switch": False,
        "config": "x",
        "config_error": "",
        "lag": 2.5,
        "log_away": False,
        "ready": True,
    }
    return list(_Found(snapshot(Counters(), Telemetry(), {**state, "access_dropped": 0})).collect())


def collected_of_workers() -> list[Metric]:
    """Families of metrics, as a worker of a fleet gives them that has done nothing yet."""
    queue = {"captures": 0, "bytes": 0, "pending": 0, "lag_seconds": 0.0}
    counts: dict[str, dict[str, int]] = {
        "verdicts": {},
        "breaker_opened": {},
        "task_failures": {},
        "away": {},
        "durations": {},
    }
    state = {"breakers": [], "config": "x", "config_error": "", "shares": 0, "queue": queue}
    return list(_WorkerMetrics({**counts, **state, "captures": {"in_hand": 0}}).collect())


def metrics() -> list[str]:
    """Their names."""
    return list(dict.fromkeys(family.name for family in (*collected(), *collected_of_workers())))


def columns() -> list[str]:
    """Tables of the diff log and their columns."""
    return [f"{table.name}.{column.name}" for table in metadata.tables.values() for column in table.columns]


def headers(root: Path) -> list[str]:
    """Header fields of our own, in lower case."""
    files = (file for package in ("proxy", "backend") for file in (root / package).rglob("*.py"))
    return [name.lower() for file in files for name in _HEADER.findall(file.read_text(encoding="utf-8"))]


def documents(root: Path, log: str, failing: str) -> list[str]:
    """Members of the JSON that commands write.

    Args:
        root: The checkout.
        log: URL of a diff log with differences.
        failing: URL of a side that answers 500 to everything.
    """
    recordings = str(root / "tests" / "recordings" / "read" / "user.jsonl.gz")
    words: Mapping[str, tuple[str, ...]] = {
        "check": ("--recordings", recordings, "--new", failing),
        "report": ("--log", log),
        "readiness": ("--log", log),
    }
    found = [
        f"{name} {member}"
        for name, arguments in words.items()
        for member in _members(_json(root, name, *arguments))
    ]
    return [*found, *(f"check effects.{name}" for name in _members(Effects(0).document()))]


def _json(root: Path, *words: str) -> Any:
    command = [sys.executable, "-c", "from proxy.cli import main; main()", *words, "--json", "-"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return orjson.loads(done.stdout)


def _members(value: object, place: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for element in value:
            yield from _members(element, f"{place}[]")
    elif isinstance(value, dict):
        by_name = place.rpartition(".")[2] in BY_NAME
        for name, below in value.items():
            told = f"{place}.{'*' if by_name else name}".lstrip(".")
            yield told
            yield from _members(below, told)


def public_names(root: Path, log: str, failing: str) -> dict[str, list[str]]:
    """All of them, by kind, sorted; see `documents` for the arguments."""
    kinds: Mapping[str, Iterable[str]] = {
        "commands": commands(),
        "settings": settings(),
        "json": documents(root, log, failing),
        "metrics": metrics(),
        "columns": columns(),
        "headers": headers(root),
    }
    return {kind: sorted(set(names)) for kind, names in kinds.items()}
