"""Where stored files are: one small interface, for a local folder or an object store.

A path is the text that the file table has, below the root: ``run_structured//600000/600002/model.pkl``; several
slashes are one. A file is written in three steps, so that a killed process never leaves a row without its file,
nor a file without its row:

1. ``stage``: written under a temporary name.
2. ``claim``: its path is written down and taken, in one step; nobody else can have it.
3. ``publish``: moved to its path. Then the transaction commits, and ``release`` forgets the claim.

A claim whose process died is found by ``sweeping``: its file stays when a row names the path, else it goes
(backend/storage/sweep.py). Files to be deleted are claimed too and removed after the commit.

StorageError              the file cannot be stored as asked
├── UnusableName          the name is none that a file can have
├── NoStorage             no storage is configured
└── StorageUnavailable    the storage does not do what it should
    └── StorageFull       there is no room
"""

import errno
import hashlib
import io
import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from starlette.datastructures import UploadFile

CHUNK = 1024 * 1024
LONGEST_NAME = 255
"""Bytes that file systems take."""


class StorageError(Exception):
    """The file cannot be stored as asked."""


class UnusableName(StorageError):
    """The name is none that a file can have."""


class NoStorage(StorageError):
    """No storage is configured."""


class StorageUnavailable(StorageError):
    """The storage does not do what it should."""


class StorageFull(StorageUnavailable):
    """There is no room."""


# No space, over a quota, over the longest file.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full(error: OSError) -> bool:
    """Whether a file could not be written for want of room."""
    return error.errno in _FULL


@contextmanager
def storing() -> Iterator[None]:
    """What the file system refuses within the block is a fault of the storage.

    Raises:
        StorageFull: There is no room.
        StorageUnavailable: Anything else is wrong with it.
    """
    try:
        yield
    except OSError as error:
        # Without the path: it is nobody's business.
        kind = StorageFull if is_full(error) else StorageUnavailable
        raise kind(f"a file cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Staged:
    """A file under its temporary name.

    Args:
        local: Where it can be read until the request ends.
        size: In bytes.
        md5: Checksum, as hexadecimal digits.
    """

    local: Path
    size: int
    md5: str


class Storage(Protocol):
    """A place for files."""

    async def stage(self, source: UploadFile | bytes) -> Staged:
        """Write a file under a temporary name. ``source``: what to write; an upload is read from its beginning."""

    async def discard(self, staged: Staged) -> None:
        """Remove a temporary file, if it is still there."""

    async def size(self, path: str) -> int | None:
        """Bytes of a file; None when there is none."""

    def read(self, path: str, first: int = 0, last: int | None = None) -> AsyncIterator[bytes]:
        """The content of a file that is there. ``first``: the first wanted byte. ``last``: the last wanted byte; None
        for that of the file. Yields the content, in parts.
        """

    async def claim(self, path: str) -> bool:
        """Take a path, durably. ``path``: of a file to be written or deleted. Returns False when somebody has it."""

    async def release(self, path: str) -> None:
        """Forget a claim: rows and files agree."""

    async def disown(self, path: str) -> None:
        """Give up a claim that cannot be settled now, so that a sweep does."""

    async def publish(self, staged: Staged, path: str) -> None:
        """Move a temporary file to a claimed path."""

    async def remove(self, path: str) -> None:
        """Delete a file, if it is there."""

    def sweeping(self) -> AbstractAsyncContextManager[Sequence[str]]:
        """Settle claims whose owners are gone, alone where that can be had. Returns a context manager that gives the
        claimed paths; what such owners staged is cleared.
        """

    async def close(self) -> None:
        """Free what the storage holds."""


def normal(path: str) -> str:
    """One text for each place. ``path``: as the file table has it. Returns the path without empty parts. Raises
    UnusableName: it leads out of the root, or a part of it is no file name.
    """
    parts = [part for part in path.split("/") if part]
    for part in parts:
        if part in (".", "..") or "\0" in part or len(part.encode()) > LONGEST_NAME:
            raise UnusableName(f"{part!r} cannot be the name of a file")
    if not parts:
        raise UnusableName("a file needs a name")
    return "/".join(parts)


def base_name(filename: str | None) -> str:
    """The name of an upload without folders, as PHP's multipart parser cuts it. ``filename``: as the client says.
    Returns what is behind the last slash or backslash; ``""`` when there is none.
    """
    return re.split(r"[/\\]", filename or "")[-1]


def numbered(name: str) -> Iterator[str]:
    """Names to try until one is free: ``a.py``, ``a_1.py``, ``a_2.py`` (recordings, flow.upload-version). Yields the
    name, then with numbers before its last dot.
    """
    yield name
    stem, dot, ending = name.rpartition(".")
    number = 0
    while True:
        number += 1
        yield f"{stem}_{number}{dot}{ending}" if dot else f"{name}_{number}"


def stage_in(place: Path, source: UploadFile | bytes) -> Staged:
    """Write a temporary file; blocks.

    ``place``: where; must not be there. ``source``: what to write; an upload is read from its beginning. Returns the
    temporary file, on the disk and not only in its cache. Raises StorageUnavailable: it cannot be written; nothing of
    it stays.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source.file
    stream.seek(0)
    try:
        with storing(), place.open("xb") as target:
            size, md5 = write_copy(stream, target)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return Staged(place, size, md5)


def write_copy(source: BinaryIO, target: BinaryIO) -> tuple[int, str]:
    """Copy a file and measure it; blocks. ``source``: read to its end. ``target``: written. Returns size and md5."""
    digest = hashlib.md5(usedforsecurity=False)
    size = 0
    while chunk := source.read(CHUNK):
        target.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()
