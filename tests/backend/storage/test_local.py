"""Stored files in a folder: claims, moves and what killed processes leave."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.storage.local import LocalStorage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[LocalStorage]:
    """A storage in an empty folder."""
    opened = LocalStorage(tmp_path)
    yield opened
    await opened.close()


def files(root: Path) -> list[str]:
    """All files below a root."""
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())


async def abandoned(storage: LocalStorage) -> list[str]:
    """The claims whose owners are gone."""
    async with storage.sweeping() as paths:
        return list(paths)


async def test_a_file_is_staged_claimed_and_published(storage: LocalStorage, tmp_path: Path) -> None:
    """It is at its path only after the last step, and nothing else stays."""
    staged = await storage.stage(b"abc")
    assert (staged.size, staged.local.read_bytes()) == (3, b"abc")
    assert await storage.claim("a//b/c.txt")
    assert await storage.size("a/b/c.txt") is None
    await storage.publish(staged, "a//b/c.txt")
    await storage.release("a//b/c.txt")
    assert files(tmp_path) == ["a/b/c.txt"]
    assert await storage.size("a/b//c.txt") == 3
    parts = [(0, None), (1, None), (1, 1), (0, 9)]
    read = [b"".join([part async for part in storage.read("a/b/c.txt", *ends)]) for ends in parts]
    assert read == [b"abc", b"bc", b"b", b"abc"]


async def test_a_path_is_claimed_once(storage: LocalStorage, tmp_path: Path) -> None:
    """Two spellings of one path are one; another process's storage sees the claim too."""
    other = LocalStorage(tmp_path)
    assert await storage.claim("a//b")
    assert not await storage.claim("a/b")
    assert not await other.claim("a/b")
    await storage.release("a/b")
    assert await other.claim("a/b")
    await other.close()


async def test_claims_of_the_living_are_not_abandoned(storage: LocalStorage, tmp_path: Path) -> None:
    """Only those that were given up, or whose process is gone, are."""
    other = LocalStorage(tmp_path)
    await storage.claim("mine")
    await other.claim("theirs")
    await storage.claim("given-up")
    await storage.disown("given-up")
    assert await abandoned(storage) == ["given-up"]
    assert await abandoned(other) == ["given-up"]
    await other.close()
    assert sorted(await abandoned(storage)) == ["given-up", "theirs"]


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from backend.storage.local import LocalStorage

async def main() -> None:
    storage = LocalStorage(Path(sys.argv[1]))
    await storage.stage(b"never published")
    staged = await storage.stage(b"published")
    await storage.claim("a/b")
    await storage.publish(staged, "a/b")
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_what_a_killed_process_leaves_is_found(storage: LocalStorage, tmp_path: Path) -> None:
    """Its claim is abandoned, and its temporary files are gone."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert await abandoned(storage) == ["a/b"]
    await storage.release("a/b")
    assert files(tmp_path) == ["a/b"]


async def test_who_closes_leaves_others_their_place(storage: LocalStorage, tmp_path: Path) -> None:
    """A process that ends clears up, and another one goes on."""
    other = LocalStorage(tmp_path)
    staged = await other.stage(b"abc")
    await storage.stage(b"")
    await storage.close()
    assert await other.claim("a")
    await other.publish(staged, "a")
    await other.release("a")
    await other.close()
    assert files(tmp_path) == ["a"]


async def test_one_sweeps_at_a_time(storage: LocalStorage, tmp_path: Path) -> None:
    """Who comes second sees what the first one left."""
    other = LocalStorage(tmp_path)
    await storage.claim("a")
    await storage.disown("a")
    async with storage.sweeping() as paths:
        second = asyncio.create_task(abandoned(other))
        await asyncio.wait([second], timeout=0.1)
        assert not second.done()
        assert list(paths) == ["a"]
        await storage.release("a")
    assert await second == []
    await other.close()


async def test_nothing_stays_of_a_closed_storage(tmp_path: Path) -> None:
    """The folder looks as if nobody had been there."""
    storage = LocalStorage(tmp_path)
    await storage.stage(b"abc")
    await storage.close()
    assert list(tmp_path.iterdir()) == []


async def test_removing_what_is_gone_is_no_error(storage: LocalStorage) -> None:
    """Two may have the same wish."""
    await storage.remove("a/b")
    await storage.discard(await storage.stage(b""))
    assert await storage.size("a/b") is None
