"""Makes rows and files agree after a process was killed: a file that a row names stays, any other goes."""

import logging
from collections.abc import Sequence

from sqlalchemy import select

from backend import tables
from backend.database.connections import Database
from backend.storage.interface import Storage

log = logging.getLogger("backend")

_AT_A_TIME = 500


async def sweep(database: Database, storage: Storage) -> int:
    """Settle what requests left that did not end. ``database``: says which files have rows. ``storage``: has the
    claims of the requests. Returns how many files were removed.
    """
    removed = 0
    async with storage.sweeping() as paths:
        for start in range(0, len(paths), _AT_A_TIME):
            some = paths[start : start + _AT_A_TIME]
            named = await _named(database, some)
            for path in some:
                if path not in named and await storage.size(path) is not None:
                    await storage.remove(path)
                    removed += 1
                await storage.release(path)
    if paths:
        log.warning("%d writes had been cut short; %d files without a row removed", len(paths), removed)
    return removed


async def _named(database: Database, paths: Sequence[str]) -> set[str]:
    file = tables.file
    asked = select(file.c.filepath).where(file.c.filepath.in_(paths))
    async with database.write() as connection:
        # Locking, because the commit of a process that was killed just now may still be under way.
        found = await connection.scalars(asked.with_for_update(read=True))
        # The column takes capitals for equal, file systems do not.
        return set(found)
