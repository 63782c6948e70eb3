"""Ends at a moment what then still runs on a database, whatever the event loop is doing meanwhile.

A thread of its own looks at the clock: neither a busy event loop nor a pool without connections keeps it from its work.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

log = logging.getLogger("backend")

_NO_SUCH_THREAD: Final = 1094
_PATIENCE: Final = 2
_AT_ONCE: Final = 0.0


class Watched:
    """Something that is ended at a moment, unless it is over before.

    Args:
        news: Of the watchdog: is told when the moment changes.
        moment: On the monotonic clock.
        end: Ends it; called in the watchdog's thread.
    """

    def __init__(self, news: threading.Condition, moment: float, end: Callable[[], None]) -> None:
        self._news = news
        self._over = False
        self.moment = moment
        self.end = end
        self.ended = False

    def now(self) -> None:
        """Have it ended at once, and not wait for that."""
        with self._news:
            self.moment = _AT_ONCE
            self._news.notify()

    def over(self) -> bool:
        """Watch it no longer. Returns whether it was ended, or is just being ended."""
        with self._news:
            asked = self.ended or self.moment == _AT_ONCE
            # Nothing is taken back that was asked for.
            self._over = not asked
            return asked

    @property
    def due(self) -> float | None:
        """When it must be ended; None when there is nothing to end any more."""
        return None if self._over or self.ended else self.moment


class Watchdog:
    """A thread that ends what it was given, each at its moment. ``prepare``: called in the thread before it watches."""

    def __init__(self, prepare: Callable[[], None] = lambda: None) -> None:
        self._prepare = prepare
        self._news = threading.Condition()
        self._watched: list[Watched] = []
        self._thread: threading.Thread | None = None
        self._closed = False

    def watch(self, moment: float, end: Callable[[], None]) -> Watched:
        """Watch something. ``moment``: when it must end, on the monotonic clock. ``end``: ends it; called in the
        watchdog's thread, once. Returns what is told that it is over.
        """
        watched = Watched(self._news, moment, end)
        with self._news:
            self._watched.append(watched)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
            self._news.notify()
        return watched

    def close(self) -> None:
        """End the thread."""
        with self._news:
            self._closed = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _run(self) -> None:
        try:
            self._prepare()
        except Exception:
            log.exception("no connection to end rehearsals with")
        while (watched := self._next()) is not None:
            try:
                watched.end()
            except Exception:
                log.exception("what a rehearsal holds may not be free: it could not be ended")

    def _next(self) -> Watched | None:
        """Wait for the next one that is due, and take it; None when the thread shall end."""
        with self._news:
            while not self._closed:
                self._watched = [watched for watched in self._watched if watched.due is not None]
                first = min(self._watched, key=lambda watched: watched.moment, default=None)
                left = None if first is None else first.moment - time.monotonic()
                if first is not None and left is not None and left <= 0:
                    first.ended = True
                    return first
                self._news.wait(left)
            return None


class Killer:
    """Ends connections of a MySQL or MariaDB server, over one that is always open.

    A closed socket does not end a statement that waits for a lock: the server looks at the socket only between two.
    """

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(
            url.set(drivername="mysql+pymysql"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), _PATIENCE),
        )
        self._connection: Connection | None = None

    def open(self) -> None:
        """Connect, so that nothing needs to be opened when something is to be ended. Raises DBAPIError: the server
        cannot be reached.
        """
        self._connection = self._engine.connect()

    def kill(self, thread: int) -> None:
        """End a connection, with its statement and its transaction. ``thread``: its number at the server. Raises
        DBAPIError: the server cannot be reached.
        """
        try:
            self._kill(thread)
        except DBAPIError:
            # It was closed for its silence: once more on a new one.
            self.close()
            self._kill(thread)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _kill(self, thread: int) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        try:
            self._connection.exec_driver_sql(f"KILL {thread:d}")
        except DBAPIError as error:
            if next(iter(getattr(error.orig, "args", ())), None) != _NO_SUCH_THREAD:
                raise
