"""The files of one request."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.datastructures import UploadFile

from backend.storage.file_writes import FileWrites
from backend.storage.interface import NoStorage, UnusableName
from backend.storage.local import LocalStorage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[LocalStorage]:
    """A storage in an empty folder."""
    opened = LocalStorage(tmp_path)
    yield opened
    await opened.close()


def files(root: Path) -> dict[str, bytes]:
    """All files below a root."""
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


async def test_a_committed_request_stores_its_files(storage: LocalStorage, tmp_path: Path) -> None:
    """Uploads are read from their beginning, and nothing is at its path before it is published."""
    writes = FileWrites(storage)
    upload = UploadFile(io.BytesIO(b"abc"), filename="a.txt")
    await upload.read()
    staged = await writes.stage(upload)
    path = await writes.place(staged, "misc/", "a.txt")
    assert (path, staged.size) == ("misc/a.txt", 3)
    assert "misc/a.txt" not in files(tmp_path)
    await writes.publish()
    await writes.settle()
    assert files(tmp_path) == {"misc/a.txt": b"abc"}


async def test_a_failed_request_leaves_nothing(storage: LocalStorage, tmp_path: Path) -> None:
    """Neither before nor after its files were moved."""
    for published in (False, True):
        writes = FileWrites(storage)
        await writes.place(await writes.stage(b"abc"), "misc/", "a.txt")
        writes.remove("kept")
        if published:
            await writes.publish()
        await writes.discard()
        assert files(tmp_path) == {}


async def test_a_taken_name_gets_a_number(storage: LocalStorage, tmp_path: Path) -> None:
    """Taken by a file, by another request that is under way, or by the same one."""
    (tmp_path / "misc").mkdir()
    (tmp_path / "misc/a.txt").write_bytes(b"")
    other, writes = FileWrites(storage), FileWrites(storage)
    names = [
        await wanting.place(await wanting.stage(b"x"), "misc//", "a.txt")
        for wanting in (other, writes, writes)
    ]
    assert names == ["misc//a_1.txt", "misc//a_2.txt", "misc//a_3.txt"]


async def test_files_are_deleted_after_the_commit(storage: LocalStorage, tmp_path: Path) -> None:
    """Up to then they are there."""
    (tmp_path / "a").write_bytes(b"abc")
    writes = FileWrites(storage)
    writes.remove("a")
    await writes.publish()
    assert "a" in files(tmp_path)
    await writes.settle()
    assert files(tmp_path) == {}


async def test_a_file_is_not_deleted_without_a_claim(storage: LocalStorage) -> None:
    """Somebody who looks for a free name has its path for a moment; without the claim, a sweep would not know of it."""
    writes = FileWrites(storage)
    path = await writes.place(await writes.stage(b"abc"), "misc/", "a.txt")
    await writes.publish()
    await writes.settle()
    assert await storage.claim(path)
    deleting = FileWrites(storage)
    deleting.remove(path)
    task = asyncio.create_task(deleting.publish())
    await asyncio.sleep(0.05)
    assert not task.done()
    await storage.release(path)
    await task
    await deleting.disown()
    async with storage.sweeping() as claimed:
        assert claimed == [path]
        await storage.release(path)


async def test_a_claim_of_a_dead_process_keeps_nobody(storage: LocalStorage, tmp_path: Path) -> None:
    """The sweep that settles it removes the file, too."""
    (tmp_path / "a.txt").write_bytes(b"abc")
    await storage.claim("a.txt")
    await storage.disown("a.txt")
    deleting = FileWrites(storage)
    deleting.remove("a.txt")
    await deleting.publish()
    await deleting.settle()
    async with storage.sweeping() as claimed:
        assert (list(claimed), await storage.size("a.txt")) == (["a.txt"], None)
        await storage.release("a.txt")


async def test_a_rehearsal_measures_and_writes_nothing(storage: LocalStorage, tmp_path: Path) -> None:
    """Not even a temporary file below the root."""
    (tmp_path / "a.txt").write_bytes(b"")
    before = files(tmp_path)
    writes = FileWrites(storage, rehearsal=True)
    staged = await writes.stage(b"abc")
    assert (staged.md5, staged.local.read_bytes()) == ("900150983cd24fb0d6963f7d28e17f72", b"abc")
    assert await writes.place(staged, "", "a.txt") == "a_1.txt"
    writes.remove("a.txt")
    await writes.publish()
    assert files(tmp_path) == before
    await writes.discard()
    assert files(tmp_path) == before
    assert not staged.local.exists()


@pytest.mark.parametrize("name", ["", "..", "a\0b", "x" * 256])
async def test_a_name_that_no_file_can_have_is_refused(storage: LocalStorage, name: str) -> None:
    """Before anything is stored under it."""
    writes = FileWrites(storage)
    with pytest.raises(UnusableName):
        await writes.place(await writes.stage(b""), "misc/", name)
    await writes.discard()


async def test_without_storage_there_are_no_files() -> None:
    """A request that needs none works all the same."""
    writes = FileWrites(None)
    with pytest.raises(NoStorage):
        await writes.stage(b"")
    await writes.publish()
    await writes.settle()
    await writes.discard()
