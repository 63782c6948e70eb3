"""Stored files: what is there, what should be, and putting them back."""

import hashlib
from pathlib import Path

import pytest

from proxy.checking.file_states import FileDifference, FileStates, expected_files, file_differences, look
from proxy.recordings.scenarios import FileChange


def md5(content: bytes) -> str:
    """A checksum."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@pytest.fixture
def states(tmp_path: Path) -> FileStates:
    """A root with the one file of a sample."""
    sample = tmp_path / "sample"
    (sample / "data").mkdir(parents=True)
    (sample / "data" / "a.arff").write_bytes(b"a")
    (tmp_path / "root").mkdir()
    made = FileStates(tmp_path / "root", sample)
    made.reset()
    return made


def test_a_root_begins_with_the_sample(states: FileStates, tmp_path: Path) -> None:
    """A copy, so that the sample stays as it is."""
    assert look(tmp_path / "root") == {"data/a.arff": (1, md5(b"a"))}


def test_hidden_folders_of_the_root_are_no_files(states: FileStates, tmp_path: Path) -> None:
    """There uploads wait for their commit."""
    (tmp_path / "root" / ".staging").mkdir()
    (tmp_path / "root" / ".staging" / "x").write_bytes(b"x")
    states.look()
    assert list(states.files) == ["data/a.arff"]


def test_a_look_gives_the_files_from_before(states: FileStates, tmp_path: Path) -> None:
    """What changed lies between the two."""
    (tmp_path / "root" / "b").write_bytes(b"b")
    before = states.look()
    assert (list(before), list(states.files)) == (["data/a.arff"], ["b", "data/a.arff"])


def test_files_are_put_back(states: FileStates, tmp_path: Path) -> None:
    """New ones go, lost and changed ones come back."""
    (tmp_path / "root" / "b").write_bytes(b"b")
    (tmp_path / "root" / "data" / "a.arff").unlink()
    states.reset()
    assert look(tmp_path / "root") == {"data/a.arff": (1, md5(b"a"))}


def test_a_learnt_content_becomes_a_file(states: FileStates, tmp_path: Path) -> None:
    """Requests bring what is stored."""
    states.learn([b"content"])
    states.put({"new/file": (7, md5(b"content"))})
    assert (tmp_path / "root" / "new" / "file").read_bytes() == b"content"


def test_recorded_changes_make_the_files_that_there_should_be() -> None:
    """Inserted, replaced, deleted."""
    changes = [
        FileChange("a", "delete", 0, ""),
        FileChange("b", "update", 2, "x"),
        FileChange("c", "insert", 3, "y"),
    ]
    before = {"a": (1, "a"), "b": (1, "b")}
    assert expected_files(before, changes) == {"b": (2, "x"), "c": (3, "y")}


def test_each_file_that_differs_is_told() -> None:
    """Missing, extra, another content."""
    found = file_differences({"a": (1, "a"), "b": (1, "b")}, {"b": (1, "c"), "d": (1, "d")})
    assert found == [
        FileDifference("a", (1, "a"), None),
        FileDifference("b", (1, "b"), (1, "c")),
        FileDifference("d", None, (1, "d")),
    ]
