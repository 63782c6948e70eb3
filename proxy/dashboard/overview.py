"""The overview: first what has to be decided, what has changed and what can move, then all routes."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.rollout import Dialect, Rollout
from diffing.parity import Parity, parity
from proxy.exchange.decision import AskedRoute
from proxy.log.clusters import StoredCluster, read_named
from proxy.log.moments import flows_since
from proxy.log.states import OPEN, ClusterState, Placed, placed, states_since
from proxy.log.tables import runs
from proxy.log.writer import utc_now
from proxy.reporting.likely_side import likely_side
from proxy.rollout.edit import next_step
from proxy.rollout.readiness import Lack, Readiness

_LARGEST: Final = 3
_DAY: Final = timedelta(days=1)

COLUMNS: Final = {
    "route": "Name of the operation in both APIs.",
    "stage": "Who serves clients of the legacy and of the new paths.",
    "ready": "Whether it can take its next stage, and what that needs.",
    "received": "Exchanges that were served.",
    "matched": "Of those that were judged: the new side answered rightly.",
    "of": "Exchanges that were judged.",
    "at most": "The largest rate of mismatches that these exchanges do not rule out, with 95 % confidence.",
    "covered": "The part of its parameters that was compared at least once.",
    "new/legacy": "Time of the new side over that of legacy: median of the pairs, with its 95 % interval.",
    "open": "Clusters of differences of which somebody has to decide.",
    "parity": "Matched of judged.",
}
"""The columns of the table, each with what it says."""


@dataclass(frozen=True, slots=True)
class OpenDecision:
    """A cluster of which somebody has to decide.

    Args:
        why: Why it is among the first.
        side: Which side probably has to change.
    """

    cluster: StoredCluster
    why: str
    side: str

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        return {**self.cluster.document(), "why": self.why, "likely": self.side}


@dataclass(frozen=True, slots=True)
class Since:
    """What has changed since a time.

    Args:
        states: Clusters put into each state since; those that are open are new.
        now: Parity of the exchanges since.
    """

    time: datetime
    words: str
    states: Mapping[ClusterState, int]
    now: Parity
    before: Parity

    @property
    def told(self) -> str:
        """How many clusters there are in each state, in words."""
        names = {state: str(state) for state in ClusterState} | {ClusterState.OPEN: "new"}
        return ", ".join(f"{self.states[state]} {name}" for state, name in names.items())


@dataclass(frozen=True, slots=True)
class Summary:
    """What the overview says first.

    Args:
        decide: Clusters of which somebody has to decide: the largest, and the newest.
        open: How many of them there are.
        states: How many clusters are in each state.
        since: What has changed; None for a log of one short run.
        movable: Routes that can move, each with its next step.
        lacks: What the other routes that were asked lack, each with their names.
    """

    decide: Sequence[OpenDecision]
    open: int
    states: Mapping[ClusterState, int]
    since: Since | None
    movable: Mapping[str, str]
    lacks: Mapping[Lack, Sequence[str]]

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        since = self.since
        return {
            "decide": [one.document() for one in self.decide],
            "open": self.open,
            "states": {str(state): count for state, count in self.states.items()},
            "since": since
            and {
                "time": since.time.isoformat(),
                "states": {str(state): count for state, count in since.states.items()},
                "parity": since.now.share,
                "parity_before": since.before.share,
            },
            "movable": dict(self.movable),
            "lacks": {lack.name.lower(): list(names) for lack, names in self.lacks.items()},
        }


async def summary(
    log: AsyncConnection,
    asked: Dialect,
    judged: Sequence[Readiness],
    rollout: Rollout,
    canary: Sequence[float],
    names: Mapping[str, Any],
) -> Summary:
    """Read what has to be said first.

    Args:
        asked: The dialect in which the new side was asked.
        judged: The readiness of all routes.
        rollout: Their stages.
        canary: Percentages of a canary's steps.
        names: The routes by their names.
    """
    movable, lacks = {}, defaultdict[Lack, list[str]](list)
    for item in judged:
        if item.ready:
            following = next_step(rollout.of(names[item.route], asked), tuple(canary))
            if following is not None:
                movable[item.route] = str(following)
        elif item.received:
            for lack in item.lacks:
                lacks[lack].append(item.route)
    where = await placed(log, asked.value, utc_now().date(), _LARGEST)
    received = {(item.route, asked): item.received for item in judged}
    counts = sum((item.counts for item in judged), Counter[str]())
    return Summary(
        await _decisions(log, where, received),
        sum(where.states[state] for state in OPEN),
        where.states,
        await _since(log, asked, counts),
        movable,
        {lack: lacks[lack] for lack in Lack if lack in lacks},
    )


async def _decisions(
    log: AsyncConnection, where: Placed, received: Mapping[AskedRoute, int]
) -> list[OpenDecision]:
    if not where.largest:
        return []
    why, newest = dict.fromkeys(where.largest, "one of the largest"), where.newest
    why[where.largest[0]] = "the largest"
    why[newest] = f"{why[newest]} and the newest" if newest in why else "the newest"
    found = await read_named(log, list(why), received=received)
    return [
        OpenDecision(found[name], told, likely_side(found[name].verdict, found[name].signature))
        for name, told in why.items()
    ]


async def _since(log: AsyncConnection, asked: Dialect, total: Counter[str]) -> Since | None:
    """What has changed since yesterday, or since the last run began where that is later."""
    rows = (await log.execute(select(runs.c.started, runs.c.seen).order_by(runs.c.started.desc()))).all()
    if not rows:
        return None
    last, end = rows[0].started, max(row.seen for row in rows)
    alone = all(row.seen <= last for row in rows[1:])
    yesterday = end - _DAY
    if len(rows) > 1 and alone and last > yesterday:
        time, words = last, "since the last run began"
    elif min(row.started for row in rows) < yesterday:
        time, words = yesterday, "in the last 24 hours"
    else:
        return None
    now: Counter[str] = Counter()
    for flow in (await flows_since(log, time))[0]:
        if flow.asked == asked.value:
            now[flow.verdict] += flow.exchanges
    return Since(time, words, await states_since(log, time), parity(now), parity(total - now))
