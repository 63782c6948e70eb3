"""``parity check --legacy URL``: ask two live servers the same, instead of comparing with recordings."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from config.problems import load_problems
from config.routes import RouteMap, load_routes
from config.settings import load_proxy_settings
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Headers, Observation, Outcome
from proxy.checking.check import (
    CheckResult,
    FailureLimits,
    InProcess,
    breaches,
    open_side,
    over_network,
    selected,
)
from proxy.checking.replay import Replay, ReplayedExchange, replayed, request_of, skip, tally
from proxy.compare.further import legacy_get
from proxy.compare.runner import UNDERIVED, compare_control, judge_again
from proxy.exchange.decision import Side
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.outbound.observe import NOT_RECORDED, observe
from proxy.outbound.transport import Transport
from proxy.recordings.callers import is_guess, key_in, role_of_key
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.recordings.request_lines import NOBODY_KNOWS, UNANSWERED
from proxy.runtime.pace import Pace

# The wire sets these anew.
_FRAMING: Final = frozenset({"host", "content-length", "transfer-encoding", "connection", "keep-alive"})


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How live servers are asked.

    Args:
        concurrency: Exchanges under way at a time.
        rate: Most requests per second to each side; None for no limit.
        writes: Also send what changes something, to both sides.
        deadline: Seconds for one answer.
    """

    concurrency: int = 8
    rate: float | None = None
    writes: bool = False
    deadline: float = 60.0


class LiveLegacy:
    """A live legacy server."""

    def __init__(self, side: Transport, asking: LiveOptions) -> None:
        self._side = side
        self._deadline = asking.deadline
        self._pace = Pace(asking.rate)

    async def answer(self, method: str, target: bytes, headers: Headers, body: bytes) -> Observation:
        """Ask it once."""
        await self._pace.turn()
        kept = tuple(pair for pair in headers if pair[0].lower() not in _FRAMING)
        return await observe(self._side, method, target, kept, body, deadline=self._deadline)

    async def to(self, request: RecordedRequest) -> Observation:
        """Ask it what somebody asked."""
        return await self.answer(request.method, request.target, request.headers, request.body)


class LiveReplay(Replay):
    """Asks both sides. A difference of a safe request is asked again, as the proxy does it.

    Args:
        requests: What is asked; recorded answers do not matter.
        differ: Compares.
        admin_keys: SHA-256 of the administrators' keys.
    """

    def __init__(
        self,
        requests: Sequence[Recording],
        routes: RouteMap,
        differ: Differ,
        legacy: LiveLegacy,
        new: Transport,
        asking: LiveOptions,
        admin_keys: Collection[str] = (),
    ) -> None:
        bare = [replace(item, response=UNANSWERED, raw={}) for item in requests]
        super().__init__(bare, routes, differ, new, deadline=asking.deadline, writes=True)
        self._routes = routes
        self._legacy = legacy
        self._asking = asking
        self._pace = Pace(asking.rate)
        self._admin_keys = frozenset(admin_keys)

    async def _exchange(
        self, recording: Recording, translation: Translation | Untranslatable
    ) -> ReplayedExchange:
        skipped = skip(recording, translation, writes=self._asking.writes)
        if skipped is not None or isinstance(translation, Untranslatable):
            exchange = replayed(recording, translation)
            exchange.judgement = exchange.settled(skipped or UNDERIVED)
            return exchange
        answered = replace(recording, response=await self._legacy.to(recording.request))
        exchange = await super()._exchange(answered, translation)
        if exchange.comparison.outcome is Outcome.MISMATCH and exchange.only_reads:
            await self._judge_again(exchange, translation)
        return exchange

    async def _judge_again(self, exchange: ReplayedExchange, translation: Translation) -> None:
        async def ask(side: Side) -> Observation:
            if side is Side.LEGACY:
                return await self._legacy.to(exchange.recording.request)
            return await self._ask(translation.request)

        async def judge(again: ReplayedExchange) -> None:
            self._lists.clear()  # older than these answers
            await self._judge(again)

        await judge_again(exchange, ask, compare_control, judge)

    async def _ask(self, request: Request) -> Observation:
        await self._pace.turn()
        return await super()._ask(request)

    async def _legacy_get(self, recording: Recording, translation: Translation) -> Observation:
        request = legacy_get(request_of(recording), translation, self._routes)
        if request is None:
            return NOT_RECORDED
        answer = await self._legacy.answer("GET", request.target, request.headers, b"")
        # The recorded server says that it cannot know: nothing can be derived.
        return NOT_RECORDED if answer.header("parity-recorded") == "no" else answer

    def _role(self, recording: Recording, translation: Translation) -> str:
        if recording.caller != NOBODY_KNOWS:
            return super()._role(recording, translation)
        return role_of_key(key_in(translation), self._admin_keys, recording.response)

    def _guessed(self, recording: Recording, role: str) -> bool:
        return recording.caller == NOBODY_KNOWS and is_guess(role)


class Replaying(Protocol):
    """What asks both sides (``LiveReplay``, ``proxy.checking.live_face.LiveFaceReplay``)."""

    async def run(
        self,
        selected: Callable[[str], bool] = ...,
        *,
        concurrency: int = ...,
        progress: Callable[[int, int], None] = ...,
    ) -> list[ReplayedExchange]:
        """Ask what is selected; as ``Replay.run``."""


Make = Callable[
    [
        Sequence[Recording],
        RouteMap,
        Differ,
        LiveLegacy,
        Transport,
        LiveOptions,
        Collection[str],
    ],
    Replaying,
]


async def check_live(
    requests: Sequence[Recording],
    legacy: str,
    new: str | InProcess,
    config: Path,
    *,
    limits: FailureLimits,
    asking: LiveOptions,
    route: str | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    make: Make = LiveReplay,
) -> CheckResult:
    """Ask both sides and say whether there is parity. Returns the counts and the breaches, as ``parity check
    --recordings`` has them.

    Args:
        requests: What is asked (proxy.recordings.request_lines).
        legacy: URL of the legacy side.
        new: URL of the new side, or a backend to run in this process.
        limits: What makes the check fail.
        route: Glob of route names; only their requests are sent.
        progress: Called with the number done and the number of all.
        make: Makes what asks them; in PHP's dialect that is ``proxy.checking.live_face.in_its_dialect``.

    Raises:
        CheckError: A side cannot be asked, or the glob fits no route.
        ConfigError: The configuration is wrong.
    """
    routes = load_routes(config)
    wanted = selected(routes, route)
    differ = Differ(load_registry(config), load_problems(config))
    async with AsyncExitStack() as stack:
        side = LiveLegacy(await stack.enter_async_context(over_network(legacy)), asking)
        transport = await stack.enter_async_context(open_side(new, config))
        replay = make(
            requests, routes, differ, side, transport, asking, load_proxy_settings(config).admin_keys
        )
        exchanges = await replay.run(wanted, concurrency=asking.concurrency, progress=progress)
    result = tally(exchanges)
    return CheckResult(result, tuple(breaches(result, routes, limits, route)))
