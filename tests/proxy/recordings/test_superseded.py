"""Recordings that later ones replace."""

from collections import defaultdict
from pathlib import Path

import orjson
import pytest

from config.errors import BadInput
from proxy.recordings.recording import read_recordings, recording_files
from proxy.recordings.superseded import NAME, superseded

RECORDINGS = Path(__file__).parent.parent.parent / "recordings"
ENTRY = {
    "request": {"method": "GET", "url": "https://openml.test/x", "headers": []},
    "response": {"status": 200, "headers": [], "content": {"text": ""}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files of recordings; the second has what replaces a recording of the first."""
    for name, ids in (("old", ("old.1", "old.2")), ("new", ("new.1",))):
        lines = [orjson.dumps({"_id": one, **ENTRY}) for one in ids]
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join(lines))
    (tmp_path / NAME).write_text("# why\nold.1  new.1  # and why\n\n")
    return tmp_path


def ids(*paths: Path) -> list[str]:
    """What is read."""
    return [recording.id for recording in read_recordings(paths)]


def test_a_recording_is_replaced_not_skipped(folder: Path) -> None:
    """It goes where the one that replaces it comes, and stays where that does not."""
    assert ids(folder) == ["new.1", "old.2"]
    assert ids(folder / "old.jsonl") == ["old.1", "old.2"]
    assert superseded(recording_files([folder])) == {"old.1": "new.1"}


@pytest.mark.parametrize("line", ["old.1", "old.1 new.1 new.2"])
def test_a_line_names_both(folder: Path, line: str) -> None:
    """A recording without a replacement would be skipped."""
    (folder / NAME).write_text(line)
    with pytest.raises(BadInput, match=r"superseded\.txt:1"):
        ids(folder)


def test_what_is_replaced_here_was_recorded() -> None:
    """No entry is left over, or names what never was."""
    known: dict[str, set[str]] = defaultdict(set)
    for file in recording_files([RECORDINGS / "read", RECORDINGS / "write"]):
        known[file.name.partition(".")[0]] |= {recording.id for recording in read_recordings([file])}
    lines = (RECORDINGS / NAME).read_text(encoding="utf-8").splitlines()
    for old, new in (line.split() for line in lines if line and not line.startswith("#")):
        assert old in known[old.partition(".")[0]]
        assert new in known[new.partition(".")[0]]
