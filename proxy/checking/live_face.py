"""``parity check --legacy URL --dialect legacy``: ask PHP and the new side's legacy face the same, and compare that."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from config.legacy_errors import LegacyErrors, load_legacy_errors
from config.php.requests import read_api_path, read_target
from config.routes import RouteMap
from diffing.compare import Differ
from diffing.face import FaceAsked, face_asked
from diffing.model import Comparison, Observation, Outcome, SkipReason
from proxy.checking.face_replay import FaceReplay, facts
from proxy.checking.live import LiveLegacy, LiveOptions, LiveReplay, Make
from proxy.checking.replay import Replay, ReplayedExchange, replayed
from proxy.compare.face_judge import FaceJudge
from proxy.compare.runner import compare_control, judge_again
from proxy.exchange.decision import Side
from proxy.message.translation import Translation, Untranslatable
from proxy.outbound.transport import Transport
from proxy.recordings.recording import Recording
from proxy.recordings.request_lines import UNANSWERED
from proxy.runtime.pace import Pace

_SAFE = ("GET", "HEAD", "OPTIONS")


def in_its_dialect(config: Path) -> Make:
    """Makes what asks both sides in PHP's dialect."""
    errors = load_legacy_errors(config)

    def make(
        requests: Sequence[Recording],
        routes: RouteMap,
        differ: Differ,
        legacy: LiveLegacy,
        new: Transport,
        asking: LiveOptions,
        admin_keys: Collection[str],
    ) -> "LiveFaceReplay":
        return LiveFaceReplay(requests, routes, differ, errors, legacy, new, asking, admin_keys)

    return make


class Twin(LiveReplay):
    """Asks the new API what PHP has just answered: what the registry says of that holds for the face, too."""

    async def _exchange(
        self, recording: Recording, translation: Translation | Untranslatable
    ) -> ReplayedExchange:
        return await Replay._exchange(self, recording, translation)


class LiveFaceReplay(FaceReplay):
    """Asks both sides in PHP's dialect. A difference of a safe request is asked again, as the proxy does it.

    Args:
        requests: What is asked; recorded answers do not matter.
        differ: Compares answers of the new API.
        errors: PHP's codes.
        admin_keys: SHA-256 of the administrators' keys.
    """

    def __init__(
        self,
        requests: Sequence[Recording],
        routes: RouteMap,
        differ: Differ,
        errors: LegacyErrors,
        legacy: LiveLegacy,
        new: Transport,
        asking: LiveOptions,
        admin_keys: Collection[str] = (),
    ) -> None:
        bare = [replace(item, response=UNANSWERED, raw={}, defect=None) for item in requests]
        self._twin = Twin(bare, routes, differ, legacy, new, asking, admin_keys)
        judge = FaceJudge(differ.registry, errors, self._twin)
        super().__init__(
            bare,
            routes,
            new,
            judge,
            translated=self._twin.translated,
            deadline=asking.deadline,
            writes=asking.writes,
        )
        self._legacy = legacy
        self._asking = asking
        self._pace = Pace(asking.rate)

    async def step(self, recording: Recording, translation: Translation | Untranslatable) -> ReplayedExchange:
        """Ask both sides one request now; arguments and result as of ``FaceReplay.step``."""
        reason = self._unasked(recording, translation)
        if reason is not None:
            exchange = replayed(recording, translation, face=True)
            exchange.judgement = exchange.settled(Comparison(Outcome.SKIPPED, reason))
            return exchange
        answered = replace(recording, response=await self._legacy.to(recording.request))
        exchange = await super().step(answered, translation)
        if isinstance(translation, Translation):
            exchange.asked = self._twin.asked(answered, translation)
        if exchange.comparison.outcome is not Outcome.MISMATCH or not exchange.only_reads:
            return exchange

        async def ask(side: Side) -> Observation:
            request = recording.request
            return await (
                self._legacy.to(request) if side is Side.LEGACY else self._ask(recording, request.target)
            )

        async def judge(again: ReplayedExchange) -> None:
            self._whole.clear()  # older than these answers
            await self._judge_answers(again, replace(recording, response=again.pair[0]), translation)

        await judge_again(exchange, ask, compare_control, judge)
        return exchange

    def _unasked(self, recording: Recording, translation: Translation | Untranslatable) -> SkipReason | None:
        in_api = read_api_path(read_target(recording.request.target).segments) is not None
        if isinstance(translation, Untranslatable) and not in_api:
            return SkipReason.NO_ROUTE  # a page of the website
        if isinstance(translation, Translation) and translation.route is not None:
            writes = translation.writes
        else:
            writes = recording.request.method not in _SAFE
        return SkipReason.WRITE if writes and not self._asking.writes else None

    def _skipped(self, recording: Recording, translation: Translation | Untranslatable) -> bool:  # noqa: ARG002  # decided before
        return False

    def _facts(self, recording: Recording, translation: Translation | Untranslatable) -> FaceAsked:
        noted = facts(recording, translation)
        if not isinstance(translation, Translation):
            return noted
        asked = self._twin.asked(recording, translation)
        seen = face_asked(asked, recording.response)
        # A file of recordings may know of more that PHP leaves open than the route map.
        return replace(
            noted,
            unordered=noted.unordered or seen.unordered,
            limited=noted.limited or seen.limited,
            defect=seen.defect,
            page=noted.page or seen.page,
        )

    async def _ask(self, recording: Recording, target: bytes) -> Observation:
        await self._pace.turn()
        return await super()._ask(recording, target)
