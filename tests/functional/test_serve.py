"""The main job through the front door: recorded PHP, backend, proxy, clients, report: all as processes."""

import http.client
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

ROOT = Path(__file__).parent.parent.parent
RECORDINGS = ROOT / "tests" / "recordings" / "read"
Serving = Callable[..., AbstractContextManager[Any]]


def get(url: str, target: str, method: str = "GET") -> tuple[int, bytes]:
    """Ask a server."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request(method, target)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def parity(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command to its end."""
    command = [sys.executable, "-c", "from proxy.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)


@pytest.fixture
def sides(serving: Serving, sqlite_url: str) -> Iterator[tuple[str, str]]:
    """The URLs of the recorded legacy server and of the backend."""
    recordings = str(RECORDINGS / "data.jsonl.gz")
    urls = ("--public-url", "https://openml.test/", "--object-store-url", "https://minio.openml.test/")
    with (
        serving("proxy.cli", "legacy", "--recordings", recordings, "--port", "0") as legacy,
        serving("backend.cli", "serve", "--database", sqlite_url, "--port", "0", *urls) as new,
    ):
        yield legacy.url, new.url


TARGETS = [
    "/api/v1/json/data/1",
    "/api/v1/json/data/61",
    "/api/v1/json/data/list/limit/2/tag",
    "/api/v1/json/data/features/1",
    "/api/v1/json/data/qualities/1",
    "/datasets/1",
    "/v1/datasets/61",
]


def test_what_clients_ask_is_reported(serving: Serving, sides: tuple[str, str], tmp_path: Path) -> None:
    """Served by legacy, compared with the new side, drained on SIGTERM, found in the log."""
    legacy, new = sides
    log = f"sqlite:///{tmp_path / 'log.db'}"
    arguments = ("--legacy", legacy, "--new", new, "--port", "0", "--admin-port", "0", "--log", log)
    with serving("proxy.cli", "serve", *arguments) as proxy:
        served = {target: get(proxy.url, target) for target in TARGETS}
        direct = {target: get(legacy, target) for target in TARGETS if target.startswith("/api")}
        fallen = get(proxy.url, "/" + "x" * 20_000)
        assert proxy.stop() == 0
    assert {target: served[target] for target in direct} == direct
    assert [orjson.loads(served[target][1])["id"] for target in TARGETS[5:]] == [1, 61]
    assert fallen[0] == 414
    report = orjson.loads(parity("report", "--log", log, "--json", "-").stdout)
    assert report["requests"] == {
        "received": 8,
        "served": 7,
        "refused": 1,
        "client_gone": 0,
        "pending": 0,
    }
    totals = report["totals"]
    assert report["differences"] == []
    assert (totals["received"], totals["mismatch"], totals["new_error"]) == (7, 0, 0)
    assert totals["match"] + totals["explained"] + totals["skipped"].get("limited", 0) == 7


def test_the_report_is_printed(serving: Serving, sides: tuple[str, str], tmp_path: Path) -> None:
    """For people: the numbers, and that they add up."""
    legacy, new = sides
    log = f"sqlite:///{tmp_path / 'log.db'}"
    arguments = ("--legacy", legacy, "--new", new, "--port", "0", "--admin-port", "0", "--log", log)
    with serving("proxy.cli", "serve", *arguments) as proxy:
        get(proxy.url, TARGETS[0])
        assert proxy.stop() == 0
    done = parity("report", "--log", log)
    assert b"received 1 = served 1 + refused 0 + client gone 0; pending 0" in done.stdout
    assert b"parity 100.00%" in done.stdout


def test_the_new_side_is_checked_over_http(sides: tuple[str, str]) -> None:
    """``parity check --new URL`` gives the verdicts of the in-process check."""
    found = parity(
        "check", "--recordings", str(RECORDINGS / "tasktype.jsonl.gz"), "--new", sides[1], "--json", "-"
    )
    document = orjson.loads(found.stdout)
    assert (document["totals"]["received"], document["totals"]["mismatch"], found.returncode) == (37, 0, 0)


def test_a_port_in_use_is_one_line(sides: tuple[str, str], tmp_path: Path) -> None:
    """Exit status 2, no traceback, no log made."""
    port = str(urlsplit(sides[0]).port)
    done = parity(
        "serve",
        "--legacy",
        sides[0],
        "--new",
        sides[1],
        "--port",
        port,
        "--log",
        f"sqlite:///{tmp_path / 'log.db'}",
    )
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"cannot listen on 127.0.0.1:" in done.stderr
    assert list(tmp_path.iterdir()) == []
