"""Verdicts of a fleet in the diff log: each capture is counted once, however often it is judged."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.patience import at_most
from diffing.model import Comparison, Outcome
from proxy.exchange.exchange import Exchange
from proxy.log.counters import Counters
from proxy.log.deadlocks import past_deadlocks
from proxy.log.tables import judged
from proxy.log.writer import OF_A_ROW, PATIENCE, Recorder, utc_now

_LOGGER = logging.getLogger(__name__)
KEPT: Final = timedelta(days=7)
"""So long the log knows which captures have been judged: the queue holds none that is older."""


@dataclass(frozen=True, slots=True)
class JudgedCapture:
    """The verdict on a capture. ``lost``: why nobody judged it; empty where somebody did."""

    capture: str
    exchange: Exchange
    lost: str = ""


class OnceRecorder:
    """Writes verdicts on captures into a log that many workers write.

    The names of the captures are written in the same transaction as the counts, so that both are there or neither is. A
    run is written only as long as all goes well: whoever does not know whether a transaction was committed goes on
    under a new run, whose names say which captures were counted.

    Args:
        counters: Makes the counters of a run.
        recorder: Makes the recorder of a run.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        counters: Callable[[], Counters],
        recorder: Callable[[AsyncEngine, Counters], Recorder],
    ) -> None:
        self._engine = engine
        self._new_counters = counters
        self._new_recorder = recorder
        self._batch = 0
        self.verdicts: Counter[str] = Counter()
        self._begin()

    def _begin(self) -> None:
        self._counters = self._new_counters()
        self._recorder = self._new_recorder(self._engine, self._counters)

    @property
    def run(self) -> str:
        """The run that is written now."""
        return self._recorder.run

    async def open(self) -> None:
        """Create or migrate the tables. Raises LogError: the database is not there."""
        await self._recorder.open()

    async def record(self, found: Sequence[JudgedCapture]) -> None:
        """Count those of the captures that were not counted before; afterwards all are. Without captures, write that
        the run goes on. Raises SQLAlchemyError, OSError or TimeoutError: nobody knows whether they are.
        """
        try:
            await past_deadlocks(lambda: self._record(found))
        except OF_A_ROW:
            # One of them cannot be stored; it must not keep the others back.
            for one in found:
                await self._record_alone(one)

    async def _record_alone(self, one: JudgedCapture) -> None:
        try:
            await self._record([one])
        except OF_A_ROW:
            _LOGGER.exception("a verdict on %s cannot be stored as it is", one.exchange.route)
            await self._record([replace(one, exchange=_bare(one.exchange))])

    async def _record(self, found: Sequence[JudgedCapture]) -> None:
        counted: Counter[str] = Counter()

        async def count(connection: AsyncConnection) -> None:
            # In one order, so that workers that judged the same captures wait for each other, and do not die.
            by_name = {one.capture: one for one in found}
            for name in await self._claimed(connection, sorted(by_name)):
                one = by_name[name]
                self._counters.replace_queued(one.exchange)
                if one.lost:
                    self._counters.shed[one.lost] += 1
                counted[one.exchange.comparison.verdict] += 1

        try:
            await at_most(PATIENCE, self._recorder.write_with(count))
        except BaseException:
            self._begin()
            raise
        self.verdicts += counted

    async def _claimed(self, connection: AsyncConnection, names: list[str]) -> list[str]:
        """Those of the captures that nobody has counted; nobody else counts them any more."""
        if not names:
            return []
        self._batch += 1
        batch, at = self._batch, utc_now()
        rows = [{"capture": name, "run": self.run, "batch": batch, "at": at} for name in names]
        await connection.execute(_or_ignore(connection), rows)
        ours = select(judged.c.capture).where(judged.c.run == self.run, judged.c.batch == batch)
        found = await connection.execute(ours.where(judged.c.capture.in_(names)))
        return list(found.scalars())

    async def prune(self) -> None:
        """Forget captures that nobody can judge again."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(judged).where(judged.c.at < utc_now() - KEPT))

    async def aclose(self) -> None:
        """Close the log."""
        await self._recorder.dispose()


def _or_ignore(connection: AsyncConnection) -> Any:
    """Insert rows, but for those that are there."""
    if connection.dialect.name == "mysql":
        return mysql.insert(judged).on_duplicate_key_update(capture=judged.c.capture)
    if connection.dialect.name == "sqlite":
        return sqlite.insert(judged).on_conflict_do_nothing()
    return insert(judged)


def _bare(exchange: Exchange) -> Exchange:
    """The same without what cannot be stored."""
    return replace(exchange, judgement=exchange.settled(Comparison(Outcome.BOTH_ERROR)))
