"""A check with a baseline, as a CI job runs it."""

import re
import shutil
from pathlib import Path

import orjson
import pytest

from tests.proxy.command import parity

ROOT = Path(__file__).parent.parent.parent.parent
TASKTYPES = str(ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz")


@pytest.fixture
def folder(tmp_path: Path, config: Path) -> Path:
    """A configuration that lacks the deviations of task types, so that they differ."""
    shutil.copytree(config, tmp_path / "config", ignore=shutil.ignore_patterns("sample", "__pycache__"))
    (tmp_path / "config" / "deviations" / "tasktypes.toml").unlink()
    file = tmp_path / "config" / "routes" / "tasktypes.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("task-type-not-found", "task-not-found"))
    return tmp_path


def test_a_check_fails_only_on_what_is_not_in_the_baseline(folder: Path, sqlite_url: str) -> None:
    """And again when the time is over."""
    check = ("check", "--recordings", TASKTYPES, "--database", sqlite_url, "--config", "config")
    first = parity(*check, "--json", "found.json", folder=folder)
    assert (first.returncode, len(orjson.loads((folder / "found.json").read_bytes())["differences"]) > 0) == (
        1,
        True,
    )
    accept = ("baseline", "found.json", "--reason", "Not documented yet.", "--expires")
    assert parity(*accept, "2999-12-31", folder=folder).returncode == 0
    baseline = folder / "parity-baseline.toml"
    outputs = ("--junit", "j.xml", "--sarif", "s.sarif", "--markdown", "m.md")
    second = parity(*check, "--baseline", str(baseline), *outputs, folder=folder)
    assert (second.returncode, second.stderr) == (0, "")
    assert (folder / "m.md").read_text().startswith("# Parity: no, but all 1 clusters are in the baseline")
    assert re.search(r"baseline: \d+ accepted, 0 expire within 14 days", second.stdout)
    assert "accepted until 2999-12-31: Not documented yet." in second.stdout
    assert "✓ parity" not in second.stdout
    for file in ("j.xml", "s.sarif", "m.md"):
        assert "accepted until 2999-12-31: Not documented yet." in (folder / file).read_text()
    baseline.write_text(baseline.read_text().replace("2999", "2001"))
    third = parity(*check, "--baseline", str(baseline), folder=folder)
    assert (third.returncode, "until 2001-12-31 only" in third.stderr) == (1, True)
    renewed = parity(*accept, "2998-12-31", folder=folder)
    assert "that had ended renewed" in renewed.stdout
    assert parity(*check, "--baseline", str(baseline), folder=folder).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nothing.json", "--reason", "r", "--expires", "2999-12-31"], "nothing.json cannot be read"),
        (
            ["config/rollout.toml", "--reason", "r", "--expires", "2999-12-31"],
            "is not what parity check --json writes",
        ),
        (["x", "--reason", "r", "--expires", "soon"], "--expires wants a date"),
        (
            ["x", "--reason", "r", "--expires", "2001-12-31"],
            "--expires 2001-12-31 has passed; give a day from",
        ),
        (["x", "--reason", " ", "--expires", "2999-12-31"], "--reason must say"),
    ],
)
def test_bad_input_is_one_line_and_status_2(folder: Path, arguments: list[str], told: str) -> None:
    """The line says what is wrong."""
    done = parity("baseline", *arguments, folder=folder)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert told in done.stderr
