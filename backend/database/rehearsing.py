"""Transactions that are rolled back at a moment at the latest, with connections of their own.

Three things end one: its work; the watchdog, when its moment has come or nobody waits any longer; and, where the whole
backend is stopped or cut off, the server itself: MariaDB's at that moment (``server_guard``), MySQL's by its limits.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.database.engines import IMMEDIATE
from backend.database.server_guard import Guarded, ServerGuard
from backend.database.watchdog import Killer, Watchdog
from backend.deadline import Deadline

MOST: Final = 16
"""Rehearsals at a time; they take no connection from clients."""
BUSY_SECONDS: Final = 0.05
"""How long one attempt waits for another process that writes to the SQLite files: nothing can end that wait."""

# The server counts in whole seconds, except for the time of a statement.
_MARIADB: Final = (
    "SET SESSION innodb_lock_wait_timeout = {seconds:d}, SESSION idle_transaction_timeout = {seconds:d}, "
    "SESSION max_statement_time = {left:.3f}"
)
_MYSQL: Final = (
    "SET SESSION innodb_lock_wait_timeout = {seconds:d}, SESSION wait_timeout = {seconds:d}, "
    "SESSION max_execution_time = {milliseconds:d}"
)


class RehearsalConnections:
    """The connections of rehearsals.

    Args:
        engine: Opens them; nobody else uses it.
        killer: Ends transactions of a server; None for SQLite files.
        guard: Has MariaDB end them; None for others.
    """

    def __init__(self, engine: AsyncEngine, killer: Killer | None, guard: ServerGuard | None = None) -> None:
        self._engine = engine.execution_options(**{IMMEDIATE: True})
        self._killer = killer
        self._guard = guard
        self._watchdog = Watchdog(killer.open) if killer is not None else Watchdog()

    @asynccontextmanager
    async def transaction(self, deadline: Deadline) -> AsyncIterator[AsyncConnection]:
        """A transaction that is rolled back. ``deadline``: when at the latest."""
        connection = await self._begun(deadline)
        try:
            watched = self._watchdog.watch(deadline.moment, await self._ending(connection))
            with deadline.holding(watched.now):
                guarded: Guarded | None = None
                try:
                    if self._killer is not None:
                        await self._limit(connection, deadline.left)
                        guarded = await self._guarded(connection, deadline)
                    yield connection
                finally:
                    try:
                        with suppress(DBAPIError):  # it was ended already
                            await connection.rollback()
                            if guarded is not None:
                                await guarded.over()
                    finally:
                        # Whoever gets the connection next must not be ended: the guard does so behind the moment only.
                        if watched.over() or (guarded is not None and not (deadline.left and guarded.done)):
                            await connection.invalidate()
        finally:
            await connection.close()

    async def close(self) -> None:
        """Close all connections, and end the watchdog."""
        self._watchdog.close()
        if self._killer is not None:
            self._killer.close()
        if self._guard is not None:
            await self._guard.close()
        await self._engine.dispose()

    async def _begun(self, deadline: Deadline) -> AsyncConnection:
        while True:
            connection = await self._engine.connect()
            try:
                await connection.begin()
            except BaseException as error:
                await connection.close()
                if not (isinstance(error, OperationalError) and _may_begin_later(error) and deadline.left):
                    raise
            else:
                return connection

    async def _ending(self, connection: AsyncConnection) -> Callable[[], None]:
        """What ends the transaction of a connection."""
        adapted = (await connection.get_raw_connection()).driver_connection
        killer = self._killer
        if killer is None:
            interrupt: Callable[[], None] = adapted.interrupt_now  # type: ignore[union-attr]  # sqlite_driver's
            return interrupt
        number: int = adapted.thread_id()  # type: ignore[union-attr]  # of both drivers for servers
        return lambda: killer.kill(number)

    async def _guarded(self, connection: AsyncConnection, deadline: Deadline) -> Guarded | None:
        if self._guard is None or not connection.dialect.is_mariadb:  # type: ignore[attr-defined]  # MySQL's
            return None
        adapted = (await connection.get_raw_connection()).driver_connection
        number: int = adapted.thread_id()  # type: ignore[union-attr]  # of both drivers for servers
        return await self._guard.guard(connection, number, deadline.left)

    async def _limit(self, connection: AsyncConnection, left: float) -> None:
        """Have the server end what this process cannot end any more."""
        seconds = max(math.ceil(left), 1)
        limits = _MARIADB if connection.dialect.is_mariadb else _MYSQL  # type: ignore[attr-defined]  # MySQL's
        await connection.exec_driver_sql(
            limits.format(seconds=seconds, left=max(left, 0.001), milliseconds=max(int(left * 1000), 1))
        )


def _may_begin_later(error: OperationalError) -> bool:
    """Another one writes, or the connection was lost while it was idle."""
    return (
        error.connection_invalidated
        or getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    )
