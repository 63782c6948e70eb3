"""Let a client take its steps against a backend."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.clients.environments import ROOT, Environment
from tests.clients.running import backend, object_store

# Nothing of the machine's own settings: no proxy, no key, no folder.
VARIABLES: Final = {"NO_PROXY": "*", "no_proxy": "*", "PYTHONDONTWRITEBYTECODE": "1"}
SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a client told of a step.

    Args:
        seconds: How long it took.
        requests: Method and path of each request that the client's library told of.
        failure: The end of the traceback; None when it went well.
    """

    step: str
    what: str
    seconds: float
    requests: tuple[str, ...]
    failure: str | None


@contextmanager
def place(folder: Path, database: str, environment: Environment) -> Iterator[str]:
    """A backend over the small OpenML; where the client reads Parquet, with an object store. ``folder``: an empty one.
    ``database``: where to load it to. Yields the URL of the backend.
    """
    with object_store(folder / "store") as store:
        if "with_openml" in environment.scripts:
            _run(environment, folder, "parquet", str(folder / "store"))
        with backend(folder, database, store) as url:
            yield url


def play(environment: Environment, script: str, url: str, folder: Path) -> list[Told]:
    """Let a client take all its steps.

    Args:
        environment: Where it is installed.
        url: Of the backend.
        folder: For what it keeps.
    """
    lines = _run(environment, folder, script, url, str(folder / "kept")).splitlines()
    return [_told(json.loads(line)) for line in lines if line.startswith('{"step": ')]


def _told(line: Mapping[str, object]) -> Told:
    return Told(**{**line, "requests": tuple(line["requests"])})  # type: ignore[arg-type]  # our own lines


def _run(environment: Environment, folder: Path, module: str, *arguments: str) -> str:
    done = subprocess.run(
        [environment.python, "-m", f"tests.clients.{module}", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **VARIABLES},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{module} in {environment.name} ended with {done.returncode}:\n{done.stderr[-2000:]}"
        )
    return done.stdout
