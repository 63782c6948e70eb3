"""Uploaded files with their rows in the file table: stored and deleted together."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, select
from starlette.datastructures import UploadFile

from backend import tables
from backend.database.storing import coerced, insert
from backend.operations import Call
from backend.storage.interface import Staged, base_name

_file = tables.file

DEFAULT_EXTENSION = ".arff"
"""What PHP's search for a free name puts behind a name without a dot (recordings, misc.file-odd)."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is stored when the request's transaction commits. ``path``: below the root of the files. ``md5``:
    checksum, as hexadecimal digits.
    """

    id: int
    path: str
    md5: str


async def store_file(
    call: Call[Any],
    upload: UploadFile,
    folder: str,
    kind: str,
    *,
    staged: Staged | None = None,
    access_policy: str = "public",
    moved: bool = False,
) -> StoredFile:
    """Store an uploaded file and its row.

    Args:
        upload: The file; its name is what a client's path ends with.
        folder: What its path begins with, with a slash at the end.
        kind: ``type`` of the row.
        staged: The temporary file, where it was looked into already.
        moved: PHP stores it elsewhere, and then moves it to the name that it came with.

    Raises:
        UnusableName: No file can have its name.
        InputProblem: Its name has characters that no column can hold.
    """
    # Path and name in the row must be those of the file, so it gets the name that the column can hold.
    name = str(coerced(_file, {"filename_original": base_name(upload.filename)})["filename_original"])
    staged = staged or await call.files.stage(upload)
    placed = name if moved or "." in name else f"{name}{DEFAULT_EXTENSION}"
    path = await call.files.place(staged, folder, placed)
    number = await insert(
        call.connection,
        _file,
        {
            "creator": call.user.id,
            "creation_date": call.now(),
            "filepath": path,
            "filesize": staged.size,
            "filename_original": name,
            "extension": extension(name),
            "mime_type": (upload.content_type or "").partition(";")[0].strip(),
            "md5_hash": staged.md5,
            "type": kind,
            "access_policy": access_policy,
        },
    )
    return StoredFile(number, path, staged.md5)


def extension(name: str) -> str:
    """The ending of a file's name, as the file table has it (recordings, run.upload-files). Returns what is behind the
    last dot, in its own capitals; ``""`` without a dot.
    """
    return name.rpartition(".")[2] if "." in name else ""


async def delete_file(call: Call[Any], file_id: int | None) -> None:
    """Delete the row of a file, and the file when the transaction commits.

    A file that a data set or a run has stays, as the foreign keys demand where they are checked. ``file_id``: the
    file; None or an unknown id is none.
    """
    if file_id is None:
        return
    used = (tables.dataset.c.file_id, tables.runfile.c.file_id)
    found = await call.connection.execute(
        select(_file.c.filepath, _file.c.type).where(
            _file.c.id == file_id, *(~exists().where(column == _file.c.id) for column in used)
        )
    )
    row = found.first()
    if row is None:
        return
    await call.connection.execute(delete(_file).where(_file.c.id == file_id))
    if row.type != "url":
        call.files.remove(row.filepath)
