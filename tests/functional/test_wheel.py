"""Installed from the wheel, beside packages of the same names and in a folder with a config.py, every command works."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proxy.cli import COMMANDS
from tests.functional.proxies import Running

ROOT = Path(__file__).parent.parent.parent
DECOY = 'raise ImportError("not ours")\n'
RECORDINGS = ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz"
PROCESSES = ("proxy.process.asking", "proxy.process.comparing")
START = "import sys; sys.path[:] = [p for p in sys.path if p != {root!r}]; from openml_parity import {name}; {name}()"


class Installed:
    """The commands of the wheel. ``packages``: where the wheel is installed, beside others. ``folder``: where the
    commands are started.
    """

    def __init__(self, packages: Path, folder: Path) -> None:
        self.packages = packages
        self.folder = folder

    def command(self, name: str, *words: str) -> list[str]:
        """The words that start a command; the checkout, which this interpreter finds too, is not on its path."""
        return [sys.executable, "-c", START.format(root=str(ROOT), name=name), *words]

    @property
    def environment(self) -> dict[str, str]:
        """Where modules are looked for."""
        return {**os.environ, "PYTHONPATH": str(self.packages)}

    def run(self, name: str, *words: str) -> str:
        """Run a command to its end, which is a good one."""
        done = subprocess.run(
            self.command(name, *words),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, with a decoy for each name that could be taken for one of ours."""
    wheels, packages, folder = (tmp_path_factory.mktemp(name) for name in ("wheels", "packages", "folder"))
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT)]
    subprocess.run([*pip, *build], check=True, timeout=120)
    (wheel,) = wheels.glob("*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-compile", "--target", str(packages), str(wheel)],
        check=True,
        timeout=120,
    )
    assert not (packages / "proxy").exists()
    for name in ("proxy", "backend", "diffing", "config"):
        (packages / name).mkdir()
        (packages / name / "__init__.py").write_text(DECOY, encoding="utf-8")
        (folder / f"{name}.py").write_text(DECOY, encoding="utf-8")
    return Installed(packages, folder)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_there(installed: Installed, command: str) -> None:
    """None takes a module of another."""
    assert command in installed.run("parity", command, "--help")


def test_the_glossary_is_there(installed: Installed) -> None:
    """The dashboard shows it from where its package lies."""
    glossary = Path("docs") / "glossary.md"
    shipped = (installed.packages / "openml_parity" / glossary).read_text(encoding="utf-8")
    assert shipped == (ROOT / glossary).read_text(encoding="utf-8")


def test_the_main_job_runs(installed: Installed) -> None:
    """Sample database, recorded answers, comparison."""
    database = f"sqlite:///{installed.folder / 'sample.db'}"
    sample = str(installed.packages / "openml_parity" / "config" / "sample")
    files = str(installed.folder / "files")
    installed.run("backend", "load", "--from", sample, "--database", database, "--files", files)
    told = installed.run("parity", "check", "--recordings", str(RECORDINGS), "--database", database)
    assert "✓ parity" in told


def test_nothing_is_written_into_the_package(installed: Installed) -> None:
    """A copy of the configuration is made first; then a route can be moved."""
    package = installed.packages / "openml_parity"
    before = _contents(package)
    words = ("rollout", "rollback", "dataset.get")
    done = subprocess.run(
        installed.command("parity", *words),
        cwd=installed.folder,
        env=installed.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "parity config export DIR" in done.stderr
    installed.run("parity", "config", "export", "mine")
    assert "is back at shadow" in installed.run("parity", *words, "--config", "mine")
    assert _contents(package) == before


def test_the_proxy_starts_its_processes(installed: Installed) -> None:
    """The one that asks and the one that compares find the same modules, and stay."""
    words = (
        "--legacy",
        "http://127.0.0.1:9",
        "--new",
        "http://127.0.0.1:9",
        "--port",
        "0",
        "--admin-port",
        "0",
    )
    log = installed.folder / "log.db"
    with subprocess.Popen(
        installed.command("parity", "serve", *words, "--log", f"sqlite:///{log}"),
        cwd=installed.folder,
        env=installed.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as server:
        running = Running("http://127.0.0.1:0", 0, server.pid, log)
        try:
            first = [_once_there(running, module) for module in PROCESSES]
            time.sleep(1)
            assert [running.process(module) for module in PROCESSES] == first
        finally:
            server.kill()


def _contents(package: Path) -> dict[str, bytes]:
    """What is in the package, but for what Python itself keeps there."""
    return {
        str(file): file.read_bytes()
        for file in package.rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }


def _once_there(running: Running, module: str) -> int:
    end = time.monotonic() + 30
    while True:
        try:
            return running.process(module)
        except ProcessLookupError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
