"""``parity check --queue``: the workers of a fleet replay the recordings."""

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

from config.queue import QueueSettings
from config.routes import load_routes
from config.version import told
from proxy.checking.check import CheckError, CheckResult, Dialect, FailureLimits, result_of, selected
from proxy.checking.replay import ReplayedExchange, request_of, route_name
from proxy.checking.shares import decode_results, encode_share, shares_of
from proxy.fleet.seal import load_seal
from proxy.fleet.shares import ShareStream
from proxy.fleet.spread import Spread
from proxy.recordings.caller_keys import CallerKeys, resolved
from proxy.recordings.recording import read_recordings
from proxy.rollout.live_config import rules_digest
from proxy.translate.to_new import legacy_to_new


async def check_over_fleet(
    recordings: tuple[Path, ...],
    queue: QueueSettings,
    config: Path,
    *,
    limits: FailureLimits,
    route: str | None = None,
    concurrency: int = 8,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    keys: CallerKeys | None = None,
    dialect: Dialect = "new",
) -> CheckResult:
    """As ``check``, by the new side of the workers and by the rules of this configuration.

    Args:
        concurrency: Requests of one worker under way at a time.

    Raises:
        CheckError: The queue has no key, or the glob fits no route.
        NobodyWorks: No worker takes a share.
        ShareRefused: A worker does not do its share.
    """
    seal = load_seal(queue)
    if seal is None:
        raise CheckError("recordings travel sealed: give the key of the workers, PARITY_QUEUE_KEY_FILE=FILE")
    routes = load_routes(config)
    wanted = selected(routes, route)
    entries = resolved(read_recordings(recordings), keys or CallerKeys())
    translated = [(one, legacy_to_new(request_of(one), routes)) for one in entries]
    chosen = [place for place, (_, translation) in enumerate(translated) if wanted(route_name(translation))]
    shares = list(shares_of(translated, chosen, dialect, rules_digest(config), told(), concurrency))
    found: dict[int, list[ReplayedExchange]] = {}

    def share(number: int) -> bytes:
        return encode_share(shares[number][0])

    def answered(number: int, answer: bytes) -> None:
        found[number] = decode_results(answer, shares[number][1], dialect)
        progress(sum(map(len, found.values())), len(chosen))

    progress(0, len(chosen))
    async with aclosing(ShareStream(queue, seal)) as stream:
        await Spread(stream, share, answered).work(len(shares))
    exchanges = [exchange for number in range(len(shares)) for exchange in found[number]]
    return result_of(exchanges, routes, limits, route)
