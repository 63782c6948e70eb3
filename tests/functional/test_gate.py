"""The automatic gate through the front door: promoted step by step on good numbers, returned when the new side dies."""

import http.client
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

ROOT = Path(__file__).parent.parent.parent
RECORDINGS = ROOT / "tests" / "recordings" / "read" / "data.jsonl.gz"
Serving = Callable[..., AbstractContextManager[Any]]
TARGETS = ("/datasets/1", "/datasets/61", "/datasets/2")
REPORTS = """
[readiness]
min_compared = 30
max_mismatch_rate = 0.2
max_latency_ratio = 1000.0
min_coverage = 0.0
max_open_clusters = 3
[rollout]
canary = [5, 50]
[gate]
enabled = true
routes = ["dataset.*"]
interval = 0.3
hold = 0.5
window = 60
max_latency_ratio = 1000.0
"""
ROLLOUT = '# ours\n[[stage]]\nroutes = ["dataset.get"]\nstage = "shadow"\n'


@contextmanager
def clients(url: str) -> Iterator[list[tuple[int, bytes]]]:
    """Clients of the new API that ask all the time; gives what they were answered."""
    answers: list[tuple[int, bytes]] = []
    done = threading.Event()
    parts = urlsplit(url)

    def ask() -> None:
        number = 0
        while not done.is_set():
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
            connection.request("GET", TARGETS[number % len(TARGETS)])
            response = connection.getresponse()
            answers.append((response.status, response.read()))
            connection.close()
            number += 1
            # As much as one needs to be sure, and no more than a busy machine compares.
            done.wait(0.02)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        done.set()
        thread.join()


def until(file: Path, text: str) -> None:
    """Wait until a file holds a text."""
    end = time.monotonic() + 60
    while text not in file.read_text():
        if time.monotonic() > end:
            pytest.fail(f"{text!r} did not come: {file.read_text()}")
        time.sleep(0.05)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_route_is_promoted_and_returned(
    serving: Serving, sqlite_url: str, tmp_path: Path, workers: str
) -> None:
    """No client notices either; every decision is in the log with its numbers."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    rollout = config / "rollout.toml"
    rollout.write_text(ROLLOUT)
    (config / "reports.toml").write_text(REPORTS)
    log = f"sqlite:///{tmp_path / 'log.db'}"
    urls = ("--public-url", "https://openml.test/", "--object-store-url", "https://minio.openml.test/")
    with (
        serving("proxy.cli", "legacy", "--recordings", str(RECORDINGS), "--port", "0") as legacy,
        serving("backend.cli", "serve", "--database", sqlite_url, "--port", "0", *urls) as new,
        serving(
            *("proxy.cli", "serve", "--legacy", legacy.url, "--new", new.url, "--log", log),
            *("--port", "0", "--admin-port", "0", "--config", str(config), "--workers", workers),
        ) as proxy,
        clients(proxy.url) as answers,
    ):
        for step in ("percentage = 5\n", "percentage = 50\n", 'stage = "new_verified"'):
            until(rollout, step)
        new.stop()
        until(rollout, 'stage = "legacy"')
        before = len(answers)
        end = time.monotonic() + 20
        while len(answers) < before + 20 and time.monotonic() < end:
            time.sleep(0.05)
    assert rollout.read_text().startswith(ROLLOUT)
    assert "# held: returned by the gate at " in rollout.read_text()
    assert {status for status, _ in answers} == {200}
    assert len(set(answers)) == len(TARGETS)
    moves = decisions(log, config)
    assert [(item["decision"], item["now"]) for item in moves] == [
        ("begin", "shadow"),
        ("promote", "canary 5 %"),
        ("promote", "canary 50 %"),
        ("promote", "new_verified"),
        ("return", "legacy"),
    ]
    assert all(item["numbers"]["step"]["matched"] >= 30 for item in moves[1:4])
    assert moves[4]["numbers"]["window"]["failed"] >= 3


def decisions(log: str, config: Path) -> list[dict[str, Any]]:
    """What the gate decided, as ``parity readiness`` tells it, the oldest first."""
    command = [sys.executable, "-c", "from proxy.cli import main; main()", "readiness", "--log", log]
    done = subprocess.run(
        [*command, "--config", str(config), "--json", "-"],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    found: list[dict[str, Any]] = orjson.loads(done.stdout)["gate"]
    return [item for item in reversed(found) if item["decision"] != "hold"]
