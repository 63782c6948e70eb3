"""Many processes are one proxy: one port, one log, one admin side."""

import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest

ROOT = Path(__file__).parent.parent.parent.parent
SIDE = "from proxy.runtime.listen import serve_forever; from starlette.responses import JSONResponse; "
SIDE += "serve_forever(JSONResponse({'a': 1}), '127.0.0.1', 0)"
TOKEN = "operator"


@contextmanager
def command(
    *arguments: str, environment: dict[str, str] | None = None
) -> Iterator[tuple[str, int, "subprocess.Popen[str]"]]:
    """A command that serves; gives its URL, its admin port and its process."""
    environ = {**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", *arguments], cwd=ROOT, stdout=pipe, stderr=pipe, text=True, env=environ
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("listening on "), process.stderr.read()
            admin = urlsplit(process.stderr.readline().rpartition(" ")[2].strip()).port if environment else 0
            yield line.removeprefix("listening on ").strip(), admin or 0, process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
            process.stderr.read()


def ask(port: int, target: str, method: str = "GET") -> tuple[int, bytes]:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(
            method, target, headers={"Authorization": f"Bearer {TOKEN}", "Connection": "close"}
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_workers_share_port_log_and_admin_side(tmp_path: Path) -> None:
    """Totals add up, a dead worker is replaced, all drain on SIGTERM, and the log has every verdict."""
    environment = {
        "PARITY_ADMIN_TOKEN": TOKEN,
        "PARITY_KILL_FILE": str(tmp_path / "kill"),
        "PARITY_SHADOW_REASK": "false",
    }
    log = f"sqlite:///{tmp_path / 'log.db'}"
    with command(SIDE) as (legacy, _, _side):
        arguments = ["serve", "--legacy", legacy, "--new", legacy, "--port", "0", "--admin-port", "0"]
        program = "from proxy.cli import main; main()"
        with command(program, *arguments, "--log", log, "--workers", "2", environment=environment) as found:
            url, admin, process = found
            port = urlsplit(url).port or 0
            statuses = {ask(port, "/api/v1/json/data/61")[0] for _ in range(40)}
            totals = orjson.loads(ask(admin, "/-/totals")[1])
            state = orjson.loads(ask(admin, "/-/state")[1])
            assert (statuses, totals["received"], totals["served"], state["processes"]) == ({200}, 40, 40, 2)
            assert ask(admin, "/-/readyz")[0] == 200
            assert ask(admin, "/-/kill", "POST")[0] == 200
            _until(lambda: orjson.loads(ask(admin, "/-/state")[1])["kill_switch"] is True)
            # What a killed process has not written yet, a second's worth at most, is lost.
            _until(lambda: _logged(tmp_path / "log.db") == 40)
            [child, *_] = _children(process.pid)
            os.kill(child, signal.SIGKILL)
            _until(lambda: len(_children(process.pid)) == 2 and child not in _children(process.pid))
            _until(lambda: orjson.loads(ask(admin, "/-/state")[1])["processes"] == 2)
            assert ask(port, "/api/v1/json/data/61")[0] == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == 0
    report = subprocess.run(
        [sys.executable, "-c", program, "report", "--log", log, "--json", "-"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    requests = orjson.loads(report.stdout)["requests"]
    assert requests["received"] == requests["served"] == 41


def _children(parent: int) -> list[int]:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [
        int(child)
        for child in text.split()
        if b"proxy.process.workers" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def _logged(log: Path) -> int:
    with closing(sqlite3.connect(log)) as connection:
        return int(connection.execute("SELECT SUM(served) FROM run WHERE pending = 0").fetchone()[0] or 0)


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if true():
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.05)
    pytest.fail("it did not happen in time")
