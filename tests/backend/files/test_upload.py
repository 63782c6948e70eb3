"""Files stored through the front door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend import tables

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


async def test_a_file_is_stored_under_a_free_name(writable: Writable, keys: dict[str, str]) -> None:
    """With its row, for everybody to have; what is behind the last slash is its name."""
    before = writable.stored()
    answers = []
    for name, content in (
        ("notes.txt", b"Some notes.\n"),
        ("a/notes.txt", b"Other notes.\n"),
        ("noext", b"x"),
    ):
        files = {"file": (name, content, "text/plain")}
        answers.append(
            (await writable.http.post("/file", params={"api_key": keys["admin"]}, files=files)).json()
        )
    assert answers == [
        {"id": 1492, "url": "https://openml.test/data/download/1492/notes.txt"},
        {"id": 1493, "url": "https://openml.test/data/download/1493/notes.txt"},
        {"id": 1494, "url": "https://openml.test/data/download/1494/noext"},
    ]
    assert sorted(set(writable.stored()) - set(before)) == [
        "misc/noext.arff",
        "misc/notes.txt",
        "misc/notes_1.txt",
    ]
    [row] = await writable.rows(tables.file, tables.file.c.id == 1493)
    assert (row.filepath, row.filesize, row.filename_original) == ("misc/notes_1.txt", 13, "notes.txt")
    assert (await writable.http.get("/data/download/1493/notes.txt")).content == b"Other notes.\n"


async def test_a_refused_file_leaves_nothing(writable: Writable, keys: dict[str, str]) -> None:
    """Only administrators store files, and only such with content."""
    before = writable.stored()
    answers = []
    for who, files in (
        (None, {"file": ("a.txt", b"x")}),
        ("writer", {"file": ("a.txt", b"x")}),
        ("admin", {"file": ("a.txt", b"")}),
        ("admin", {"other": ("a.txt", b"x")}),
    ):
        params = {"api_key": keys[who]} if who else {}
        answer = await writable.http.post("/file", params=params, files=files)
        answers.append((answer.status_code, answer.json()["code"]))
    assert answers == [(401, "102"), (403, "104"), (422, "491"), (422, "491")]
    assert writable.stored() == before
