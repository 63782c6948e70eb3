"""The diff log: the ledger of a running proxy, written to a database from time to time."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Table, and_, bindparam, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from config.reports import Retention
from diffing.cluster import cluster_id
from proxy.ledger import Ledger
from proxy.log.file import LogFile
from proxy.log.retention import prune
from proxy.log.schema import LogError as LogError  # whoever opens a log here must catch it
from proxy.log.schema import migrate
from proxy.log.tables import (
    coverage,
    deviations,
    differences,
    dropped,
    runs,
    timings,
    traffic,
    usages,
    witnesses,
)

_LOGGER = logging.getLogger(__name__)
_ATTEMPTS: Final = 10
_PRUNED_EVERY: Final = timedelta(hours=1)
_DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "mysql": "mysql+aiomysql", "mariadb": "mysql+aiomysql"}


def open_log(url: str) -> AsyncEngine:
    """An engine for the diff log; nothing is connected yet.

    Args:
        url: SQLAlchemy URL; ``sqlite:///x.db`` and ``mysql://…`` get their asynchronous driver.

    Raises:
        LogError: It is no such URL.
    """
    try:
        parsed = make_url(url)
        engine = create_async_engine(
            parsed.set(drivername=_DRIVERS.get(parsed.drivername, parsed.drivername)), pool_pre_ping=True
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
    """Create or migrate the tables of a log; replicas that start together may do so at the same time.

    Args:
        engine: The log.
    """
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
    """Writes one run's ledger.

    Rows are rewritten whole from the ledger, which only grows, so a write that failed is made good by the next one
    and the log never counts twice.

    Args:
        engine: The log.
        ledger: What is written.
        rollout: Gives the digest of the rollout in force.
        every: Seconds between writes.
        retention: What to keep of earlier runs.
        now: Tells the time.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        ledger: Ledger,
        *,
        rollout: Callable[[], str] = str,
        every: float = 1.0,
        retention: Retention | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.run = uuid.uuid4().hex
        self._engine = engine
        self._ledger = ledger
        self._rollout = rollout
        self._every = every
        self._retention = retention or Retention()
        self._now = now
        self._started = now()
        self._written: dict[tuple[str, tuple[Any, ...]], int] = {}
        self._file = LogFile(engine.url)

    async def open(self) -> None:
        """Create or migrate the tables, and write the row of this run.

        Raises:
            LogError: The database is not there.
        """
        try:
            await prepare(self._engine)
            async with self._engine.begin() as connection:
                await prune(connection, self.run, self._retention, self._now())
            self._file.remember()
            await self.write()
        except LogError:
            await self._engine.dispose()
            raise
        except (SQLAlchemyError, OSError) as error:
            shown = self._engine.url.render_as_string(hide_password=True)
            cause = getattr(error, "orig", None) or error
            await self._engine.dispose()
            raise LogError(f"the diff log {shown} cannot be opened: {cause}") from error

    async def keep_writing(self) -> None:
        """Write at intervals, until cancelled. A log that cannot be written is told and tried again."""
        pruned = self._now()
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.write()
                if self._now() - pruned > _PRUNED_EVERY:
                    pruned = self._now()
                    async with self._engine.begin() as connection:
                        await prune(connection, self.run, self._retention, pruned)
            except (SQLAlchemyError, OSError):
                _LOGGER.exception("the diff log cannot be written; the counts are kept and written later")

    async def write(self) -> None:
        """Write what has changed since the last time; everything, where the log's file was removed meanwhile."""
        if self._file.replaced():
            _LOGGER.warning("the file of the diff log is gone or another one; it is written anew")
            await self._engine.dispose()
            self._written.clear()
            await prepare(self._engine)
            self._file.remember()
        marks: dict[tuple[str, tuple[Any, ...]], int] = {}
        async with self._engine.begin() as connection:
            await self._rows(connection, marks, runs, {(): self._run_row()}, ())
            flows = {
                key: {
                    "exchanges": flow.exchanges,
                    "legacy_seconds": flow.legacy_seconds,
                    "new_seconds": flow.new_seconds,
                }
                for key, flow in self._ledger.flows.items()
            }
            await self._rows(
                connection, marks, traffic, flows, ("hour", "route", "dialect", "side", "verdict")
            )
            hits = {key: {"exchanges": count} for key, count in self._ledger.hits.items()}
            await self._rows(connection, marks, deviations, hits, ("hour", "route", "deviation"))
            used = {key: {"exchanges": count} for key, count in self._ledger.usage.items()}
            await self._rows(connection, marks, usages, used, ("hour", "route", "deviation", "what", "about"))
            # Their examples are long, and most of them have not changed since the last time.
            changed = {
                signature: cluster
                for signature, cluster in self._ledger.clusters.items()
                if self._written.get((differences.name, (cluster_id(signature),))) != cluster.exchanges
            }
            clusters = {
                (cluster_id(signature),): {
                    "signature": signature,
                    "route": cluster.route,
                    "verdict": cluster.verdict,
                    "exchanges": cluster.exchanges,
                    "first": cluster.first,
                    "last": cluster.last,
                    "example": _json(cluster.example),
                }
                for signature, cluster in changed.items()
            }
            await self._rows(connection, marks, differences, clusters, ("cluster",))
            await self._write_evidence(connection, marks)
        # Only now is it certain that the rows are there.
        self._written.update(marks)

    async def _write_evidence(
        self, connection: AsyncConnection, marks: dict[tuple[str, tuple[Any, ...]], int]
    ) -> None:
        ledger = self._ledger
        # A witness is only replaced by a smaller one, so its size tells whether it is written.
        seen = {
            (cluster_id(signature),): {"size": cluster.size, "content": cluster.witness}
            for signature, cluster in ledger.clusters.items()
            if cluster.witness is not None
            and self._written.get((witnesses.name, (cluster_id(signature),))) != cluster.size
        }
        contents = {key: {**row, "content": _json(row["content"])} for key, row in seen.items()}
        await self._rows(connection, marks, witnesses, contents, ("cluster",))
        facts = {key: {"exchanges": count} for key, count in ledger.coverage.items()}
        await self._rows(connection, marks, coverage, facts, ("route", "kind", "value"))
        buckets = {key: {"exchanges": count} for key, count in ledger.timings.items()}
        await self._rows(connection, marks, timings, buckets, ("route", "what", "bucket"))
        lost = {(f"new {what}",): {"exchanges": count} for what, count in ledger.dropped.items()}
        await self._rows(connection, marks, dropped, lost, ("what",))

    async def aclose(self) -> None:
        """Write what is left and close the log."""
        try:
            await self.write()
        except (SQLAlchemyError, OSError):
            _LOGGER.exception("the last counts could not be written to the diff log")
        finally:
            await self._engine.dispose()

    def _run_row(self) -> dict[str, Any]:
        ledger = self._ledger
        return {
            "started": self._started,
            "seen": self._now(),
            "rollout": self._rollout(),
            "received": ledger.received,
            "served": ledger.served,
            "refused": ledger.refused,
            "client_gone": ledger.client_gone,
            "pending": ledger.pending,
        }

    async def _rows(
        self,
        connection: AsyncConnection,
        marks: dict[tuple[str, tuple[Any, ...]], int],
        table: Table,
        rows: Mapping[tuple[Any, ...], Mapping[str, Any]],
        names: tuple[str, ...],
    ) -> None:
        # Only this run writes these rows, so it knows which of them are there already.
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for key, values in rows.items():
            mark = values.get("exchanges", values.get("size", -1))
            before = self._written.get((table.name, key))
            if before is not None and before == mark and mark >= 0:
                continue
            marks[table.name, key] = mark
            keys = {"run": self.run, **dict(zip(names, key, strict=True))}
            if before is None:
                new.append({**keys, **values})
            else:
                changed.append({**{f"key_{name}": value for name, value in keys.items()}, **values})
        if new:
            await connection.execute(table.insert(), new)
        if changed:
            columns = ("run", *names)
            where = and_(*(table.c[name] == bindparam(f"key_{name}") for name in columns))
            settable: dict[str, Any] = {
                name: bindparam(name) for name in changed[0] if not name.startswith("key_")
            }
            await connection.execute(table.update().where(where).values(settable), changed)


def _json(document: object) -> str:
    content = dict(document) if isinstance(document, Mapping) else document
    return orjson.dumps(content, default=str, option=orjson.OPT_NON_STR_KEYS).decode("utf-8")
