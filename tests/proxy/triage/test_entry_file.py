"""Entries are written into their file, or nothing is."""

import shutil
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.location import PACKAGED
from diffing.deviations import load_registry
from proxy.triage.entry_file import write_entries

ENTRY = """[[deviation]]
id = "tasktype-name-lower"
kind = "transform"
title = "Names are in lower case"
routes = ["tasktype.get"]
at = "$.name"
transform = "lower"
why = "Because."
guide = "task-types"
[[deviation.example]]
legacy = "A"
new = "a"
[[deviation.near_miss]]
legacy = "A"
new = "A"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A configuration that may be changed."""
    shutil.copytree(PACKAGED, tmp_path / "config", ignore=shutil.ignore_patterns("sample", "*.py"))
    return tmp_path / "config"


@pytest.mark.parametrize("name", ["tasktypes.toml", "further.toml"])
def test_an_entry_is_appended(own: Path, name: str) -> None:
    """To a file that is there or to a new one."""
    file = own / "deviations" / name
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    guide = load_registry(own).by_id["tasktype-lists"].guide
    write_entries(ENTRY.replace("task-types", guide), file, own)
    assert file.read_text(encoding="utf-8").startswith(before)
    assert "tasktype-name-lower" in load_registry(own).by_id


@pytest.mark.parametrize("name", ["tasktypes.toml", "further.toml"])
@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('transform = "lower"', 'transform = "lowest"', "lowest"),
        ('new = "A"', 'new = "a"', "the lint finds tasktype-name-lower"),
    ],
)
def test_what_is_wrong_is_taken_back(own: Path, name: str, right: str, wrong: str, told: str) -> None:
    """The file is as it was, and one that was not there is not there."""
    file = own / "deviations" / name
    before = file.read_bytes() if file.exists() else None
    guide = load_registry(own).by_id["tasktype-lists"].guide
    with pytest.raises(ConfigError, match=told):
        write_entries(ENTRY.replace("task-types", guide).replace(right, wrong), file, own)
    assert (file.read_bytes() if file.exists() else None) == before


def test_a_file_that_cannot_be_written_is_told(own: Path) -> None:
    """With its name."""
    with pytest.raises(ConfigError, match="cannot be written"):
        write_entries(ENTRY, own / "nothing" / "x.toml", own)
