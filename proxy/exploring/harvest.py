"""Ask the lists of a side for their rows, so that requests are about what is there."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import orjson

from config.routes import Route, RouteMap
from config.templates import segment_names
from diffing.model import Observation
from proxy.exploring.pools import SOURCES, Pools

Ask = Callable[[str], Awaitable[Observation]]
"""Asks a side for a target of the legacy dialect."""

_PREFIX: Final = "/api/v1/json/"
_ROWS: Final = 200
# Lists that are told for some ids only.
_NEEDED: Final = ("task", "user_id")
_IDS: Final = 40


async def harvest(routes: RouteMap, ask: Ask) -> Pools:
    """The rows of all lists of the route map, one after the other. ``ask``: asks the side."""
    pools = Pools()
    left = [route for route in routes if _is_list(route)]
    for _ in range(2):  # some need the ids of others
        refused = []
        for route in left:
            for target in _targets(route, pools):
                document = _document(await ask(target))
                if document is not None:
                    pools.add(route.name, document)
                    break
            else:
                refused.append(route)
        left = refused
    return pools


def _is_list(route: Route) -> bool:
    legacy = route.legacy
    return (
        legacy is not None
        and route.implemented
        and not route.writes
        and not segment_names(legacy.path)
        and not legacy.form_read
        and bool({"*", "GET"} & set(legacy.methods))
    )


def _targets(route: Route, pools: Pools) -> Iterator[str]:
    assert route.legacy is not None
    filters = route.legacy.filters or ()
    path = _PREFIX + route.legacy.path + (f"/limit/{_ROWS}" if "limit" in filters else "")
    yield path
    for name in _NEEDED:
        ids = {value for source in SOURCES[name] for value in pools.values(*source.split(":"))}
        if name in filters and ids:
            yield f"{path}/{name}/{','.join(sorted(ids, key=lambda value: (len(value), value))[:_IDS])}"


def _document(answer: Observation) -> object:
    if answer.status != 200:
        return None
    try:
        found: object = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    return found
