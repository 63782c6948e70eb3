"""``parity file``, as people call it."""

import asyncio
import shutil
from pathlib import Path

import pytest

from diffing.cluster import cluster_id
from tests.proxy.command import parity
from tests.proxy.logs import write_run
from tests.proxy.triage_cases import AT, cluster, damaged, verdict

CONFIG = Path(__file__).parents[3] / "config" / "deviations"
CASE = damaged(lambda document: document["task_type"].update(id=1))


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    """The command for the one cluster of a log."""
    found = cluster(*CASE)
    url = f"sqlite:///{tmp_path}/log.db"
    asyncio.run(write_run(url, AT, verdict(AT, *CASE)))
    return ["file", cluster_id(found.cluster.signature)[:10], "--log", url, "--config", "config"]


def test_an_entry_is_printed(command: list[str]) -> None:
    """Alone on stdout; what to do with it is told beside it."""
    done = parity(*command, "--as", "documented")
    assert (done.returncode, done.stdout.count("[[deviation]]")) == (0, 1), done.stdout
    assert "append it to config/deviations/tasktypes.toml" in done.stderr


def test_an_entry_is_appended(command: list[str], tmp_path: Path) -> None:
    """The registry's file keeps what it has."""
    file = tmp_path / "tasktypes.toml"
    file.write_text("# before\n", encoding="utf-8")
    assert parity(*command, "--as", "documented", "--out", str(file)).returncode == 0
    assert file.read_text(encoding="utf-8").startswith("# before\n\n# From cluster ")


def test_an_entry_is_written_into_its_file(command: list[str], tmp_path: Path) -> None:
    """With its why, after the others; the registry has no finding, and the cluster is settled."""
    config = tmp_path / "config"
    shutil.copytree("config", config, ignore=shutil.ignore_patterns("sample", "*.py"))
    words = [*command[:-1], str(config), "--as", "documented"]
    done = parity(*words, "--write", "--why", 'Ids are "numbers".')
    assert done.returncode == 0, done.stderr
    file = config / "deviations" / "tasktypes.toml"
    assert f"wrote {file}; the lint finds nothing wrong; with it the sample is explained" in done.stdout
    assert file.read_text(encoding="utf-8").startswith(
        (CONFIG / "tasktypes.toml").read_text(encoding="utf-8")
    )
    assert parity("deviations", "lint", "--config", str(config)).returncode == 0
    again = parity(*words, "--write", "--why", "Again.")
    assert (again.returncode, "settles" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    "words",
    [
        ["--as", "documented", "--write"],
        ["--as", "documented", "--why", "Because."],
        ["--as", "documented", "--write", "--why", " "],
        ["--as", "new-wrong", "--write", "--why", "Because."],
        ["--as", "documented", "--write", "--why", "Because.", "--out", "x.toml"],
    ],
)
def test_writing_needs_a_reason_and_an_entry(command: list[str], words: list[str]) -> None:
    """Otherwise one line says so."""
    done = parity(*command, *words)
    assert (done.returncode, done.stderr.count("\n"), "--write" in done.stderr) == (2, 1, True)


def test_an_issue_is_written_anew(command: list[str], tmp_path: Path) -> None:
    """It is a page of its own."""
    file = tmp_path / "issue.md"
    for _ in range(2):
        assert parity(*command, "--as", "new-wrong", "--out", str(file)).returncode == 0
    assert file.read_text(encoding="utf-8").count("# New side is wrong: tasktype.get\n") == 1


def test_what_it_cannot_be_is_wrong_use(command: list[str]) -> None:
    """One line that says what would be right; exit status 2."""
    done = parity(*command, "--as", "legacy-defect")
    assert (done.returncode, done.stderr.count("\n"), "--as documented" in done.stderr) == (2, 1, True)
