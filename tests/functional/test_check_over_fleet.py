"""``parity check --queue``: the workers of a fleet replay, and the report is that of a check without them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.functional.fleets import Fleet, fleet, told
from tests.functional.test_hostile_answers import until
from tests.proxy.command import parity
from tests.redis_server import RedisServer

Serving = Callable[..., AbstractContextManager[Any]]
ROOT = Path(__file__).parent.parent.parent
READ = ROOT / "tests" / "recordings" / "read"
RECORDINGS = tuple(str(READ / f"{name}.jsonl.gz") for name in ("setup", "study"))
# An address that no recording has, so that there are differences.
URLS = ("--public-url", "https://elsewhere.test/", "--object-store-url", "https://minio.openml.test/")


@pytest.fixture
def found(serving: Serving, sqlite_url: str, redis: RedisServer, tmp_path: Path) -> Iterator[Fleet]:
    """A fleet before a backend, without proxies."""
    files = ("--files", str(ROOT / "config" / "sample" / "files"))
    with serving("backend.cli", "serve", "--database", sqlite_url, "--port", "0", *URLS, *files) as new:
        log = f"sqlite:///{tmp_path / 'log.db'}"
        with fleet(serving, tmp_path, redis, log, ("http://127.0.0.1:1", new.url)) as fleet_:
            yield fleet_


def test_the_report_is_that_of_a_check_without_workers(found: Fleet, tmp_path: Path) -> None:
    """Count by count and difference by difference, and the diff log knows nothing of it; a worker that is killed costs
    nothing but time, and no recording is in any file of Redis.
    """

    def outputs(name: str) -> tuple[str, ...]:
        return (
            *("--dialect", "legacy", "--json", str(tmp_path / f"{name}.json")),
            *("--markdown", str(tmp_path / f"{name}.md"), "--junit", str(tmp_path / f"{name}.xml")),
        )

    alone = parity("check", "--recordings", *RECORDINGS, "--new", found.new, *outputs("alone"))
    assert alone.returncode == 1
    victim = found.worker("victim")
    asked = ("check", "--recordings", *RECORDINGS, "--queue", found.redis.url)
    check = subprocess.Popen(
        [sys.executable, "-c", "from proxy.cli import main; main()", *asked, *outputs("found")],
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
    )
    until(lambda: told(victim, "/-/totals")["shares"] > 0)
    victim.process.send_signal(signal.SIGKILL)
    found.worker("survivor")
    assert check.wait(120) == alone.returncode
    for form in ("json", "md"):
        assert (tmp_path / f"found.{form}").read_text() == (tmp_path / f"alone.{form}").read_text()
    cases = [(tmp_path / f"{name}.xml").read_text().count("<testcase ") for name in ("alone", "found")]
    assert cases[0] == cases[1] > 10
    assert found.verdicts() == {}
    kept = found.redis.written()
    assert b"XADD" in kept
    assert b"/api/v1/" not in kept


def test_a_worker_that_goes_by_other_rules_says_so(found: Fleet, tmp_path: Path) -> None:
    """One line that names it, and status 2: its verdicts would not be those of this configuration."""
    other = tmp_path / "config"
    shutil.copytree(ROOT / "config", other, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    with (other / "problems.toml").open("a") as file:
        file.write("\n# changed\n")
    found.options = ("--config", str(other))
    found.worker("stranger")
    done = parity("check", "--recordings", RECORDINGS[0], "--queue", found.redis.url)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        2,
        "parity: worker stranger: its configuration is another one than that of the check",
    )
