"""One request as one transaction: rows, files and the search index change together, or not at all.

The order is what makes a killed process harmless (backend/storage/interface.py): files to their places, commit, then
what is to be deleted goes and the search index is told. A deadlock is no answer: the transaction is done again.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.database.connections import ConnectionLost, DatabaseUnavailable
from backend.deadline import Deadline
from backend.resources import Resources
from backend.search.index import IndexChanges
from backend.storage.file_writes import FileWrites
from backend.storage.sweep import sweep

log = logging.getLogger("backend")

T = TypeVar("T")

ATTEMPTS = 20
"""How often a transaction is tried that others keep from its locks."""

_OFTEN = 3
"""After so many deadlocks a transaction is tried again with no other such one of this process beside it."""

_WAITED = 1205
# Deadlock; lock wait timeout; MariaDB's "record has changed since last read".
_LOCK_ERRORS = frozenset({1213, _WAITED, 1020})


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a handler works with. ``files``: files to write and to delete. ``index``: documents of the search index to
    change.
    """

    connection: AsyncConnection
    files: FileWrites
    index: IndexChanges


class _Rehearsed(Exception):
    """Rolls a transaction back that did all it should."""


async def read(resources: Resources, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do what changes nothing; once more where the connection was lost. ``resources``: of the application."""

    async def once() -> T:
        async with resources.database.read() as connection:
            return await work(Transaction(connection, FileWrites(resources.storage), IndexChanges()))

    try:
        return await once()
    except ConnectionLost as error:
        log.info("reading again: %s", error)
        return await once()


async def write(
    resources: Resources, work: Callable[[Transaction], Awaitable[T]], *, rehearsal: Deadline | None = None
) -> T:
    """Do something in one transaction. Returns what the work returns; it is then stored (or rehearsed).

    Args:
        resources: Of the application.
        work: What to do; done again, on what is then there, when others had its locks.
        rehearsal: Roll everything back at the end, as if it had not been, and by then; None to store it.
    """
    deadlocks = 0
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with resources.writing if deadlocks >= _OFTEN else nullcontext():
                found = await _once(resources, work, rehearsal=rehearsal)
        except DBAPIError as error:
            number = next(iter(getattr(error.orig, "args", ())), None)
            if number not in _LOCK_ERRORS:
                raise
            deadlocks += number != _WAITED
            if attempt == ATTEMPTS:
                raise DatabaseUnavailable(f"others had the locks {ATTEMPTS} times: {error.orig}") from error
            log.info("a transaction is done again: %s", error.orig)
        else:
            if resources.unsettled.is_set():
                await _settle_files(resources)
            return found
        # Not all at the same moment, else they meet again.
        await asyncio.sleep(random.uniform(0, 0.01 * attempt))
    raise AssertionError("the last attempt returns or raises")


async def _once(
    resources: Resources, work: Callable[[Transaction], Awaitable[T]], *, rehearsal: Deadline | None
) -> T:
    files = FileWrites(resources.storage, rehearsal=rehearsal is not None)
    index = IndexChanges()
    committing = False
    answers: list[T] = []
    try:
        async with AsyncExitStack() as stack:
            if resources.database.is_sqlite:
                # One writer at a time; waiting here is fair and needs no connection.
                await stack.enter_async_context(resources.writing)
            database = resources.database
            connection = await stack.enter_async_context(
                database.write() if rehearsal is None else database.rehearse(rehearsal)
            )
            answers.append(await work(Transaction(connection, files, index)))
            if rehearsal is not None:
                raise _Rehearsed
            await files.publish()
            committing = True
    except _Rehearsed:
        await files.discard()
        return answers[0]
    except BaseException:
        if committing:
            await _find_out(resources, files)
        else:
            await files.discard()
        raise
    await files.settle()
    if index.changes:
        resources.index.submit(index.changes)
    return answers[0]


async def _find_out(resources: Resources, files: FileWrites) -> None:
    """The commit failed, so that only the database knows whether it happened."""
    await files.disown()
    await _settle_files(resources)


async def _settle_files(resources: Resources) -> None:
    if resources.storage is None:
        return
    resources.unsettled.clear()
    try:
        await sweep(resources.database, resources.storage)
    except Exception:
        resources.unsettled.set()
        log.exception("the files of a broken commit are left until a write succeeds")
