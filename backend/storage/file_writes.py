"""The files that one request writes and deletes, tied to its transaction."""

import asyncio
import logging
import secrets
import tempfile
from pathlib import Path
from typing import Final

from anyio import to_thread
from starlette.datastructures import UploadFile

from backend.storage.interface import NoStorage, Staged, Storage, UnusableName, normal, numbered, stage_in

log = logging.getLogger("backend")

LONGEST_PATH = 256
"""Characters of the column; a longer one would be cut, and its file never found."""

_CLAIM_TRIES: Final = 500
_CLAIM_PAUSE: Final = 0.01


class FileWrites:
    """What a handler does with files; nothing of it stays when the request fails. ``storage``: where files are; None
    when nowhere. ``rehearsal``: measure and name files, but write none below the root.
    """

    def __init__(self, storage: Storage | None, *, rehearsal: bool = False) -> None:
        self._storage = storage
        self._rehearsal = rehearsal
        self._staged: list[Staged] = []
        self._placed: dict[str, Staged] = {}
        self._removed: list[str] = []
        self._claimed: list[str] = []

    async def stage(self, source: UploadFile | bytes) -> Staged:
        """Write a file under a temporary name. ``source``: an upload (read from its beginning) or bytes. Returns the
        temporary file with size and md5; readable until the request ends. Raises NoStorage: no storage is configured.
        """
        storage = self._store()
        staged = await (
            to_thread.run_sync(_stage_outside, source) if self._rehearsal else storage.stage(source)
        )
        self._staged.append(staged)
        return staged

    async def place(self, staged: Staged, folder: str, name: str) -> str:
        """Say where a file goes when the transaction commits. Returns the path, for the file table. Nobody else can
        get it. Raises UnusableName: no file can have this name.

        Args:
            staged: The temporary file.
            folder: What its path begins with, with a slash at the end, as the file table shall have it.
            name: The wanted name; ``_1``, ``_2`` ... comes behind it while it is taken.
        """
        storage = self._store()
        if not name or "/" in name:
            raise UnusableName(f"{name!r} cannot be the name of a file")
        if len(folder + name) > LONGEST_PATH:
            raise UnusableName(f"the path {folder + name!r} is longer than {LONGEST_PATH} characters")
        for candidate in numbered(name):
            path = folder + candidate
            if normal(path) in map(normal, self._placed):
                continue
            if self._rehearsal:
                if await storage.size(path) is None:
                    break
            elif await storage.claim(path):
                self._claimed.append(path)
                if await storage.size(path) is None:
                    break
                self._claimed.remove(path)
                await storage.release(path)
        self._placed[path] = staged
        return path

    def remove(self, path: str) -> None:
        """Delete a file after the commit. ``path``: as the file table has it; the handler deletes its row."""
        self._removed.append(path)

    async def publish(self) -> None:
        """Move the files to their paths: the last thing before the commit."""
        if self._rehearsal:
            return
        for path, staged in self._placed.items():
            await self._store().publish(staged, path)
        for path in self._removed:
            if self._storage is not None and await _claim_existing(self._storage, path):
                self._claimed.append(path)

    async def settle(self) -> None:
        """The transaction is committed: delete what is to be deleted, forget the claims."""
        try:
            if not self._rehearsal and self._storage is not None:
                for path in self._removed:
                    await self._storage.remove(path)
                for path in self._claimed:
                    await self._storage.release(path)
        except Exception:  # the answer stands; a sweep does the rest
            log.exception("files of a committed request could not be settled: %s", self._claimed)
            await self.disown()
        finally:
            await self._discard_staged()

    async def discard(self) -> None:
        """The transaction is rolled back: nothing of the files stays."""
        try:
            if self._storage is not None:
                for path in self._claimed:
                    if path in self._placed:
                        await self._storage.remove(path)
                    await self._storage.release(path)
        except Exception:
            log.exception("files of a failed request could not be removed: %s", self._claimed)
            await self.disown()
        finally:
            await self._discard_staged()

    async def disown(self) -> None:
        """Nobody knows whether the transaction is committed: leave the claims to a sweep."""
        if self._storage is not None:
            for path in self._claimed:
                try:
                    await self._storage.disown(path)
                except Exception:
                    log.exception("the claim of %s could not be given up", path)

    def _store(self) -> Storage:
        if self._storage is None:
            raise NoStorage("no storage for files is configured")
        return self._storage

    async def _discard_staged(self) -> None:
        for staged in self._staged:
            try:
                if self._rehearsal:
                    staged.local.unlink(missing_ok=True)
                elif self._storage is not None:
                    await self._storage.discard(staged)
            except OSError:
                log.exception("a temporary file could not be removed")


async def _claim_existing(storage: Storage, path: str) -> bool:
    """Claim the path of a file that is there, so that a sweep removes it where this process cannot any more.

    Whoever looks for a free name holds the claim for a moment. One that stays is a dead process's: the sweep that
    settles it does the same.
    """
    for _ in range(_CLAIM_TRIES):
        if await storage.claim(path):
            return True
        await asyncio.sleep(_CLAIM_PAUSE)
    return False


def _stage_outside(source: UploadFile | bytes) -> Staged:
    place = Path(tempfile.gettempdir()) / f"rehearsal-{secrets.token_hex(16)}"
    return stage_in(place, source)
