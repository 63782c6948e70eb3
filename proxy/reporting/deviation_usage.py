"""How the entries of the registry are used: what a diff log tells of them, and a row of each for people."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.renamed import renamed
from config.rollout import Dialect
from diffing.model import RULES_ONLY
from diffing.registry import Registry
from diffing.rules.book import RULES
from diffing.usage import STALE_AFTER, Usage
from proxy.log.tables import deviations, traffic, usages

GONE: Final = "no longer registered"
RULE: Final = "rule"


@dataclass(frozen=True, slots=True)
class EntryUse:
    """How one entry is used.

    Args:
        kind: Its kind, or that it is not registered any more.
        hits: Exchanges that it explained a part of.
        last: When it did so last, where that is known.
        routes: The routes of those exchanges.
        seen: Comparable exchanges of the routes that it names.
        stale: It was not hit in many of them (diffing.usage).
    """

    deviation: str
    kind: str
    title: str
    hits: int
    last: datetime | None
    routes: tuple[str, ...]
    seen: int
    stale: bool

    @property
    def share(self) -> float | None:
        """Of the comparable exchanges of its routes; None when there are none."""
        return min(1.0, self.hits / self.seen) if self.seen else None

    def document(self) -> dict[str, Any]:
        """The entry's use as JSON."""
        return {
            "deviation": self.deviation,
            "kind": self.kind,
            "title": self.title,
            "hits": self.hits,
            "last": self.last.isoformat() if self.last else None,
            "routes": list(self.routes),
            "comparable": self.seen,
            "share": self.share,
            "stale": self.stale,
        }


async def read_usage(
    connection: AsyncConnection, since: datetime | None = None, usage: Usage | None = None
) -> Usage:
    """What a diff log tells of the entries. ``since``: only of exchanges that were served in the hour of this time or
    later. ``usage``: what is known already; a new one when there is none.
    """
    found = Usage() if usage is None else usage
    hour = None if since is None else since.replace(minute=0, second=0, microsecond=0)

    def grouped(table: Table, *names: str) -> Select[Any]:
        keys = [table.c[name] for name in names]
        query = select(*keys, func.sum(table.c.exchanges).label("n")).group_by(*keys)
        return query if hour is None else query.where(table.c.hour >= hour)

    # Between two answers of PHP's dialect nothing of the registry applies.
    api = traffic.c.asked == Dialect.NEW.value
    for row in await connection.execute(grouped(traffic, "route", "verdict").where(api)):
        found.tried(row.route, row.verdict, int(row.n))
    api = deviations.c.asked == Dialect.NEW.value
    hits = grouped(deviations, "deviation", "route").add_columns(func.max(deviations.c.hour).label("last"))
    for row in await connection.execute(hits.where(api)):
        found.hit(renamed().get(row.deviation, row.deviation), row.route, int(row.n), row.last)
    for row in await connection.execute(grouped(usages, "what", "deviation", "about", "route")):
        found.learn((row.what, row.deviation, row.about), row.route, int(row.n))
    return found


def entry_uses(registry: Registry, usage: Usage, stale_after: int = STALE_AFTER) -> Iterator[EntryUse]:
    """A row of each entry, in the order of the registry, and of each rule; then what is registered no more. ``usage``:
    what they did. ``stale_after``: as ``lint_usage`` has it.
    """
    for entry in registry.deviations:
        hits = usage.hits.get(entry.id, Counter())
        yield EntryUse(
            entry.id,
            str(entry.kind),
            entry.title,
            sum(hits.values()),
            usage.last.get(entry.id),
            tuple(sorted(hits)),
            usage.seen(entry),
            usage.stale(entry, stale_after),
        )
    for rule in RULES:
        hits = usage.hits.get(rule.id, Counter())
        last, seen = usage.last.get(rule.id), usage.comparable.total()
        yield EntryUse(rule.id, RULE, rule.title, hits.total(), last, tuple(sorted(hits)), seen, False)
    known = registry.by_id.keys() | {rule.id for rule in RULES} | {RULES_ONLY}
    for name, routes in usage.hits.items():
        if name not in known:
            last = usage.last.get(name)
            yield EntryUse(name, GONE, "", routes.total(), last, tuple(sorted(routes)), 0, False)
