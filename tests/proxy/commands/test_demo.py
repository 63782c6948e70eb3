"""``parity demo`` as people run it; tests/proxy/process/test_demo.py looks at its parts."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from proxy.commands.demo import program
from tests.proxy.command import ROOT, parity

SCRIPTS = Path(sysconfig.get_path("scripts"))
COMMAND = re.compile(r"^(report|what differs|what to do) +(.*)$", re.MULTILINE)


def test_a_configuration_that_is_not_there_is_one_line_and_status_2() -> None:
    """Before anything is started."""
    done = parity("demo", "--once", "--config", "nowhere")
    assert (done.returncode, done.stderr) == (
        2,
        "parity: nowhere: no such directory; --config wants the directory that holds routes/\n",
    )


def test_the_printed_commands_work_after_the_demo(tmp_path: Path) -> None:
    """The three faults are found, exit status 0; each command works, also the one that takes everything away."""
    env = {**os.environ, "TMPDIR": str(tmp_path)}

    def shell(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", line], cwd=ROOT, env=env, capture_output=True, text=True)

    demo = shell(f"{SCRIPTS / 'parity'} demo --once")
    assert (demo.returncode, "found: exactly these" in demo.stdout) == (0, True), demo.stderr
    commands = dict(COMMAND.findall(demo.stdout))
    told = {name: shell(line) for name, line in commands.items()}
    assert {name: done.returncode for name, done in told.items()} == {
        "report": 0,
        "what differs": 0,
        "what to do": 0,
    }
    assert "$.format value str→str" in told["report"].stdout
    assert "ARFF" in told["what differs"].stdout
    assert told["what to do"].stdout.startswith("# New side is wrong: dataset.get")
    [last] = re.findall(r"when you have seen enough: (rm .*)", demo.stdout)
    assert (shell(last).returncode, list(tmp_path.iterdir())) == (0, [])


def test_a_program_is_called_as_this_shell_finds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name, by its path below the working directory, else by its whole path."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "parity").touch(mode=0o755)
    monkeypatch.setattr(sys, "argv", [str(bin_ / "parity")])
    monkeypatch.setenv("PATH", "/nowhere")
    assert program() == str(bin_ / "parity")
    monkeypatch.chdir(tmp_path)
    assert program() == "bin/parity"
    monkeypatch.setenv("PATH", str(bin_))
    assert (program(), shutil.which("parity")) == ("parity", str(bin_ / "parity"))
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert program() == "parity"
