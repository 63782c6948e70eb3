"""The private MariaDB of the tests: when it dies, the run fails, and its log is shown."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import mariadb

ROOT = Path(__file__).parent.parent
CONFTEST = """
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import mariadb


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("mariadb")
    with mariadb.running_server(folder):
        yield folder
"""
DEADLY = """
import os
import signal
import time


def test_it_dies(server):
    os.kill(int((server / "server.pid").read_text()), signal.SIGSEGV)
    time.sleep(3)
"""

pytestmark = pytest.mark.skipif(bool(os.environ.get(mariadb.SKIP)), reason=f"{mariadb.SKIP} IS SET")


def test_a_run_in_which_it_dies_fails_and_shows_its_log(tmp_path: Path) -> None:
    """Also when no test has noticed."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_deadly.py").write_text(DEADLY)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "MariaDB ended by itself, with status" in done.stdout
    assert "Server socket created on" in done.stdout or "signal 11" in done.stdout


def test_a_test_that_fails_because_of_it_has_the_log_as_a_note(tmp_path: Path) -> None:
    """Beside its own error."""

    def die() -> None:
        with mariadb.running_server(tmp_path):
            process = int((tmp_path / "server.pid").read_text())
            os.kill(process, signal.SIGKILL)
            os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
            raise ConnectionError("lost")

    with pytest.raises(ConnectionError, match="lost") as caught:
        die()
    assert "Server socket created" in caught.value.__notes__[0]


def test_one_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only that nobody listens."""
    monkeypatch.setattr(mariadb, "_TUNING", ("--no-such-option",))
    with pytest.raises(RuntimeError, match=r"(?s)does not start.*no-such-option"):
        mariadb.running_server(tmp_path).__enter__()
