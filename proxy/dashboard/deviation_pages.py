"""Pages of rules and entries of the registry: a list to search, and one page of each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from config.renamed import renamed
from config.rollout import Dialect
from diffing.paths import MISSING
from diffing.registry import Deviation, Example, Registry
from diffing.rules.book import RULES
from diffing.rules.rule import Rule
from diffing.usage import STALE_AFTER
from proxy.dashboard.chart import HEIGHT, WIDTH, chart
from proxy.dashboard.page import Page
from proxy.log.moments import Timeline
from proxy.log.tables import deviations
from proxy.reporting.deviation_usage import GONE, EntryUse
from proxy.reporting.values import ABSENT, as_json

_HOUR: Final = timedelta(hours=1)
_MOST_BARS: Final = 120
TITLES: Final = (
    "deviation",
    "kind",
    "hits",
    "share",
    "last hour",
    "routes",
    "comparable",
    "stale",
    "title",
    "section",
)
STATES: Final = ("hit", "never hit", "stale")
_EVERY: Final = "every route"


def told_by_id(registry: Registry) -> dict[str, Deviation | Rule]:
    """Every entry and rule by its id."""
    return {**{rule.id: rule for rule in RULES}, **registry.by_id}


def list_page(uses: Iterable[EntryUse], registry: Registry, query: Mapping[str, str]) -> Page:
    """All entries and rules by section, those that are used most first.

    Args:
        query: ``find`` (words that id, title, why, section or routes have), ``kind`` and ``state``.
    """
    told = told_by_id(registry)
    everything = sorted(uses, key=lambda use: (-use.hits, use.deviation))
    found = [use for use in everything if _fits(use, told.get(use.deviation), query)]
    rows = [_row(use, told.get(use.deviation)) for use in found]
    groups: dict[str, list[tuple[object, ...]]] = {}
    for row in rows:
        groups.setdefault(str(row[-1]), []).append(row)
    context = {
        "counts": {
            "entries": sum(use.kind != GONE for use in everything),
            "hit": sum(use.hits > 0 for use in everything),
            "stale": sum(use.stale for use in everything),
            "gone": sum(use.kind == GONE for use in everything),
        },
        "after": STALE_AFTER,
        "groups": dict(sorted(groups.items())),
        "kinds": sorted({use.kind for use in everything}),
        "states": STATES,
        "wanted": {name: query.get(name, "") for name in ("find", "kind", "state")},
    }
    return Page("deviations.html", "Deviations", TITLES, rows, context)


def entry_page(
    use: EntryUse, told: Deviation | Rule | None, hits: Mapping[tuple[datetime, str], int]
) -> Page:
    """One entry or rule: why, examples, hits over time and by route.

    Args:
        use: How it is used.
        told: What it says; None where it is registered no more.
        hits: Exchanges that it explained a part of, by hour and route.
    """
    by_hour: dict[datetime, dict[str, int]] = {}
    by_route: Counter[str] = Counter()
    for (hour, route), number in hits.items():
        place = by_hour.setdefault(hour, {"explained": 0})
        place["explained"] += number
        by_route[route] += number
    context: dict[str, Any] = {
        "use": use,
        "told": told,
        "routes": told.routes if isinstance(told, Deviation) else (_EVERY,),
        "source": told.source if isinstance(told, Deviation) else "",
        "examples": [] if told is None else [_shown(item) for item in told.examples],
        "near_misses": [] if told is None else [_shown(item) for item in told.near_misses],
        "chart": chart(_timeline(by_hour)) if by_hour else None,
        "size": (WIDTH, HEIGHT),
        "hours": (min(by_hour), max(by_hour)) if by_hour else None,
    }
    rows = sorted(by_route.items(), key=lambda item: (-item[1], item[0]))
    document = {
        **use.document(),
        "why": "" if told is None else told.why,
        "section": "" if told is None else told.guide,
        "hours": {hour.isoformat(): kinds["explained"] for hour, kinds in sorted(by_hour.items())},
        "hits_by_route": dict(rows),
    }
    return Page("deviation.html", use.deviation, ("route", "hits"), rows, context, document)


def _timeline(hours: Mapping[datetime, Mapping[str, int]]) -> Timeline:
    """Hits by the hour, or by several where there are more hours than bars can be told apart."""
    first, last = min(hours), max(hours)
    count = int((last - first) / _HOUR) + 1
    step = -(-count // _MOST_BARS) * _HOUR
    steps: dict[datetime, dict[str, int]] = {}
    for hour, kinds in hours.items():
        place = steps.setdefault(first + (hour - first) // step * step, {})
        for kind, number in kinds.items():
            place[kind] = place.get(kind, 0) + number
    return Timeline(first, step, int((last - first) / step) + 1, steps)


async def read_hits(log: AsyncConnection, name: str) -> dict[tuple[datetime, str], int]:
    """Exchanges that an entry explained a part of, by hour and route; also those under an earlier name of it."""
    names = [name, *(old for old, new in renamed().items() if new == name)]
    columns = deviations.c
    query = select(columns.hour, columns.route, func.sum(columns.exchanges).label("n"))
    query = query.where(columns.deviation.in_(names), columns.asked == Dialect.NEW.value)
    return {
        (row.hour, row.route): int(row.n)
        for row in await log.execute(query.group_by(columns.hour, columns.route))
    }


def _row(use: EntryUse, told: Deviation | Rule | None) -> tuple[object, ...]:
    return (
        use.deviation,
        use.kind,
        use.hits,
        use.share,
        "never" if use.last is None else f"{use.last:%Y-%m-%d %H:%M}",
        len(use.routes),
        use.seen,
        "stale" if use.stale else "",
        use.title,
        GONE if told is None else told.guide,
    )


def _fits(use: EntryUse, told: Deviation | Rule | None, query: Mapping[str, str]) -> bool:
    state = query.get("state", "")
    states: dict[str, bool] = {"": True, "hit": use.hits > 0, "never hit": not use.hits, "stale": use.stale}
    if (query.get("kind") or use.kind) != use.kind or not states[state]:
        return False
    routes: Sequence[str] = told.routes if isinstance(told, Deviation) else ()
    text = " ".join(
        (use.deviation, use.title, "" if told is None else told.why, *routes, *use.routes)
    ).lower()
    return all(word in text for word in query.get("find", "").lower().split())


def _shown(example: Example) -> tuple[str, str]:
    legacy, new = (ABSENT if value is MISSING else as_json(value) for value in (example.legacy, example.new))
    return legacy, new
