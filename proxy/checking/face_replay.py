"""Asks the backend's legacy face what the recordings asked PHP, as it is, and compares the two answers."""

import asyncio
import re
from collections.abc import Callable, Collection, Sequence

from config.routes import Route, RouteMap
from diffing.face import VOLATILE, FaceAsked, compare_faces
from diffing.further import NONE, WHOLE, Answers, Further
from diffing.model import Comparison, Observation, Outcome, SkipReason
from proxy.checking.replay import ReplayedExchange, chosen_of, replay_each, replayed, request_of
from proxy.compare.face_judge import FaceJudge
from proxy.compare.further import further_requests
from proxy.compare.runner import first_answered, settle
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.outbound.observe import observe
from proxy.outbound.transport import Transport
from proxy.recordings.recording import Recording
from proxy.translate.to_new import legacy_to_new

# Errors that list ids or values as an index has them (PHP took them from its search index).
_LISTING = re.compile(rb'"code":"(?:324|622)"|<oml:code>(?:324|622)<')
# What goes over the wire anew, or belongs to the connection.
_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


class FaceReplay:
    """Replays recordings in the dialect that they are in.

    Args:
        side: The backend.
        judge: Judges answers that differ, of the same recordings; None to leave that.
        translated: The recordings with their translations, where these are known.
        deadline: Seconds for one answer.
        writes: Also ask for what changes something.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        routes: RouteMap,
        side: Transport,
        judge: FaceJudge | None = None,
        *,
        translated: Sequence[tuple[Recording, Translation | Untranslatable]] | None = None,
        deadline: float = 60.0,
        writes: bool = False,
    ) -> None:
        self._side = side
        self._judge = judge
        self._deadline = deadline
        self._writes = writes
        self.translated: Sequence[tuple[Recording, Translation | Untranslatable]] = (
            [(recording, _translated(recording, routes)) for recording in recordings]
            if translated is None
            else translated
        )
        """The recordings, each with what names its route."""
        self._whole: dict[tuple[str, bytes], asyncio.Task[Observation]] = {}

    async def run(
        self,
        selected: Callable[[str], bool] = lambda _: True,
        *,
        only: Collection[int] | None = None,
        concurrency: int = 8,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> list[ReplayedExchange]:
        """Replay the recordings of the selected routes; arguments and result as of ``Replay.run``."""
        chosen = chosen_of(self.translated, selected, only)
        return await replay_each(chosen, self.step, concurrency, progress)

    async def step(self, recording: Recording, translation: Translation | Untranslatable) -> ReplayedExchange:
        """Replay one recording now. ``translation``: names its route."""
        if self._writes:
            self._whole.clear()  # an earlier step may have changed what is there
        exchange = replayed(recording, translation, face=True)
        if self._skipped(recording, translation):
            exchange.judgement = exchange.settled(Comparison(Outcome.SKIPPED, SkipReason.WRITE))
            return exchange
        before = NONE if self._judge is None else await self._judge.ahead(recording, translation)
        exchange.new = await self._ask(recording, recording.request.target)
        await self._judge_answers(exchange, recording, translation, before)
        return exchange

    async def _judge_answers(
        self,
        exchange: ReplayedExchange,
        recording: Recording,
        translation: Translation | Untranslatable,
        before: Answers = NONE,
    ) -> None:
        """Settle an exchange that both sides have answered. ``before``: what the new API said before a write."""
        asked = self._facts(recording, translation)
        face = exchange.new
        assert face is not None

        async def compare(exchange: Exchange) -> Judgement:
            return exchange.judged(
                compare_faces(asked, recording.response, face, exchange.answers.get(WHOLE))
            )

        async def further(wanted: Further) -> Observation:
            return await self._whole_list(wanted, recording, translation)

        await settle(exchange, compare, further)
        found = exchange.comparison
        if found.outcome is Outcome.MATCH and recording.volatile:
            # A random pick that happens to be the same proves no more than another one.
            found = Comparison(Outcome.EXPLAINED, deviations=(VOLATILE,))
        if found.outcome in (Outcome.LEGACY_ERROR, Outcome.MISMATCH) and self._judge is not None:

            async def ask(target: bytes) -> Observation:
                return await self._ask(recording, target)

            found = await self._judge.judge(recording, translation, face, found, ask, before)
        if found is not exchange.comparison:
            exchange.judgement = exchange.judged(found)

    def _facts(self, recording: Recording, translation: Translation | Untranslatable) -> FaceAsked:
        return facts(recording, translation)

    def _skipped(self, recording: Recording, translation: Translation | Untranslatable) -> bool:
        if self._writes or recording.scenario is not None:
            return False
        writes = isinstance(translation, Translation) and translation.writes
        return writes and (recording.response.status or 0) < 400

    async def _whole_list(
        self, wanted: Further, recording: Recording, translation: Translation | Untranslatable
    ) -> Observation:
        async def ask(one: Request) -> Observation:
            key = recording.caller, one.target
            task = self._whole.get(key)
            if task is None:
                task = asyncio.create_task(self._ask(recording, one.target), name="whole list")
                self._whole[key] = task
            return await task

        return await first_answered(
            further_requests(wanted, request_of(recording), route_of(translation), face=True), ask
        )

    async def _ask(self, recording: Recording, target: bytes) -> Observation:
        request = recording.request
        headers = tuple(pair for pair in request.headers if pair[0].lower() not in _FRAMING)
        return await observe(
            self._side,
            request.method,
            target,
            headers,
            request.body,
            deadline=self._deadline,
            body_cap=64 * 1024 * 1024,
        )


def facts(recording: Recording, translation: Translation | Untranslatable) -> FaceAsked:
    """What comparing must know of a recorded request."""
    route = route_of(translation)
    legacy = route.legacy if route is not None else None
    # Recorded between writes, a list of texts says of itself no more than the route map does: nothing orders it.
    texts = route is not None and any(
        rows.at == "$" and not rows.key and not rows.ordered for rows in route.rows
    )
    return FaceAsked(
        method=recording.request.method,
        native=legacy is not None and legacy.native,
        envelope=legacy.envelope if legacy is not None else (),
        unordered=recording.unordered or texts,
        limited=recording.limited,
        volatile=recording.volatile,
        listed=_LISTING.search(recording.response.body) is not None,
        page=recording.body_dropped,
        defect=recording.defect is not None,
    )


def route_of(translation: Translation | Untranslatable) -> Route | None:
    """The route of a request, as far as there is one."""
    return translation.route if isinstance(translation, Translation) else None


def _translated(recording: Recording, routes: RouteMap) -> Translation | Untranslatable:
    return legacy_to_new(request_of(recording), routes)
