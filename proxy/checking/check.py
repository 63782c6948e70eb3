"""``parity check``: replay recordings against the new side and say whether it has parity."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from config.errors import BadInput
from config.legacy_errors import load_legacy_errors
from config.problems import load_problems
from config.routes import RouteMap, load_routes
from config.settings import load_backend_settings
from config.web_address import is_web_address
from diffing.cluster import cluster_id
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import UNDOCUMENTED, UNROUTED, Outcome, SkipReason
from diffing.parity import FAILING
from diffing.usage import Usage
from proxy.checking.face_replay import FaceReplay
from proxy.checking.inprocess import ApplicationError, running
from proxy.checking.replay import Replay, ReplayedExchange, tally
from proxy.compare.face_judge import FaceJudge
from proxy.compare.tally import Tally
from proxy.outbound.observe import observe
from proxy.outbound.transport import Transport
from proxy.outbound.upstream import Upstream
from proxy.recordings.caller_keys import CallerKeys, resolved
from proxy.recordings.recording import Recording, read_recordings, started

Dialect = Literal["new", "legacy"]

VERDICTS = frozenset(
    [
        *map(str, Outcome),
        *(f"{Outcome.SKIPPED}:{reason}" for reason in SkipReason),
        UNDOCUMENTED,
    ]
)


class CheckError(BadInput):
    """The check cannot be carried out; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class InProcess:
    """A backend to run in this process.

    Args:
        database: URL of its database.
        public_url: Its public base URL, None for the configured one.
        object_store_url: Base URL of its object store, None for the configured one.
        files: Its file root, None for the configured one.
        now: The time that its clock shows, None for the real one.
        clock: Its clock, instead of one that stands still.
    """

    database: str
    public_url: str | None = None
    object_store_url: str | None = None
    files: Path | None = None
    now: datetime | None = None
    clock: Callable[[], datetime] | None = None


@dataclass(frozen=True, slots=True)
class FailureLimits:
    """What makes a check fail.

    Args:
        fail_on: Verdicts of which there may be none.
        min_compared: Fewest exchanges that must have been compared.
        max_skipped: Most exchanges that may be skipped, by reason.
        accepted: Clusters that may be there (proxy.reporting.baseline).
    """

    fail_on: frozenset[str] = frozenset(map(str, FAILING))
    min_compared: int = 0
    max_skipped: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    accepted: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        unknown = sorted(self.fail_on - VERDICTS)
        if unknown:
            raise CheckError(
                f"no such verdict: {', '.join(unknown)}; there are {', '.join(sorted(VERDICTS))}"
            )
        reasons = {str(reason) for reason in SkipReason}
        unknown = sorted(set(self.max_skipped) - reasons)
        if unknown:
            raise CheckError(
                f"no such reason to skip: {', '.join(unknown)}; there are {', '.join(sorted(reasons))}"
            )


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found.

    Args:
        tally: The counts.
        breaches: Why there is no parity, one sentence each; empty means parity.
        exchanges: The exchanges, in the order of the recordings.
    """

    tally: Tally
    breaches: tuple[str, ...]
    exchanges: tuple[ReplayedExchange, ...] = field(default=(), repr=False)


async def check(
    recordings: tuple[Path, ...],
    side: str | InProcess,
    config: Path,
    *,
    limits: FailureLimits,
    route: str | None = None,
    concurrency: int = 8,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    usage: Usage | None = None,
    keys: CallerKeys | None = None,
    dialect: Dialect = "new",
) -> CheckResult:
    """Replay recordings against the new side. Returns the counts and the breaches.

    Args:
        recordings: Recording files or directories.
        side: URL of the new side, or a backend to run in this process.
        limits: What makes the check fail.
        route: Glob of route names; only their recordings are replayed.
        concurrency: Requests under way at a time.
        progress: Called with the number done and the number of all.
        usage: Told of what the registry's entries do, for the lint.
        keys: Keys of the callers whose keys the recordings do not hold.
        dialect: In which the new side is asked: the requests translated, or as they are.

    Raises:
        CheckError: The new side cannot be asked, or the glob fits no route.
        ConfigError: The configuration is wrong.
        RecordingError: A recording cannot be read.
    """
    routes = load_routes(config)
    wanted = selected(routes, route)
    entries = resolved(read_recordings(recordings), keys or CallerKeys())
    async with open_side(side, config) as transport:
        replay = replay_in(dialect, entries, transport, config, usage)
        exchanges = await replay.run(wanted, concurrency=concurrency, progress=progress)
    count_usage(usage, exchanges)
    return result_of(exchanges, routes, limits, route)


def replay_in(
    dialect: Dialect,
    recordings: Sequence[Recording],
    side: Transport,
    config: Path,
    usage: Usage | None = None,
) -> Replay | FaceReplay:
    """What replays recordings in a dialect. ``usage``: told of what the registry's entries do. Raises ConfigError."""
    routes = load_routes(config)
    differ = Differ(load_registry(config), load_problems(config), usage=usage)
    replay = Replay(recordings, routes, differ, side)
    if dialect == "new":
        return replay
    judge = FaceJudge(differ.registry, load_legacy_errors(config), replay)
    return FaceReplay(recordings, routes, side, judge, translated=replay.translated)


def result_of(
    exchanges: Sequence[ReplayedExchange], routes: RouteMap, limits: FailureLimits, route: str | None
) -> CheckResult:
    """What a check found. ``route``: the glob of the routes that were wanted."""
    result = tally(exchanges)
    return CheckResult(result, tuple(breaches(result, routes, limits, route)), tuple(exchanges))


def selected(routes: RouteMap, route: str | None) -> Callable[[str], bool]:
    """Says of a route name whether a glob means it; None means all. Raises CheckError: it fits no route."""
    names = [*routes.routes, UNROUTED]
    if route is not None and not any(fnmatchcase(name, route) for name in names):
        raise CheckError(f"no route fits {route!r}; routes are named like dataset.get, dataset.list")
    return lambda name: route is None or fnmatchcase(name, route)


def count_usage(usage: Usage | None, exchanges: Iterable[ReplayedExchange]) -> None:
    """Tell the lint which entries the exchanges hit."""
    if usage is None:
        return
    for exchange in exchanges:
        compared, at = exchange.comparison, started(exchange.recording)
        usage.compared(exchange.route, compared.verdict, compared.deviations, at)


def breaches(
    result: Tally, routes: RouteMap, limits: FailureLimits, route: str | None, *, scenarios: bool = False
) -> list[str]:
    """Why a tally is no parity.

    A route that the recordings ask for, or that ``--route`` names in full, must have been compared at least once
    when it is implemented and only reads: a check that looks at nothing proves nothing. In scenarios this holds for
    the routes that write.
    """
    totals = result.totals
    known = Counter[str]()
    for cluster in result.clusters.values():
        if cluster_id(cluster.signature) in limits.accepted:
            known[cluster.verdict] += cluster.count
    found = [
        f"{count} {verdict}" + (f" beside {known[verdict]} in the baseline" if known[verdict] else "")
        for verdict in sorted(limits.fail_on)
        if (count := totals.of(verdict) - known[verdict]) > 0
    ]
    if totals.compared < limits.min_compared:
        found.append(f"{totals.compared} compared, fewer than the minimum of {limits.min_compared}")
    skipped = totals.skipped
    found.extend(
        f"{skipped.get(reason, 0)} skipped:{reason}, more than the maximum of {most}"
        for reason, most in sorted(limits.max_skipped.items())
        if skipped.get(reason, 0) > most
    )
    if totals.compared == 0:
        found.append("nothing was compared")
    for item in routes:
        counts = result.routes.get(item.name)
        asked = counts is not None or item.name == route
        if scenarios and not item.writes:
            continue
        if item.implemented and asked and (counts is None or counts.compared == 0):
            only_writes = counts is not None and counts.of(f"skipped:{SkipReason.WRITE}") == counts.received
            if not (item.writes and only_writes):
                found.append(f"nothing was compared for {item.name}")
    return found


@asynccontextmanager
async def open_side(side: str | InProcess, config: Path) -> AsyncIterator[Transport]:
    """Open the new side for the block. ``side``: its URL, or a backend to run in this process. Raises CheckError: it
    cannot be asked.
    """
    if isinstance(side, str):
        async with over_network(side) as transport:
            yield transport
    else:
        async with _in_process(side, config) as transport:
            yield transport


def check_side(url: str) -> None:
    """Refuse what is no URL of a side. Raises CheckError: it is none."""
    if not is_web_address(url):
        raise CheckError(f"{url!r} is no URL of a side; expected http://HOST:PORT")


@asynccontextmanager
async def over_network(url: str) -> AsyncIterator[Upstream]:
    """A side by its URL, refused at once when nobody listens there."""
    check_side(url)
    async with Upstream(url) as transport:
        probe = await observe(transport, "GET", b"/", deadline=15.0)
        if probe.status is None:
            raise CheckError(f"{url} does not answer: {probe.error}")
        yield transport


@asynccontextmanager
async def _in_process(side: InProcess, config: Path) -> AsyncIterator[Transport]:
    # Imported here: the backend is a package of its own, needed for this only.
    from backend.app import create_app
    from backend.clock import frozen_clock, system_clock

    configured = load_backend_settings(config)
    settings = replace(
        configured,
        database=side.database,
        public_url=side.public_url or configured.public_url,
        object_store_url=side.object_store_url or configured.object_store_url,
        files=side.files or configured.files,
    )
    clock = side.clock or (system_clock if side.now is None else frozen_clock(side.now))
    app = create_app(settings, clock, str(config))
    try:
        async with running(app) as transport:
            yield transport
    except ApplicationError as error:
        raise CheckError(str(error)) from error
