"""What becomes of the numbers of a run whose process was killed: nothing of it stays open."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from config.rollout import Dialect
from diffing.model import UNROUTED, Outcome
from proxy.exchange.decision import Side
from proxy.log.tables import runs, traffic

_COUNTED: Final = ("received", "served", "faced", "twice", "refused", "client_gone")


async def settle_runs(
    connection: AsyncConnection, names: Iterable[str], now: datetime, known: Mapping[str, int] | None = None
) -> None:
    """Shed the exchanges of ended runs that have no verdict; the clients of unanswered requests are gone.

    ``connection``: the log, within a transaction. ``known``: what a run had counted when it was heard of last, which
    its log may not hold yet.
    """
    for row in (await connection.execute(select(runs).where(runs.c.run.in_(names)))).all():
        counted = {name: max(getattr(row, name), (known or {}).get(name, 0)) for name in _COUNTED}
        pending = 0
        for asked, due in due_of(counted).items():
            judged = select(func.coalesce(func.sum(traffic.c.exchanges), 0)).where(
                traffic.c.run == row.run, traffic.c.asked == asked.value
            )
            missing = due - int((await connection.execute(judged)).scalar_one())
            if missing > 0:
                hour = now.replace(minute=0, second=0, microsecond=0)
                await _shed(connection, row.run, hour, asked, missing)
                pending += missing
        counted["client_gone"] = counted["received"] - counted["served"] - counted["refused"]
        if pending or any(getattr(row, name) != number for name, number in counted.items()):
            changed = update(runs).where(runs.c.run == row.run).values(pending=0, **counted)
            await connection.execute(changed)


def due_of(counted: Mapping[str, int]) -> dict[Dialect, int]:
    """How many verdicts are due, by the dialect in which the new side is asked (proxy.log.counters). ``counted``:
    ``served``, ``faced`` and ``twice``.
    """
    faced, twice = counted["faced"], counted["twice"]
    return {Dialect.NEW: counted["served"] - faced + twice, Dialect.LEGACY: faced}


async def _shed(
    connection: AsyncConnection, run: str, hour: datetime, asked: Dialect, exchanges: int
) -> None:
    key = {
        "run": run,
        "hour": hour,
        "route": UNROUTED,
        "dialect": Dialect.LEGACY.value,
        "side": Side.LEGACY.value,
        "verdict": str(Outcome.SHED),
        "asked": asked.value,
    }
    there = and_(*(traffic.c[name] == value for name, value in key.items()))
    added = update(traffic).where(there).values(exchanges=traffic.c.exchanges + exchanges)
    if (await connection.execute(added)).rowcount == 0:
        row = {**key, "exchanges": exchanges, "legacy_seconds": 0.0, "new_seconds": 0.0}
        await connection.execute(traffic.insert().values(row))
