"""What became of the captures of a fleet: how many were handed over, judged, and lost where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from diffing.model import Outcome
from proxy.log.tables import dropped, runs, traffic

_SHED: Final = "shed: "


@dataclass(frozen=True, slots=True)
class Lost:
    """Exchanges that nobody compared. ``place``: the proxy or worker. ``why``: the reason."""

    place: str
    why: str
    exchanges: int


@dataclass(frozen=True, slots=True)
class Fleet:
    """The captures of a fleet, in all runs of the log.

    Args:
        queued: Exchanges that proxies handed over.
        judged: Those of them that workers have counted.
        lost: Exchanges that were not handed over, or that no worker could judge.
    """

    queued: int = 0
    judged: int = 0
    lost: Sequence[Lost] = ()

    @property
    def waiting(self) -> int:
        """Exchanges that wait for a worker, or whose verdict waits for the log."""
        return self.queued - self.judged

    def told(self) -> tuple[str, ...]:
        """Lines for people; none where there is no fleet."""
        if not self.queued and not self.lost:
            return ()
        head = f"fleet: queued {self.queued} = judged {self.judged} + waiting {self.waiting}"
        return head, *(f"lost: {one.exchanges} by {one.place}: {one.why}" for one in self.lost)

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        lost = [{"place": one.place, "why": one.why, "exchanges": one.exchanges} for one in self.lost]
        return {"queued": self.queued, "judged": self.judged, "waiting": self.waiting, "lost": lost}


async def read_fleet(connection: AsyncConnection) -> Fleet:
    """What a diff log says of a fleet."""
    total = func.sum(traffic.c.exchanges)
    of_runs = select(total).where(traffic.c.verdict == str(Outcome.QUEUED)).group_by(traffic.c.run)
    # A proxy counts up what it hands over, a worker counts down what it judges (proxy.log.counters).
    sums = [int(number) for number in (await connection.execute(of_runs)).scalars()]
    where = select(runs.c.place, dropped.c.what, func.sum(dropped.c.exchanges))
    where = where.join(runs, runs.c.run == dropped.c.run).where(dropped.c.what.startswith(_SHED))
    rows = await connection.execute(
        where.group_by(runs.c.place, dropped.c.what).order_by(*where.selected_columns[:2])
    )
    lost = [Lost(place, what.removeprefix(_SHED), int(count)) for place, what, count in rows]
    return Fleet(sum(one for one in sums if one > 0), -sum(one for one in sums if one < 0), lost)
