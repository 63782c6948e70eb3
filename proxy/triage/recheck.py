"""Compare the samples of clusters again: by the rules in force, and with what the new side answers now.

What they settle is closed, what they no longer settle is open again; who was not asked stays as it was.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.reports import load_report_settings
from diffing.compare import Differ
from diffing.further import Further
from diffing.model import Comparison, Observation, SkipReason
from diffing.parity import FAILING, GOOD
from proxy.compare.further import further_requests
from proxy.compare.runner import compared, first_answered, settle
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.exchange.sample import exchange_of
from proxy.log.clusters import StoredCluster, read_named
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, put, settle_states
from proxy.log.tables import differences, rechecks, samples
from proxy.log.writer import utc_now
from proxy.message.translation import Request
from proxy.outbound.observe import observe
from proxy.outbound.transport import Transport
from proxy.recordings.caller_keys import CallerKeys
from proxy.rollout.live_config import LiveConfig, load_live_config, rules_digest
from proxy.triage.resend import Unsendable, request_of

_AT_ONCE: Final = 200
_ALL: Final = "rules"
_RULES: Final = "the rules in force"


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What came of one cluster.

    Args:
        cluster: The cluster, in its state of before.
        standing: Its state now.
        remark: What was found.
    """

    cluster: StoredCluster
    standing: Standing
    remark: str

    @property
    def changed(self) -> bool:
        """Whether its state is another one now."""
        return self.standing.state is not self.cluster.standing.state

    def document(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "cluster": self.cluster.id,
            "signature": self.cluster.signature,
            "was": str(self.cluster.standing.state),
            "remark": self.remark,
            "standing": self.standing.document(),
        }


class Recheck:
    """Compares samples again.

    Args:
        in_force: Routes and registry in force.
        rules: Digest of the rules in force.
        new: The new side, when it is to be asked again.
        keys: Keys of callers, by their roles.
    """

    def __init__(
        self,
        in_force: LiveConfig,
        rules: str,
        new: Transport | None = None,
        keys: CallerKeys | None = None,
    ) -> None:
        self.rules = rules
        self._routes = in_force.routes
        self._differ = Differ(in_force.registry, in_force.problems)
        self._new = new
        self._keys = keys or CallerKeys()

    async def of(
        self, cluster: StoredCluster, stored: Sequence[Mapping[str, Any]], now: datetime
    ) -> Rechecked:
        """Compare the samples of one cluster.

        Args:
            stored: Its samples, one of each run.
        """
        before = cluster.standing
        usable = [sample for sample in stored if not self._unusable(sample)]
        if not usable:
            why = self._unusable(stored[0]) if stored else "no sample of it was kept"
            return Rechecked(cluster, before, f"cannot be told: {why}")
        kept = [exchange_of(sample, self._routes, cluster.asked) for sample in usable]
        found = [compared(self._differ, exchange) for exchange in kept]
        left = next((one for one in found if one.verdict in FAILING), None)
        if left is None and all(one.verdict in GOOD for one in found):
            return self._settled(cluster, found, now)
        if self._new is not None:
            return await self._asked(self._new, cluster, kept[0], usable[0], now)
        if left is None:
            return Rechecked(
                cluster, before, "cannot be told by the sample alone; --new URL asks the new side"
            )
        if before.state is ClusterState.DOCUMENTED:
            reason = "the rules in force no longer settle its sample"
            return Rechecked(cluster, Standing(ClusterState.REGRESSED, now, reason, _RULES), reason)
        return Rechecked(cluster, before, f"still {left.verdict}")

    def _unusable(self, sample: Mapping[str, Any]) -> str:
        """Why a sample cannot be compared; empty when it can."""
        if sample["legacy"]["truncated"] or sample["new"]["truncated"]:
            return "a body was too long to be kept whole"
        route = sample["asked"]["route"]
        if route is not None and route not in self._routes.routes:
            return f"{route} is no route any more"
        return ""

    def _settled(self, cluster: StoredCluster, found: Sequence[Comparison], now: datetime) -> Rechecked:
        before = cluster.standing
        by = ", ".join(dict.fromkeys(name for one in found for name in one.deviations))
        told = f"{found[0].verdict}" + (f" by {by}" if by else "")
        if before.state in (ClusterState.DOCUMENTED, ClusterState.RESOLVED):
            return Rechecked(cluster, before, told)
        if before.state is ClusterState.REGRESSED and before.config == self.rules:
            remark = (
                f"the sample is {told}, but it came again under these rules: the sample does not show why"
            )
            return Rechecked(cluster, before, remark)
        standing = Standing(ClusterState.DOCUMENTED, now, told, _RULES, config=self.rules)
        return Rechecked(cluster, standing, told)

    async def _asked(
        self,
        side: Transport,
        cluster: StoredCluster,
        exchange: Exchange,
        sample: Mapping[str, Any],
        now: datetime,
    ) -> Rechecked:
        """Ask the new side for what it answered then, and what a comparison needs besides."""
        before, asked = cluster.standing, exchange.asked
        assert asked is not None
        try:
            request = request_of(sample, asked, self._keys)
        except Unsendable as error:
            return Rechecked(cluster, before, f"cannot be told: {error}")

        async def send(one: Request) -> Observation:
            return await observe(side, one.method, one.target, one.headers, one.body)

        async def ask(further: Further) -> Observation | SkipReason:
            face = exchange.decision.face
            return await first_answered(further_requests(further, request, asked.route, face=face), send)

        async def compare(exchange: Exchange) -> Judgement:
            return exchange.judged(compared(self._differ, exchange))

        exchange.new = await send(request)
        await settle(exchange, compare, ask)
        found = exchange.comparison
        if found.verdict in GOOD:
            reason = f"the new side's answer of now is {found.verdict}"
            return Rechecked(cluster, Standing(ClusterState.RESOLVED, now, reason, "recheck"), reason)
        if found.verdict not in FAILING:
            return Rechecked(cluster, before, f"cannot be told: {found.verdict}")
        if before.state in (ClusterState.DOCUMENTED, ClusterState.RESOLVED):
            reason = f"the new side's answer of now is {found.verdict}"
            return Rechecked(cluster, Standing(ClusterState.REGRESSED, now, reason, "recheck"), reason)
        return Rechecked(cluster, before, f"the new side's answer of now is still {found.verdict}")


async def recheck_clusters(
    url: str,
    check: Recheck,
    names: Sequence[str] | None = None,
    *,
    now: Callable[[], datetime] = utc_now,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> list[Rechecked]:
    """Compare clusters again, and store what became of them.

    Args:
        url: The diff log.
        check: How they are compared.
        names: Only these clusters; None for all.
        now: Tells the time.
        progress: Called with the number done and the number of all.

    Raises:
        LogError: There is no diff log.
    """
    found: list[Rechecked] = []
    async with reading(url) as connection:
        if names is None:
            every = select(differences.c.cluster).distinct().order_by(differences.c.cluster)
            chosen = list((await connection.execute(every)).scalars())
        else:
            chosen = list(names)
        for some in _parts(chosen):
            clusters = await read_named(connection, some)
            kept = await _samples(connection, some)
            await connection.rollback()
            # The time of before: what comes while the new side is asked was answered after it.
            began = now()
            part = [
                await check.of(clusters[name], kept.get(name, []), began) for name in some if name in clusters
            ]
            await put(
                connection,
                {one.cluster.id: one.standing for one in part if one.changed},
                told=False,
                now=began,
            )
            await connection.commit()
            found += part
            progress(len(found), len(chosen))
        if names is None:
            await _note(connection, check.rules, now())
            await connection.commit()
    return found


async def bring_up_to_date(
    url: str, config: Path, *, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Rechecked]:
    """Compare all clusters again where the rules have changed since that was done last, and store what evidence says.

    Args:
        url: The diff log.
        progress: Called with the number done and the number of all.

    Raises:
        LogError: There is no diff log.
        ConfigError: The configuration is wrong.
    """
    enough = load_report_settings(config).clusters.fixed_after
    found: list[Rechecked] = []
    rules = rules_digest(config)
    async with reading(url) as connection:
        old = await connection.scalar(select(rechecks.c.config).where(rechecks.c.name == _ALL))
    if old != rules:
        found = await recheck_clusters(url, Recheck(load_live_config(config), rules), progress=progress)
    async with reading(url) as connection:
        await settle_states(connection, utc_now(), enough)
        await connection.commit()
    return found


def counted(found: Sequence[Rechecked]) -> str:
    """How many clusters there are in each state after a recheck, and how many changed."""
    states = Counter(one.standing.state for one in found)
    told = ", ".join(f"{states[state]} {state}" for state in ClusterState if states[state])
    changed = sum(one.changed for one in found)
    return f"{len(found)} clusters compared again: {told or 'none'}; {changed} changed"


async def _samples(connection: AsyncConnection, names: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """The samples of clusters, the smallest first."""
    kept: dict[str, list[Mapping[str, Any]]] = {}
    query = select(samples.c.cluster, samples.c.content).where(samples.c.cluster.in_(names))
    for row in await connection.execute(query.order_by(samples.c.size)):
        kept.setdefault(row.cluster, []).append(orjson.loads(row.content))
    return kept


async def _note(connection: AsyncConnection, rules: str, now: datetime) -> None:
    """All clusters were compared by these rules."""
    row = {"config": rules, "at": now}
    changed = await connection.execute(rechecks.update().where(rechecks.c.name == _ALL).values(**row))
    if not changed.rowcount:
        await connection.execute(rechecks.insert().values(name=_ALL, **row))


def _parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(names), _AT_ONCE):
        yield names[begin : begin + _AT_ONCE]
