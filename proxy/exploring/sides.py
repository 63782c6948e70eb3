"""Two servers of the new API against each other (A/A): nothing is documented to differ."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from config.routes import RouteMap
from diffing.compare import Differ
from diffing.model import Observation, Outcome
from diffing.problem import MEDIA_TYPE
from proxy.checking.live import LiveLegacy, LiveOptions, LiveReplay
from proxy.checking.replay import ReplayedExchange, replayed, skip
from proxy.compare.runner import UNDERIVED, compare_control, judge_again
from proxy.exchange.decision import Side
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.exploring.harvest import Ask
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.outbound.upstream import Upstream
from proxy.recordings.recording import Recording
from proxy.translate.to_new import legacy_to_new

# PHP answers it, and so does a backend with the legacy face.
_OF_PHP: Final = b"/api/v1/json/tasktype/list"
# Nobody has it, and each API says so as it says everything.
_OF_NOBODY: Final = b"/nothing/of/ours"


async def speaks_new(side: LiveLegacy) -> bool:
    """Whether a server is one of the new API, perhaps among others."""
    return await _refuses(side, _OF_PHP) or await _refuses(side, _OF_NOBODY)


async def speaks_legacy(side: LiveLegacy) -> bool:
    """Whether a server speaks PHP's dialect, perhaps among others."""
    return not await _refuses(side, _OF_PHP)


async def _refuses(side: LiveLegacy, target: bytes) -> bool:
    """Whether a server says of a path that there is none, in the words of the new API."""
    answer = await side.answer("GET", target, (), b"")
    kind = (answer.header("content-type") or "").partition(";")[0]
    return answer.status == 404 and kind == MEDIA_TYPE


def asking(side: LiveLegacy, routes: RouteMap, *, new: bool) -> Ask:
    """How a side is asked for a target of the legacy dialect. ``new``: it is a server of the new API."""

    async def ask(target: str) -> Observation:
        request = Request("GET", target.encode())
        twin = legacy_to_new(request, routes) if new else request
        if isinstance(twin, Untranslatable):
            return Observation(None, (), b"", error=twin.reason)
        return await side.answer(twin.method, twin.target, twin.headers, twin.body)

    return ask


class SameSides(LiveReplay):
    """Asks two servers of the new API what the requests are for it. ``differ``: not asked, for nothing is documented.
    ``second``: the other one.
    """

    def __init__(
        self,
        requests: Sequence[Recording],
        routes: RouteMap,
        differ: Differ,
        first: LiveLegacy,
        second: Upstream,
        asking: LiveOptions,
    ) -> None:
        super().__init__(requests, routes, differ, first, second, asking)
        self._translated = [
            (recording, _meant(recording, found, routes)) for recording, found in self._translated
        ]

    async def _exchange(
        self, recording: Recording, translation: Translation | Untranslatable
    ) -> ReplayedExchange:
        exchange = replayed(recording, translation)
        skipped = skip(recording, translation, writes=self._asking.writes)
        if skipped is not None or isinstance(translation, Untranslatable):
            exchange.judgement = exchange.settled(skipped or UNDERIVED)
            return exchange
        first, second = await asyncio.gather(self._first(translation), self._second(translation))
        answered = replace(recording, response=first)
        exchange = replayed(answered, translation)
        exchange.new, exchange.control = second, True
        exchange.asked = self.asked(answered, translation)

        async def ask(side: Side) -> Observation:
            return await (self._first if side is Side.LEGACY else self._second)(translation)

        async def judge(asked: ReplayedExchange) -> None:
            asked.judgement = await _compared(asked)

        await judge(exchange)
        if exchange.comparison.outcome is Outcome.MISMATCH and exchange.only_reads:
            await judge_again(exchange, ask, _compared, judge)
        return exchange

    async def _first(self, translation: Translation) -> Observation:
        return await self._legacy.answer(
            translation.method, translation.target, translation.headers, translation.body
        )

    async def _second(self, translation: Translation) -> Observation:
        return await self._ask(translation.request)


def _meant(
    recording: Recording, translation: Translation | Untranslatable, routes: RouteMap
) -> Translation | Untranslatable:
    """The translation; a request that only the new API knows is its own."""
    route = routes.routes.get(recording.endpoint)
    if route is None or route.legacy is not None:
        return translation
    asked = recording.request
    return Translation(asked.method, asked.target, asked.headers, asked.body, route, {}, "json", route.writes)


async def _compared(exchange: Exchange) -> Judgement:
    if exchange.translated.parameters.get("order") == "random":
        # Which one is picked proves nothing.
        first, second = exchange.pair
        exchange = replace(exchange, legacy=replace(first, body=b""), new=replace(second, body=b""))
    return await compare_control(exchange)
