"""Paths and names of stored files."""

from __future__ import annotations

import io
import resource
from itertools import islice
from pathlib import Path

import pytest

from backend.storage.interface import (
    StorageFull,
    StorageUnavailable,
    UnusableName,
    base_name,
    normal,
    numbered,
    stage_in,
    write_copy,
)


def test_slashes_are_one() -> None:
    """The file table has double slashes where the file system has one."""
    assert normal("run_structured//0/25//description.xml") == "run_structured/0/25/description.xml"


@pytest.mark.parametrize("path", ["", "/", "a/../b", "./a", "a/\0", "a/" + "x" * 256, "ä" * 128])
def test_a_path_stays_below_the_root_and_fits(path: str) -> None:
    """Nothing leads out, and no part is longer than a file system takes."""
    with pytest.raises(UnusableName):
        normal(path)


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("a.py", ["a.py", "a_1.py", "a_2.py"]),
        ("notes", ["notes", "notes_1", "notes_2"]),
        ("x.tar.gz", ["x.tar.gz", "x.tar_1.gz", "x.tar_2.gz"]),
    ],
)
def test_a_taken_name_gets_a_number(name: str, names: list[str]) -> None:
    """The number comes before the last dot, as PHP does it."""
    assert list(islice(numbered(name), 3)) == names


@pytest.mark.parametrize(
    ("filename", "name"),
    [("b.txt", "b.txt"), ("a/b.txt", "b.txt"), ("C:\\dir\\b.txt", "b.txt"), ("a/", ""), (None, "")],
)
def test_folders_of_an_upload_are_cut(filename: str | None, name: str) -> None:
    """Only what is behind the last slash or backslash counts."""
    assert base_name(filename) == name


def test_a_copy_is_measured() -> None:
    """Size and md5 are those of the content."""
    target = io.BytesIO()
    assert write_copy(io.BytesIO(b"abc"), target) == (3, "900150983cd24fb0d6963f7d28e17f72")
    assert target.getvalue() == b"abc"


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """A full disk is told apart from one that is away."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(StorageFull, match="File too large"):
            stage_in(tmp_path / "a", b"x" * 2000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with pytest.raises(StorageUnavailable, match="No such file"):
        stage_in(tmp_path / "none" / "a", b"x")
    assert list(tmp_path.iterdir()) == []
