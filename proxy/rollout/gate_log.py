"""What the gate reads and writes in the diff log: evidence, its decisions, and who of many gates decides."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from config import text
from config.rollout import Dialect, Stage
from proxy.exchange.decision import AskedRoute
from proxy.log import tables as log_tables
from proxy.log.tables import decisions, lease, timings, traffic
from proxy.rollout.coverage import Fact
from proxy.rollout.edit import StageShare
from proxy.rollout.gate import GateDecision, Move, RouteEvidence

_NAME: Final = "gate"
_MOVES: Final = (Move.BEGIN.value, Move.PROMOTE.value, Move.RETURN.value)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in the log.

    Args:
        numbers: What it was decided by.
        number: Its number; later ones are larger.
        at: When it was made, UTC without a zone.
        dialect: Which of its clients.
        was: The step before, as text.
        step: The step after.
        reason: Why.
        baseline: What the log had counted for the route at that time.
    """

    number: int
    at: datetime
    route: str
    dialect: Dialect
    kind: Move
    was: str
    step: StageShare
    reason: str
    numbers: Mapping[str, Any]
    baseline: RouteEvidence

    @property
    def sentence(self) -> str:
        """When, about whom, what and why."""
        words = {
            Move.BEGIN: f"is at {self.step}",
            Move.PROMOTE: f"promoted from {self.was} to {self.step}",
            Move.HOLD: f"stays at {self.step}",
            Move.RETURN: f"returned from {self.was} to {self.step}",
        }
        return f"{self.at:%Y-%m-%d %H:%M:%S} UTC: {self.route} ({self.dialect}) {words[self.kind]}: {self.reason}"

    def document(self) -> dict[str, Any]:
        """The decision as JSON."""
        return {
            "at": self.at.isoformat(),
            "route": self.route,
            "dialect": str(self.dialect),
            "decision": str(self.kind),
            "was": self.was,
            "now": str(self.step),
            "reason": self.reason,
            "numbers": dict(self.numbers),
        }


async def take_lease(
    connection: AsyncConnection, holder: str, now: datetime, seconds: float, name: str = _NAME
) -> bool:
    """Become, or stay, the one gate that decides; the row is locked until the transaction ends.

    ``connection``: the log, within a transaction. ``seconds``: how long nobody else decides, unless the lease is taken
    again. ``name``: what is decided. Returns whether this gate decides.
    """
    free = or_(lease.c.holder == holder, lease.c.until < now)
    row = {"holder": holder, "until": now + timedelta(seconds=seconds)}
    taken = await connection.execute(update(lease).where(lease.c.name == name, free).values(row))
    if taken.rowcount:
        return True
    if await connection.scalar(select(lease.c.holder).where(lease.c.name == name)) is not None:
        return False
    try:
        async with connection.begin_nested():
            await connection.execute(insert(lease).values(name=name, **row))
    except IntegrityError:
        return False
    return True


async def read_evidence(connection: AsyncConnection) -> dict[AskedRoute, RouteEvidence]:
    """What the log has counted for each route and dialect in which the new side was asked, of all runs."""
    verdicts: dict[AskedRoute, dict[str, int]] = defaultdict(dict)
    keys = traffic.c.route, traffic.c.asked, traffic.c.verdict
    flows = select(*keys, func.sum(traffic.c.exchanges).label("exchanges")).group_by(*keys)
    for row in await connection.execute(flows):
        verdicts[row.route, Dialect(row.asked)][row.verdict] = int(row.exchanges)
    ratios: dict[AskedRoute, Counter[int]] = defaultdict(Counter)
    places = timings.c.route, timings.c.asked, timings.c.bucket
    wanted = select(*places, func.sum(timings.c.exchanges).label("exchanges"))
    for row in await connection.execute(wanted.where(timings.c.what == "ratio").group_by(*places)):
        ratios[row.route, Dialect(row.asked)][row.bucket] += int(row.exchanges)
    return {place: RouteEvidence(verdicts[place], ratios[place]) for place in {*verdicts, *ratios}}


async def read_seen(connection: AsyncConnection) -> dict[AskedRoute, set[Fact]]:
    """What of each route was compared, by the dialect in which the new side was asked, in all runs."""
    seen: dict[AskedRoute, set[Fact]] = defaultdict(set)
    facts = log_tables.coverage.c
    query = select(facts.route, facts.asked, facts.kind, facts.value).distinct()
    for row in await connection.execute(query):
        seen[row.route, Dialect(row.asked)].add((row.kind, row.value))
    return seen


async def standing(connection: AsyncConnection) -> dict[AskedRoute, Decided]:
    """For each route and dialect of clients the decision that brought it, or found it, where it stands."""
    columns = decisions.c
    newest = select(func.max(columns.number)).where(columns.kind.in_(_MOVES))
    newest = newest.group_by(columns.route, columns.dialect)
    query = select(decisions).where(columns.number.in_(newest))
    return {(row.route, Dialect(row.dialect)): _decided(row) for row in await connection.execute(query)}


async def write_decision(
    connection: AsyncConnection,
    route: str,
    dialect: Dialect,
    was: StageShare,
    decision: GateDecision,
    at: datetime,
    baseline: RouteEvidence,
) -> None:
    """Add a decision; of those to stay only the last one of a step is kept.

    Args:
        connection: The log, within a transaction.
        dialect: Which of its clients.
        was: The step before.
        at: When it was made.
        baseline: What the log had counted for the route at that time.
    """
    columns, step = decisions.c, decision.step
    if decision.kind is Move.HOLD:
        same = and_(
            columns.route == route,
            columns.dialect == dialect.value,
            columns.kind == Move.HOLD.value,
            columns.was == str(was),
        )
        await connection.execute(delete(decisions).where(same))
    await connection.execute(
        insert(decisions).values(
            at=at,
            route=route,
            dialect=dialect.value,
            kind=decision.kind.value,
            was=str(was),
            stage=step.stage.value,
            percentage=step.percentage,
            reason=decision.reason,
            numbers=_json(dict(decision.numbers)),
            baseline=_json({"verdicts": dict(baseline.verdicts), "ratios": dict(baseline.ratios)}),
        )
    )


async def read_decisions(
    connection: AsyncConnection, *, route: str | None = None, after: int = 0, limit: int | None = None
) -> list[Decided]:
    """Decisions, the newest first.

    Args:
        connection: The log.
        route: Only about this route.
        after: Only with a larger number.
        limit: Most decisions.
    """
    query = select(decisions).where(decisions.c.number > after).order_by(decisions.c.number.desc())
    if route is not None:
        query = query.where(decisions.c.route == route)
    if limit is not None:
        query = query.limit(limit)
    return [_decided(row) for row in await connection.execute(query)]


async def last_number(connection: AsyncConnection) -> int:
    """The number of the newest decision, 0 without any."""
    return int(await connection.scalar(select(func.max(decisions.c.number))) or 0)


def _decided(row: Row[Any]) -> Decided:
    baseline = orjson.loads(row.baseline)
    return Decided(
        row.number,
        row.at,
        row.route,
        Dialect(row.dialect),
        Move(row.kind),
        row.was,
        StageShare(Stage(row.stage), row.percentage),
        row.reason,
        orjson.loads(row.numbers),
        RouteEvidence(
            baseline["verdicts"], {int(bucket): count for bucket, count in baseline["ratios"].items()}
        ),
    )


def _json(document: object) -> str:
    return text.json_bytes(document).decode()
