"""What one odd answer, request or file must not do: end what writes the log, reads the rollout or prints the report."""

import http.client
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from lxml import etree

from tests.functional.commands import parity_here
from tests.functional.proxies import Running, proxied
from tests.functional.sick import Behaviour, heads, side

ROOT = Path(__file__).parent.parent.parent
Serving = Callable[..., AbstractContextManager[Any]]

DEEP = b"[" * 400 + b"]" * 400
HOSTILE: Mapping[str, bytes] = {
    "lone surrogate": rb'{"task_types":{"task_type":[{"id":"1","v":"\ud83d x"}]}}',
    "surrogate as key": rb'{"task_types":{"task_type":[{"id":"1","\udfff":"x"}]}}',
    "integer beyond 64 bit": b'{"task_types":{"task_type":[{"id":"1","v":%d}]}}' % 2**70,
    "integer of 4,000 digits": b'{"task_types":{"task_type":[{"id":"1","v":1%s}]}}' % (b"0" * 3999),
    "400 deep": b'{"task_types":{"task_type":[{"id":"1","v":%s}]}}' % DEEP,
    "only depth": DEEP,
    "control characters": rb'{"task_types":{"task_type":[{"id":"\u0000\u001b[2J","\u001b]0;x\u0007":"\n::error::x"}]}}',
    "long key": b'{"task_types":{"task_type":[{"id":"1","%s":1}]}}' % (b"k" * 100_000),
}
PLAIN = b'{"task_types":{"task_type":[{"id":"1","name":"x"}]}}'


def answers(found: Callable[[bytes], bytes]) -> Behaviour:
    """A side that answers each request with the JSON that a function gives for its path."""

    def behave(connection: socket.socket) -> None:
        for head in heads(connection):
            body = found(head.split(b" ")[1])
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"
                % (len(body), body)
            )

    return behave


def ask(proxy: Running, target: str, body: bytes | None = None) -> int:
    """Send one request through the proxy; gives the status."""
    with closing(http.client.HTTPConnection(*proxy.address, timeout=30)) as connection:
        connection.request("POST" if body is not None else "GET", target, body)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def parity(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Run a command as a user does."""
    command = [sys.executable, "-c", "from proxy.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)


def logged(log: Path) -> dict[str, int]:
    """Verdicts that the log holds."""
    with closing(sqlite3.connect(log, timeout=30)) as connection:
        rows = connection.execute("SELECT verdict, SUM(exchanges) FROM traffic GROUP BY verdict").fetchall()
    return dict(rows)


def until(true: Callable[[], bool], patience: float = 20) -> None:
    """Wait for something that will be true."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_no_answer_ends_the_diff_log(
    serving: Serving,
    tmp_path: Path,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """Each is a mismatch in the log, what comes later is logged too, and everything can be read and shown."""
    names = list(HOSTILE)
    recorded, access = tmp_path / "recorded", tmp_path / "access.log"
    monkeypatch.setenv("PARITY_RECORDING_FOLDER", str(recorded))
    monkeypatch.setenv("PARITY_RECORDING_EVERY", "1")
    monkeypatch.setenv("PARITY_ACCESS_LOG", str(access))

    def legacy(path: bytes) -> bytes:
        number = re.search(rb"n=(\d+)", path)
        return HOSTILE[names[int(number[1])]] if number else PLAIN

    with (
        side(answers(legacy)) as old,
        side(answers(lambda _: b"[]")) as new,
        proxied(serving, tmp_path / "odd", old, new) as proxy,
    ):
        for number in range(len(names)):
            assert ask(proxy, f"/api/v1/json/tasktype/list?n={number}") == 200
        until(lambda: logged(proxy.log).get("mismatch") == len(names))
        assert ask(proxy, "/api/v1/json/tasktype/list") == 200
        expected = {"mismatch": len(names) + 1}
        until(lambda: logged(proxy.log) == expected)
        assert proxy.totals()["verdicts"] == expected
        log = f"sqlite:///{proxy.log}"
        report = parity("report", "--log", log, "--json", "-")
        assert report.returncode == 0, report.stderr
        document = orjson.loads(report.stdout)
        assert document["totals"]["mismatch"] == len(names) + 1
        assert parity_here(capfdbinary, "report", "--log", log).returncode == 0
        assert parity_here(capfdbinary, "report", "--log", log, "--markdown", "-").returncode == 0
        for page in ("/", "/clusters"):
            with closing(http.client.HTTPConnection("127.0.0.1", proxy.admin, timeout=30)) as connection:
                connection.request("GET", page)
                assert connection.getresponse().status == 200
        for row in orjson.loads(proxy.told("/clusters?as=json"))["rows"]:
            show = ("show", row["cluster"], "--log", log)
            assert parity_here(capfdbinary, *show).returncode == 0
            assert parity_here(capfdbinary, *show, "--markdown", "-").returncode == 0
            assert orjson.loads(proxy.told(f"/clusters/{row['cluster']}?as=json"))["count"] == row["count"]
            assert b"<html" in proxy.told(f"/clusters/{row['cluster']}")
    assert len([orjson.loads(one) for one in access.read_bytes().splitlines()]) == len(names) + 1
    files = {name: tmp_path / name for name in ("json", "junit", "sarif", "markdown")}
    options = [part for name, file in files.items() for part in (f"--{name}", str(file))]
    checked = parity("check", "--recordings", str(recorded), "--database", sqlite_url, *options)
    assert checked.returncode == 1, checked.stderr
    assert orjson.loads(files["json"].read_bytes())["totals"]["mismatch"] == len(names) + 1
    assert etree.parse(files["junit"]).getroot().get("failures") != "0"
    assert orjson.loads(files["sarif"].read_bytes())["runs"][0]["results"]
    for shown in (report.stdout, checked.stdout, files["markdown"].read_bytes()):
        assert not re.search(rb"[\x00\x1b\x07]|^\s*::error", shown, re.M)


def test_a_finding_without_an_answer_is_shown(
    serving: Serving, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """What was too large, on its way in or out, is in the report with its request."""
    long = b'{"task_types":"%s"}' % (b"x" * 8_500_000)
    with (
        side(answers(lambda path: long if b"tasktype" in path else PLAIN)) as old,
        side(answers(lambda _: PLAIN)) as new,
        proxied(serving, tmp_path / "large", old, new) as proxy,
    ):
        assert ask(proxy, "/api/v1/json/tasktype/list?api_key=0123456789abcdef0123456789abcdef") == 200
        assert ask(proxy, "/api/v1/json/setup/exists", b"description=" + b"x" * 3_000_000) == 200
        until(lambda: logged(proxy.log) == {"too_large": 2})
        log = f"sqlite:///{proxy.log}"
        report = parity("report", "--log", log)
        assert report.returncode == 0, report.stderr
        assert b"/api/v1/json/tasktype/list" in report.stdout
        assert b"/api/v1/json/setup/exists" in report.stdout
        assert b"0123456789abcdef" not in report.stdout
        assert parity_here(capfdbinary, "report", "--log", log, "--json", "-").returncode == 0
        for row in orjson.loads(proxy.told("/clusters?as=json"))["rows"]:
            shown = parity_here(capfdbinary, "show", row["cluster"], "--log", log)
            assert shown.returncode == 0, shown.stderr
            assert b"None" not in shown.stdout
            assert b"/api/v1/json/" in shown.stdout
            assert orjson.loads(proxy.told(f"/clusters/{row['cluster']}?as=json"))["verdict"] == "too_large"


@pytest.fixture(name="watched", scope="module")
def _watched(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """A proxy with a configuration of its own, and the rollout file that it watches."""
    folder = tmp_path_factory.mktemp("watched")
    shutil.copytree(ROOT / "config", folder / "config", ignore=shutil.ignore_patterns("__pycache__"))
    options = ("--config", str(folder / "config"))
    with side(answers(lambda _: PLAIN)) as old, proxied(serving, folder / "own", old, old, *options) as proxy:
        yield proxy, folder / "config" / "rollout.toml"


@pytest.mark.parametrize(
    "content",
    [
        b"kill_switch = " + b"9" * 5000,
        b"kill_switch = 0x" + b"f" * 5000,
        b"stage = " + b"[" * 100_000,
        b"stage = " + b"[" * 300 + b"]" * 300,
        b'[[stage]]\nroutes = ["*"]\nstage = "shadow"\npercentage = 0x' + b"f" * 2000,
        b'[[stage]]\nroutes = ["*"]\nstage = "shadow"\npercentage = nan',
        b'"\\u001b[2J" = 1',
        b"\xff\xfe",
        b"a." * 2_000 + b"a = 1",
    ],
    ids=lambda content: content[:24].decode("latin-1"),
)
def test_no_rollout_file_ends_its_watcher(watched: tuple[Running, Path], content: bytes) -> None:
    """It is refused with one sentence; the kill file and the next good file still work, again and again."""
    proxy, rollout = watched
    good = rollout.read_bytes()

    def state() -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(proxy.told("/-/state"))
        return found

    before = state()["config"]
    rollout.write_bytes(content)
    until(lambda: bool(state()["config_error"]))
    error = state()["config_error"]
    assert "rollout.toml" in error
    assert "\x1b" not in error
    assert len(error) < 1000
    assert state()["config"] == before
    proxy.kill_file.touch()
    until(lambda: state()["kill_switch"])
    proxy.kill_file.unlink()
    until(lambda: not state()["kill_switch"])
    rollout.write_bytes(good + b"\n# again\n")
    until(lambda: state()["config"] != before and not state()["config_error"])
