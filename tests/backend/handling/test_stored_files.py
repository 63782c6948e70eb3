"""Uploaded files with their rows."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import select
from starlette.datastructures import Headers, UploadFile

from backend import tables
from backend.access import User
from backend.handling.stored_files import StoredFile, delete_file, extension, store_file
from backend.operations import Call
from backend.storage.file_writes import FileWrites
from backend.storage.local import LocalStorage
from tests.backend.conftest import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from backend.database.connections import Database

pytestmark = pytest.mark.anyio


def call(connection: AsyncConnection, files: FileWrites) -> Call[Any]:
    """What the functions look at of a request."""
    given = SimpleNamespace(connection=connection, files=files, user=User(2), now=lambda: NOW)
    return cast(Call[Any], given)


@pytest.mark.parametrize(("name", "ending"), [("a.b.PY", "PY"), ("Makefile", ""), ("a.", ""), (".rc", "rc")])
def test_the_extension_is_behind_the_last_dot(name: str, ending: str) -> None:
    """In its own capitals."""
    assert extension(name) == ending


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dir\\a.py", "misc/a.py"),
        ("notes.txt", "misc/notes.txt"),
        ("noext", "misc/noext.arff"),
        ("ł.py", "misc/?.py"),
    ],
)
async def test_a_file_gets_its_row(scratch_database: Database, tmp_path: Path, name: str, path: str) -> None:
    """Path, size, checksum and type are those of the file; parameters of its media type do not count."""
    storage = LocalStorage(tmp_path)
    headers = Headers({"content-type": "text/plain; charset=utf-8"})
    files = FileWrites(storage)
    async with scratch_database.write() as connection:
        upload = UploadFile(io.BytesIO(b"abc"), filename=name, headers=headers)
        stored = await store_file(call(connection, files), upload, "misc/", "misc")
        row = (await connection.execute(select(tables.file).where(tables.file.c.id == stored.id))).one()
    await files.discard()
    await storage.close()
    assert stored == StoredFile(1492, path, "900150983cd24fb0d6963f7d28e17f72")
    assert tuple(row)[1:] == (
        2,
        NOW,
        path,
        3,
        name.rpartition("\\")[2].replace("ł", "?"),
        extension(name),
        "text/plain",
        stored.md5,
        "misc",
        "public",
    )


@pytest.mark.parametrize(("file_id", "stays"), [(305, False), (41, True), (999999, True), (None, True)])
async def test_a_file_that_others_have_stays(
    scratch_database: Database, tmp_path: Path, file_id: int | None, stays: bool
) -> None:
    """A data set's or a run's file is not deleted with anything else."""
    storage = LocalStorage(tmp_path)
    files = FileWrites(storage)
    async with scratch_database.write() as connection:
        before = (await connection.scalars(select(tables.file.c.id))).all()
        await delete_file(call(connection, files), file_id)
        after = (await connection.scalars(select(tables.file.c.id))).all()
    await files.discard()
    await storage.close()
    assert set(before) - set(after) == (set() if stays else {file_id})
