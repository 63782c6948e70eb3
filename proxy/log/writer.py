"""The diff log: the counters of a running proxy, written to a database from time to time."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from config import text
from config.patience import at_most
from config.reports import Retention
from diffing.cluster import cluster_id
from proxy.log.changes import LogRow, Written, store
from proxy.log.counters import Counters, MomentKey
from proxy.log.deadlocks import past_deadlocks
from proxy.log.file import LogFile
from proxy.log.retention import prune
from proxy.log.schema import LogError as LogError  # whoever opens a log here must catch it
from proxy.log.schema import migrate
from proxy.log.tables import (
    coverage,
    deviations,
    differences,
    dropped,
    moments,
    runs,
    samples,
    timings,
    traffic,
    usages,
)

_LOGGER = logging.getLogger(__name__)
_ATTEMPTS: Final = 10
_PRUNED_EVERY: Final = timedelta(hours=1)
PATIENCE: Final = 15.0
"""Seconds for one write; SQLite waits 10 s for another writer by itself."""
OF_A_ROW: Final = (DataError, IntegrityError, TypeError, ValueError, OverflowError)
"""What says that a row cannot be stored; all else is about the log itself, which may be well again later."""
_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "mysql": "mysql+aiomysql", "mariadb": "mysql+aiomysql"}


def open_log(url: str) -> AsyncEngine:
    """An engine for the diff log; nothing is connected yet. ``url``: SQLAlchemy URL; ``sqlite:///x.db`` and
    ``mysql://…`` get their asynchronous driver. Raises LogError: it is no such URL.
    """
    try:
        parsed = make_url(url)
        driver = _DRIVERS.get(parsed.drivername, parsed.drivername)
        # A file does not go away as a server does.
        engine = create_async_engine(
            parsed.set(drivername=driver), pool_pre_ping=not driver.startswith("sqlite")
        )
    except (ArgumentError, SQLAlchemyError, ImportError, ValueError) as error:
        raise LogError(
            f"{url!r} is no URL of a diff log ({error}); expected e.g. sqlite:///parity.db"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _shared)
    return engine


def _shared(connection: Any, _record: object) -> None:
    """Let many processes of one machine write one file while others read it."""
    cursor = connection.cursor()
    # The waiting comes first: switching to WAL is itself a write that others may be at.
    try:
        for pragma in ("busy_timeout = 10000", "journal_mode = WAL", "synchronous = NORMAL"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except Exception:
        # A connection that fails here never reaches the pool, so nobody else would end its thread.
        connection.close()
        raise


async def prepare(engine: AsyncEngine) -> None:
    """Create or migrate the tables of a log; replicas that start together may do so at the same time."""
    for attempt in range(_ATTEMPTS):
        try:
            async with engine.begin() as connection:
                await connection.run_sync(migrate)
            return
        except (OperationalError, ProgrammingError, IntegrityError) as error:
            # Somebody else has just created the same table, index or row: the next attempt finds it.
            told = str(error).lower()
            if attempt == _ATTEMPTS - 1 or not ("exist" in told or "duplicate" in told):
                raise
            await asyncio.sleep(0.1)


def utc_now() -> datetime:
    """The present time in UTC, without a zone, as the log has it."""
    return datetime.now(UTC).replace(tzinfo=None)


class Recorder:
    """Writes one run's counters.

    Rows are rewritten whole from the counters, which only grows, so a write that failed is made good by the next one
    and the log never counts twice.

    Args:
        engine: The log.
        counters: What is written.
        rollout: Gives the digest of the rollout in force.
        every: Seconds between writes.
        retention: What to keep of earlier runs.
        now: Tells the time.
        place: What the process is called.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        counters: Counters,
        *,
        rollout: Callable[[], str] = str,
        every: float = 1.0,
        retention: Retention | None = None,
        now: Callable[[], datetime] = utc_now,
        place: str = "",
    ) -> None:
        self.run = uuid.uuid4().hex
        self._engine = engine
        self._counters = counters
        self._rollout = rollout
        self._every = every
        self._retention = retention or Retention()
        self._now = now
        self._place = place
        self._started = now()
        self._written = Written(self.run)
        self._file = LogFile(engine.url)
        self._turn = asyncio.Lock()
        self._away: datetime | None = None
        self._told = 0
        self._pruned = self._started

    @property
    def away(self) -> bool:
        """Whether the log could not be written the last time."""
        return self._away is not None

    async def open(self) -> None:
        """Create or migrate the tables, and write the row of this run. Raises LogError: the database is not there."""
        try:
            await at_most(2 * PATIENCE, self._open())
        except LogError:
            await self._engine.dispose()
            raise
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            await self._engine.dispose()
            raise LogError(f"the diff log {self._shown()} cannot be opened: {cause}") from error

    async def _open(self) -> None:
        await prepare(self._engine)
        async with self._engine.begin() as connection:
            await prune(connection, self.run, self._retention, self._now())
        self._file.remember()
        await self.write()

    async def keep_writing(self) -> None:
        """Write at intervals, until cancelled. A log that is away is told once, and once when it is back."""
        while True:
            await asyncio.sleep(self._every)
            await self._attempt(PATIENCE)

    async def _attempt(self, patience: float) -> None:
        try:
            await at_most(patience, self._written_and_pruned())
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            if self._away is None:
                self._away = self._now()
                cause = getattr(error, "orig", None) or error
                _LOGGER.error(
                    "the diff log %s cannot be written: %s; %d verdicts are counted and written later",
                    self._shown(),
                    cause,
                    self._counters.judged - self._told,
                )
            return
        if self._away is not None:
            _LOGGER.warning(
                "the diff log %s is written again after %d s; %d verdicts had waited",
                self._shown(),
                (self._now() - self._away).total_seconds(),
                self._counters.judged - self._told,
            )
            self._away = None
        self._told = self._counters.judged

    async def _written_and_pruned(self) -> None:
        await past_deadlocks(self.write)
        now = self._now()
        if now - self._pruned > _PRUNED_EVERY:
            async with self._engine.begin() as connection:
                await prune(connection, self.run, self._retention, now)
            self._pruned = now

    def _shown(self) -> str:
        return self._engine.url.render_as_string(hide_password=True)

    async def write(self) -> None:
        """Write what has changed since the last time; everything, where the log's file was removed meanwhile."""
        # While another write may still be under way, nobody knows which rows are there.
        async with self._turn:
            await self._write()

    async def _write(self) -> None:
        if self._file.replaced():
            _LOGGER.warning("the file of the diff log is gone or another one; it is written anew")
            await self._engine.dispose()
            self._written.forget()
            self._counters.touched.update(self._counters.moments)
            await prepare(self._engine)
            self._file.remember()
        touched, self._counters.touched = self._counters.touched, set()
        changes = sorted(self._changes(touched), key=lambda change: (change.table.name, change.new))
        try:
            try:
                await self._store(changes)
            except OF_A_ROW:
                # It must not keep the others back.
                await self._store_one_by_one(changes)
        except BaseException:
            self._counters.touched |= touched
            raise
        self._written.drop(moments, self._counters.forget_moments(self._now()))

    async def write_with(self, count: Callable[[AsyncConnection], Awaitable[None]]) -> None:
        """Write what somebody counts, and what tells that it was counted, in one transaction. ``count``: counts, within
        the transaction. What fails may have been written or not: then nothing more may be written of the run.
        """
        async with self._turn:
            async with self._engine.begin() as connection:
                await count(connection)
                touched, self._counters.touched = self._counters.touched, set()
                changes = sorted(self._changes(touched), key=lambda change: (change.table.name, change.new))
                await store(connection, changes)
            self._written.note(changes)
            self._written.drop(moments, self._counters.forget_moments(self._now()))

    async def _store(self, changes: Sequence[LogRow]) -> None:
        async with self._engine.begin() as connection:
            await store(connection, changes)
        # Only now is it certain that the rows are there.
        self._written.note(changes)

    async def _store_one_by_one(self, changes: Iterable[LogRow]) -> None:
        for change in changes:
            try:
                await self._store([change])
            except IntegrityError:
                # It is there: a commit of which the answer was lost.
                await self._store_again(replace(change, new=False))
            except OF_A_ROW:
                self._drop(change)

    async def _store_again(self, change: LogRow) -> None:
        try:
            await self._store([change])
        except OF_A_ROW:
            self._drop(change)

    def _drop(self, change: LogRow) -> None:
        _LOGGER.exception("a row of %s cannot be stored and is dropped", change.table.name)
        self._counters.dropped["rows"] += 1
        self._written.note([change])

    def _changes(self, touched: Iterable[MomentKey]) -> Iterator[LogRow]:
        counters, written = self._counters, self._written
        yield from written.changes(runs, {(): self._run_row()})
        flows = {key: flow.row() for key, flow in counters.flows.items()}
        yield from written.changes(traffic, flows, ("hour", "route", "dialect", "side", "verdict", "asked"))
        recent = {key: counters.moments[key].row() for key in touched}
        yield from written.changes(moments, recent, ("width", "at", "route", "verdict", "asked"))
        yield from written.changes(
            deviations, _counted(counters.hits), ("hour", "route", "deviation", "asked")
        )
        yield from written.changes(
            usages, _counted(counters.usage), ("hour", "route", "deviation", "what", "about")
        )
        yield from written.changes(coverage, _counted(counters.coverage), ("route", "kind", "value", "asked"))
        yield from written.changes(timings, _counted(counters.timings), ("route", "what", "bucket", "asked"))
        lost = {(f"new {what}",): {"exchanges": count} for what, count in counters.dropped.items()}
        lost |= {(f"shed: {why}",): {"exchanges": count} for why, count in counters.shed.items()}
        yield from written.changes(dropped, lost, ("what",))
        yield from self._examples()

    def _examples(self) -> Iterator[LogRow]:
        """Clusters and samples: they are long, and most of them have not changed since the last time."""
        for signature, cluster in self._counters.clusters.items():
            key = (cluster_id(signature),)
            if not self._written.says(differences, key, cluster.exchanges):
                row = {
                    "signature": signature,
                    "route": cluster.route,
                    "verdict": cluster.verdict,
                    "exchanges": cluster.exchanges,
                    "first": cluster.first,
                    "last": cluster.last,
                    "example": _json(cluster.stored_example()),
                    "asked": cluster.asked.value,
                }
                yield from self._written.changes(differences, {key: row}, ("cluster",))
            # A sample is only replaced by a smaller one, so its size tells whether it is written.
            if cluster.sample is not None and not self._written.says(samples, key, cluster.size):
                content = {"size": cluster.size, "content": _json(cluster.sample)}
                yield from self._written.changes(samples, {key: content}, ("cluster",))

    async def aclose(self, patience: float = PATIENCE) -> None:
        """Write what is left and close the log. ``patience``: seconds that this may take."""
        await self._attempt(patience)
        if self._away is not None:
            _LOGGER.error(
                "%d verdicts could not be written to the diff log", self._counters.judged - self._told
            )
        await self.dispose()

    async def dispose(self) -> None:
        """Close the log as it is."""
        with suppress(SQLAlchemyError, OSError, TimeoutError):
            await at_most(1.0, self._engine.dispose())

    def _run_row(self) -> dict[str, Any]:
        counters = self._counters
        return {
            "started": self._started,
            "seen": self._now(),
            "rollout": self._rollout(),
            "received": counters.received,
            "served": counters.served,
            "refused": counters.refused,
            "client_gone": counters.client_gone,
            "pending": counters.pending,
            "faced": counters.faced,
            "twice": counters.twice,
            "place": self._place,
        }


def _counted(counts: Mapping[Any, int]) -> dict[Any, dict[str, Any]]:
    return {key: {"exchanges": count} for key, count in counts.items()}


def _json(document: Mapping[str, Any]) -> str:
    return text.json_bytes(dict(document)).decode()
