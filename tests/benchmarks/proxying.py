"""What the proxy adds: the recorded legacy server asked directly, and through the proxy that shadows each request."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.benchmarks.timing import medians, show

BIN = Path(sys.executable).parent
RECORDINGS = "tests/recordings/read/data.jsonl.gz"
PATH = "/api/v1/json/data/61"


@contextlib.contextmanager
def server(*command: str) -> Iterator[str]:
    """A process that prints where it listens."""
    with subprocess.Popen(
        [str(BIN / command[0]), *command[1:]], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().removeprefix("listening on ")
        finally:
            process.terminate()


def run(database: str) -> None:
    """Real processes and sockets; one client, one request at a time."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        legacy = stack.enter_context(server("parity", "legacy", "--recordings", RECORDINGS, "--port", "0"))
        new = stack.enter_context(server("openml-backend", "serve", "--database", database, "--port", "0"))
        options = ("--port", "0", "--admin-port", "0", "--log", f"sqlite:///{folder}/log.db")
        proxy = stack.enter_context(server("parity", "serve", "--legacy", legacy, "--new", new, *options))
        with httpx.Client() as client:
            found = medians(
                200,
                {
                    "legacy, directly": lambda: client.get(legacy + PATH).raise_for_status(),
                    "legacy, through the shadowing proxy": lambda: client.get(
                        proxy + PATH
                    ).raise_for_status(),
                    "new backend, directly": lambda: client.get(f"{new}/datasets/61").raise_for_status(),
                },
            )
    show("One request over real sockets", "legacy, directly", found)
