"""``parity explore``: make requests, send them to both sides, say what differs and how far it came."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from config.openapi import load_openapi
from config.problems import load_problems
from config.routes import load_routes
from config.settings import load_proxy_settings
from diffing.compare import Differ
from diffing.deviations import load_registry
from proxy.checking.check import CheckError, CheckResult, Dialect, FailureLimits, breaches, over_network
from proxy.checking.live import LiveLegacy, LiveOptions, LiveReplay, Replaying
from proxy.checking.live_face import in_its_dialect
from proxy.checking.replay import tally
from proxy.exploring.counts import Counted, counted
from proxy.exploring.harvest import Ask, harvest
from proxy.exploring.requests import Maker
from proxy.exploring.sides import SameSides, asking, speaks_legacy, speaks_new
from proxy.recordings.caller_keys import CallerKeys, resolved
from proxy.recordings.recording import Recording


@dataclass(frozen=True, slots=True)
class Exploration:
    """What is to be explored.

    Args:
        legacy: URL of the legacy side, or of a server of the new API.
        new: URL of the new side.
        seed: Of the random numbers.
        requests: How many are sent.
        asking: How both sides are asked.
        dialect: In which the new side is asked.
    """

    legacy: str
    new: str
    seed: int
    requests: int
    asking: LiveOptions
    keys: CallerKeys
    dialect: Dialect = "new"


@dataclass(frozen=True, slots=True)
class Explored:
    """What came of it.

    Args:
        seed: Of the random numbers.
        same: Both sides speak the new API.
        requests: What was asked, with placeholders for keys, in its order.
        result: The counts and the breaches, as ``parity check`` has them.
        counts: How far it came.
        dialect: In which the new side was asked.
    """

    seed: int
    same: bool
    requests: tuple[Recording, ...]
    result: CheckResult
    counts: Counted
    dialect: Dialect = "new"


async def explore(
    wanted: Exploration,
    config: Path,
    *,
    limits: FailureLimits,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Explored:
    """Ask both sides.

    Args:
        wanted: What is to be explored.
        limits: What makes it fail.
        progress: Called with the number done and the number of all.

    Raises:
        CheckError: A side cannot be asked, or not in that dialect.
        ConfigError: The configuration is wrong.
    """
    routes, how = load_routes(config), wanted.asking
    differ = Differ(load_registry(config), load_problems(config))
    async with AsyncExitStack() as stack:
        legacy = LiveLegacy(await stack.enter_async_context(over_network(wanted.legacy)), how)
        new = await stack.enter_async_context(over_network(wanted.new))
        if wanted.dialect == "legacy" and not await speaks_legacy(legacy):
            raise CheckError(f"{wanted.legacy} does not speak PHP's dialect; leave out --dialect legacy")
        same = wanted.dialect == "new" and await speaks_new(legacy)
        names = wanted.keys.names
        pools = await harvest(routes, _as(wanted.keys, asking(legacy, routes, new=same)))
        maker = Maker(
            routes,
            load_openapi(config),
            pools,
            ("none", "bad", *names),
            wanted.seed,
            wanted.legacy.rstrip("/"),
            writes=how.writes,
            only_new=same,
        )
        made = maker.make(wanted.requests)
        sent = resolved(made, wanted.keys)
        if same:
            replay: Replaying = SameSides(sent, routes, differ, legacy, new, how)
        else:
            make = in_its_dialect(config) if wanted.dialect == "legacy" else LiveReplay
            replay = make(sent, routes, differ, legacy, new, how, load_proxy_settings(config).admin_keys)
        # Writes must reach both sides in one order.
        exchanges = await replay.run(concurrency=1 if how.writes else how.concurrency, progress=progress)
    found = tally(exchanges)
    result = CheckResult(found, tuple(breaches(found, routes, limits, None)), tuple(exchanges))
    return Explored(
        wanted.seed, same, tuple(made), result, counted(exchanges, maker.operations), wanted.dialect
    )


def _as(keys: CallerKeys, ask: Ask) -> Ask:
    """Asks as an administrator, else as the first caller whose key is known, else as nobody."""
    key = next(iter(sorted(keys.names, key=lambda name: (not name.startswith("admin"), name))), None)
    if key is None:
        return ask
    return lambda target: ask(f"{target}?api_key={quote(keys.key(key), safe='')}")
