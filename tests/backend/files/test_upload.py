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


async def test_a_file_is_stored_in_the_legacy_dialect(writable: Writable, keys: dict[str, str]) -> None:
    """PHP names the answer; in JSON it escapes slashes, and what an error has no more to say of is left out."""
    answers = []
    for form, who, name in (("json", "admin", "file"), ("xml", "admin", "file"), ("json", "writer", "file")):
        answer = await writable.http.post(
            f"/api/v1/{form}/file",
            params={"api_key": keys[who]},
            files={name: ("notes.txt", b"Some notes.\n", "text/plain")},
        )
        answers.append((answer.status_code, answer.text))
    url = "https://openml.test/data/download"
    escaped = url.replace("/", r"\/")
    refused = "This is a read-only account, it does not have permission for write operations."
    assert answers == [
        (200, rf'{{"file_upload":{{"id":"1492","url":"{escaped}\/1492\/notes.txt"}}}}'),
        (
            200,
            '<oml:file_upload xmlns:oml="http://openml.org/openml">\n'
            f"<oml:id>1493</oml:id>\n<oml:url>{url}/1493/notes.txt</oml:url>\n</oml:file_upload>\n",
        ),
        (412, f'{{"error":{{"code":"104","message":"{refused}"}}}}'),
    ]
