"""The server itself ends a transaction at its moment, where this process is stopped or cut off (MariaDB).

The server's own limits count in whole seconds, and begin anew with each statement. So a second connection tells it to
wait for a named lock that the transaction's connection holds, and to kill that connection when the wait was in vain:
whatever becomes of this process, the server does so.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

log = logging.getLogger("backend")

# The watchdog of this process comes first, so that it is there that one sees who was ended.
_LATER: Final = 0.01
_HOLD: Final = "DO GET_LOCK('{name}', 0)"
_LET_GO: Final = "DO RELEASE_LOCK('{name}')"
_WAIT: Final = (
    "BEGIN NOT ATOMIC "
    "IF GET_LOCK('{name}', {seconds:.3f}) THEN DO RELEASE_LOCK('{name}'); ELSE KILL {thread:d}; END IF; "
    "END"
)


class ServerGuard:
    """Guards connections to a server. ``engine``: opens the connections that wait; nobody else uses it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._waiting: set[asyncio.Task[None]] = set()

    async def guard(self, connection: AsyncConnection, thread: int, left: float) -> Guarded:
        """Have a connection ended in so many seconds. ``thread``: its number at the server. Returns what is told that
        it is over.
        """
        name = f"rehearsal-{thread}"
        await connection.exec_driver_sql(_HOLD.format(name=name))
        wait = self._wait(_WAIT.format(name=name, seconds=left + _LATER, thread=thread))
        waiting = asyncio.create_task(wait, name="server guard")
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)
        return Guarded(connection, name, waiting)

    async def close(self) -> None:
        """Close all connections, also of those that wait."""
        for waiting in self._waiting:
            waiting.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)
        await self._engine.dispose()

    async def _wait(self, statement: str) -> None:
        try:
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql(statement)
        except (SQLAlchemyError, OSError) as error:
            log.warning("the server does not guard a rehearsal: %s", error)


class Guarded:
    """A connection that is guarded. ``name``: the lock that it holds. ``waiting``: ends when the server no longer
    waits for it.
    """

    def __init__(self, connection: AsyncConnection, name: str, waiting: asyncio.Task[None]) -> None:
        self._connection = connection
        self._name = name
        self._waiting = waiting

    @property
    def done(self) -> bool:
        """The server waits for it no longer."""
        return self._waiting.done()

    async def over(self) -> None:
        """Guard it no longer; whoever gets the connection next must not be ended. Raises DBAPIError: the connection
        was ended.
        """
        await self._connection.exec_driver_sql(_LET_GO.format(name=self._name))
        await self._waiting
