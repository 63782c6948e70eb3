"""Stored files in a local folder.

Below the root lies ``.staging``: a folder for each process that writes, locked as long as the process lives, with
its temporary files; and ``claims`` with one file per claimed path. Both are empty of files when nothing is under
way. The temporary files lie in the root because only there moving them is one step.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from anyio import to_thread
from starlette.datastructures import UploadFile

from backend.storage.interface import CHUNK, Staged, normal, stage_in, storing

STAGING = ".staging"
CLAIMS = "claims"


class LocalStorage:
    """A folder. ``root``: the folder; must exist."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = root / STAGING
        self._claims = self._staging / CLAIMS
        self._own: Path | None = None
        self._lock = -1

    async def stage(self, source: UploadFile | bytes) -> Staged:
        """Write a file under a temporary name."""
        with storing():
            place = await to_thread.run_sync(self._temporary)
        try:
            return await to_thread.run_sync(stage_in, place, source)
        except BaseException:
            # Also when the request is cancelled: the thread wrote on, and nobody would know of the file.
            place.unlink(missing_ok=True)
            raise

    async def discard(self, staged: Staged) -> None:
        """Remove a temporary file, if it is still there."""
        await to_thread.run_sync(lambda: staged.local.unlink(missing_ok=True))

    async def size(self, path: str) -> int | None:
        """Bytes of a file; None when there is none."""
        return await to_thread.run_sync(self._size, path)

    async def read(self, path: str, first: int = 0, last: int | None = None) -> AsyncIterator[bytes]:
        """The content of a file, from its first to its last wanted byte."""
        file: BinaryIO = await to_thread.run_sync(self._at(path).open, "rb")
        try:
            file.seek(first)
            left = CHUNK if last is None else last - first + 1
            while chunk := await to_thread.run_sync(file.read, min(CHUNK, left)):
                left -= 0 if last is None else len(chunk)
                yield chunk
        finally:
            file.close()

    async def claim(self, path: str) -> bool:
        """Take a path, durably."""
        with storing():
            return await to_thread.run_sync(self._claim, path)

    async def release(self, path: str) -> None:
        """Forget a claim: rows and files agree."""
        await to_thread.run_sync(lambda: self._claim_of(path).unlink(missing_ok=True))

    async def disown(self, path: str) -> None:
        """Give up a claim that cannot be settled now, so that a sweep does."""
        await to_thread.run_sync(self._disown, path)

    async def publish(self, staged: Staged, path: str) -> None:
        """Move a temporary file to a claimed path."""
        with storing():
            await to_thread.run_sync(self._publish, staged, path)

    async def remove(self, path: str) -> None:
        """Delete a file, if it is there."""
        await to_thread.run_sync(lambda: self._at(path).unlink(missing_ok=True))

    @asynccontextmanager
    async def sweeping(self) -> AsyncIterator[Sequence[str]]:
        """Settle claims whose owners are gone: one sweep at a time, else one could take away what another freed."""
        lock = await to_thread.run_sync(self._lock_claims)
        try:
            yield await to_thread.run_sync(self._abandoned)
        finally:
            if lock is not None:
                os.close(lock)

    async def close(self) -> None:
        """Let the lock go."""
        await to_thread.run_sync(self._close)

    def _at(self, path: str) -> Path:
        return self._root / normal(path)

    def _claim_of(self, path: str) -> Path:
        return self._claims / hashlib.sha256(normal(path).encode()).hexdigest()

    def _folder(self) -> Path:
        """The folder of this process, made and locked at the first use."""
        while self._own is None or not self._own.is_dir():
            self._claims.mkdir(parents=True, exist_ok=True)
            own = self._staging / f"{os.getpid()}-{secrets.token_hex(8)}"
            own.mkdir()
            lock = _locked(own)
            # A sweep may have taken it for a dead one's before it was locked.
            if lock is not None and own.is_dir():
                self._own, self._lock = own, lock
        return self._own

    def _temporary(self) -> Path:
        return self._folder() / secrets.token_hex(16)

    def _size(self, path: str) -> int | None:
        place = self._at(path)
        return place.stat().st_size if place.is_file() else None

    def _claim(self, path: str) -> bool:
        return self._write_claim(path, self._folder().name)

    def _write_claim(self, path: str, owner: str) -> bool:
        # Written before it appears, so that no claim is ever without its path.
        text = self._temporary()
        try:
            text.write_text(json.dumps({"owner": owner, "path": path}))
            while True:
                with contextlib.suppress(FileNotFoundError):  # another process closed, and cleared up
                    os.link(text, self._claim_of(path))
                    return True
                self._claims.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            return False
        finally:
            text.unlink(missing_ok=True)

    def _disown(self, path: str) -> None:
        text = self._temporary()
        try:
            text.write_text(json.dumps({"owner": "", "path": path}))
            text.replace(self._claim_of(path))
        finally:
            text.unlink(missing_ok=True)

    def _publish(self, staged: Staged, path: str) -> None:
        final = self._at(path)
        final.parent.mkdir(parents=True, exist_ok=True)
        staged.local.rename(final)
        folder = os.open(final.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _lock_claims(self) -> int | None:
        try:
            descriptor = os.open(self._claims, os.O_RDONLY)
        except FileNotFoundError:
            return None
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return descriptor

    def _abandoned(self) -> list[str]:
        if not self._claims.is_dir():
            return []
        living = {self._own.name} if self._own else set()
        for folder in self._staging.iterdir():
            if folder.name == CLAIMS or folder.name in living:
                continue
            lock = _locked(folder)
            if lock is None:
                living.add(folder.name)
                continue
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
        return [path for owner, path in self._claimed() if owner not in living]

    def _claimed(self) -> Iterator[tuple[str, str]]:
        for claim in self._claims.iterdir():
            with contextlib.suppress(FileNotFoundError):  # released meanwhile
                told = json.loads(claim.read_text())
                yield told["owner"], told["path"]

    def _close(self) -> None:
        if self._own is None:
            return
        shutil.rmtree(self._own, ignore_errors=True)
        os.close(self._lock)
        self._own = None
        for folder in (self._claims, self._staging):
            with contextlib.suppress(OSError):  # others use it
                folder.rmdir()


def _locked(folder: Path) -> int | None:
    """A locked descriptor of a folder; None when another process holds it or it is gone."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
