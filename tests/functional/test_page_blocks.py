"""Blocks of README.md and docs/fleet.md, run as they stand: with addresses, ports and databases of the test."""

import os
import re
import shutil
import signal
import subprocess
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from tests.functional.fleets import CLAIM_SECONDS
from tests.functional.test_deployment import free_port
from tests.functional.test_hostile_answers import until
from tests.redis_server import RedisServer, skipped

ROOT: Final = Path(__file__).parent.parent.parent
READ: Final = ROOT / "tests" / "recordings" / "read"
URLS: Final = ("--public-url", "https://openml.test/", "--object-store-url", "https://minio.openml.test/")
TARGET: Final = "/api/v1/json/tasktype/list"
Serving = Callable[..., AbstractContextManager[Any]]


def blocks(page: str) -> list[str]:
    """The indented blocks of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [textwrap.dedent(found) for found in re.findall(r"(?:^    .*\n(?:\n(?=    ))?)+", text, re.M)]


def block(page: str, part: str) -> str:
    """The one block that holds a text."""
    [found] = [one for one in blocks(page) if part in one]
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """A block with other values; each of them stands in it."""
    for before, after in values.items():
        assert before in text
        text = text.replace(before, after)
    return text


@contextmanager
def shell(script: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a script in the background; what it started ends with the block."""
    environment = {
        **os.environ,
        "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
        "PARITY_KILL_FILE": str(folder / "kill"),
        "PARITY_QUEUE_CLAIM_SECONDS": str(CLAIM_SECONDS),
    }
    # It ends after those that it started.
    end = "trap 'kill $(jobs -p); wait; exit' TERM"
    command = ["bash", "-euo", "pipefail", "-c", f"{end}\n{script}\nwait"]
    with (
        (folder / "told").open("wb") as out,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
        ) as running,
    ):
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(30)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(running.pid, signal.SIGKILL)


def run(command: str, folder: Path) -> str:
    """Run a command until its end; gives what it says."""
    with shell(command, folder) as running:
        assert running.wait(120) == 0, (folder / "told").read_text()
    return (folder / "told").read_text()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """With the settings that the page names."""
    if skipped():
        pytest.skip("SKIP_REDIS IS SET: NOTHING IS TESTED ON REDIS")
    lines = [line.split("#")[0].split() for line in block("docs/fleet.md", "appendonly").splitlines()]
    options = [word for name, value in lines for word in (f"--{name}", value)]
    assert len(options) == 6
    folder = tmp_path / "redis"
    folder.mkdir()
    with RedisServer(folder, *options) as server:
        yield server


def test_a_fleet_is_started_as_its_page_says(
    serving: Serving, sqlite_url: str, redis: RedisServer, tmp_path: Path
) -> None:
    """A capture goes through it, and a large replay."""
    start = block("docs/fleet.md", "openssl rand")
    install, _, start = start.partition("\n")
    assert install == "pip install 'openml-parity[fleet]'"
    assert re.search(r"^fleet = \[", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    files = ("--files", str(ROOT / "config" / "sample" / "files"))
    shutil.copytree(READ, tmp_path / "recordings", ignore=lambda _, names: {*names} - {"votes.jsonl.gz"})
    with (
        serving("proxy.cli", "legacy", "--recordings", str(READ), "--port", "0") as legacy,
        serving("backend.cli", "serve", "--database", sqlite_url, "--port", "0", *URLS, *files) as new,
    ):
        port, log = free_port(), f"sqlite:///{tmp_path / 'log.db'}"
        start = filled(
            start,
            {
                "redis://redis:6379/0": redis.url,
                "http://php:80": legacy.url,
                "http://backend:8001": new.url,
                "mysql+aiomysql://parity:PASSWORD@log:3306/parity": log,
                "parity serve ": f"parity serve --port {port} --admin-port 0 ",
                f"{log}\nparity worker ": f"{log} &\nparity worker --admin-port 0 ",
                "--name worker1": "--name worker1 &",
            },
        )
        with shell(start, tmp_path):
            place = tmp_path / "asked"
            place.mkdir()
            run(
                "curl --retry 60 --retry-connrefused --retry-delay 1 --fail --silent "
                f"http://127.0.0.1:{port}{TARGET}",
                place,
            )
            until(lambda: "queued 1 = judged 1" in run(f"parity report --log {log}", place))
            replay = block("docs/fleet.md", "parity check --recordings")
            values = {"recordings/": str(tmp_path / "recordings"), "redis://redis:6379/0": redis.url}
            key = f"export PARITY_QUEUE_KEY_FILE={tmp_path / 'queue.keys'}\n"
            assert "parity" in run(key + filled(replay, values), place)


def test_ci_checks_as_the_readme_says(tmp_path: Path) -> None:
    """In a checkout: there is parity."""
    values = {
        "sqlite:///sample.db": f"sqlite:///{tmp_path / 'sample.db'}",
        "config/sample ": f"{ROOT / 'config' / 'sample'} ",
        "config/sample/files": str(ROOT / "config" / "sample" / "files"),
        "tests/recordings/read": str(READ),
    }
    assert "✓ parity" in run(filled(block("README.md", "openml-backend load"), values), tmp_path)


def test_operators_start_as_the_readme_says(serving: Serving, sqlite_url: str, tmp_path: Path) -> None:
    """Backend and proxy, which serves what PHP answers."""
    port, admin, new = free_port(), free_port(), str(free_port())
    with serving("proxy.cli", "legacy", "--recordings", str(READ), "--port", "0") as legacy:
        values = {
            "mysql+aiomysql://user:password@host:3306/": sqlite_url,
            "8001": new,
            "--port 8000": f"--port {port} --admin-port {admin}",
            "http://php:8080": legacy.url,
            f"--port {new}\n": f"--port {new} &\n",
            "parity.db": "parity.db &",
        }
        with shell(filled(block("README.md", "openml-backend serve"), values), tmp_path):
            place = tmp_path / "asked"
            place.mkdir()
            wait = "curl --retry 60 --retry-connrefused --retry-delay 1 --fail --silent"
            assert "task_types" in run(f"{wait} http://127.0.0.1:{port}{TARGET}", place)
            assert "[" in run(f"{wait} http://127.0.0.1:{new}/tasktype/list", place)
            until(
                lambda: (
                    "received 1 = served 1 "
                    in run(f"parity report --log sqlite:///{tmp_path / 'parity.db'}", place)
                )
            )
