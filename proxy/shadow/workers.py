"""The shadow: what was served is asked of the other side too, compared, and counted. No client waits for it."""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from config.rollout import Dialect
from config.routes import RouteMap
from config.settings import ProxySettings
from config.tasks import Tasks
from diffing.coding import codings, readable
from diffing.further import Further
from diffing.model import Asked, Comparison, FollowUp, Observation, Outcome, SkipReason
from diffing.parity import FAILING
from proxy.compare.comparer import Comparer
from proxy.compare.control import by_length
from proxy.compare.facts import asked_by, facts_of
from proxy.compare.further import WHOLE_LISTS, bare_get, further_requests, legacy_get
from proxy.compare.repairs import Repairs, may_be_repaired
from proxy.compare.runner import first_answered, judge_again, settle
from proxy.exchange.decision import Side
from proxy.exchange.example import asked_facts, example_of
from proxy.exchange.exchange import Exchange
from proxy.log.counters import Verdicts
from proxy.message.redact import MOST_SECRETS, Redactor
from proxy.message.trace import FinishedSpan
from proxy.message.translation import Request, Translation
from proxy.outbound.observe import NOT_RECORDED, TOO_LARGE
from proxy.runtime.telemetry import Telemetry
from proxy.shadow.breaker import Breaker
from proxy.shadow.evidence import evidence_of, secrets_in
from proxy.shadow.requests import ShadowRequests
from proxy.shadow.spans import NO_SPANS, Spans
from proxy.shadow.tap import Tap

_LOGGER = logging.getLogger(__name__)
_WORKER: Final = "shadow worker"


class ShadowWorkers:
    """Workers that ask the other side and compare.

    Args:
        comparer: Compares in a process of its own.
        counters: Where verdicts are counted.
        telemetry: Where operators' numbers are counted.
        tap: Records what legacy answers; None for no recording.
        repairs: Judges what the legacy face answers otherwise than PHP on purpose.
        spans: Takes the spans of comparisons.
    """

    def __init__(
        self,
        requests: ShadowRequests,
        comparer: Comparer,
        counters: Verdicts,
        routes: RouteMap,
        settings: ProxySettings,
        *,
        telemetry: Telemetry | None = None,
        tap: Tap | None = None,
        repairs: Repairs | None = None,
        spans: Spans = NO_SPANS,
    ) -> None:
        self._repairs = repairs
        self._comparer = comparer
        self._counters = counters
        self._routes = routes
        self._settings = settings.shadow
        self._redactor = Redactor()
        self._admin_keys = frozenset(settings.admin_keys)
        # How much may wait is up to the process that serves.
        self._queue: asyncio.Queue[Exchange] = asyncio.Queue()
        self._telemetry = telemetry or Telemetry()
        self._spans = spans
        self._requests = requests
        self._limited_lists = 0
        self._tap = tap
        self._breakers = {side: self._breaker(side) for side in Side}

    def use(self, routes: RouteMap, files: Path) -> None:
        """Go by another configuration."""
        self._routes = routes
        if self._repairs is not None:
            self._repairs.use(files)

    def open_breakers(self) -> list[str]:
        """The sides that are left alone just now."""
        return [side.value for side, breaker in self._breakers.items() if breaker.is_open]

    @property
    def waiting(self) -> int:
        """Exchanges that wait to be compared."""
        return self._queue.qsize()

    def _breaker(self, side: Side) -> Breaker:
        def opened() -> None:
            self._telemetry.breaker_opened[side.value] += 1
            _LOGGER.warning("the %s side does not answer in the shadow and is left alone for a while", side)

        return Breaker(self._settings.breaker_failures, self._settings.breaker_seconds, opened)

    def offer(self, exchange: Exchange) -> None:
        """Take a served exchange over. Never waits."""
        self._queue.put_nowait(exchange)

    def settle(self, exchange: Exchange, comparison: Comparison) -> None:
        """Give an exchange a verdict without comparing."""
        exchange.judgement = exchange.settled(comparison)
        self._note(exchange)

    def start(self, tasks: Tasks) -> None:
        """Work on exchanges until the tasks are stopped."""
        for _ in range(self._settings.workers):
            tasks.start(_WORKER, lambda: self._work(tasks))

    async def drain(self, seconds: float) -> None:
        """Wait for the verdicts of what waits; what is not done in time is shed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._queue.join()
        while not self._queue.empty():
            self.settle(self._queue.get_nowait(), Comparison(Outcome.SHED))
            self._queue.task_done()

    async def _work(self, tasks: Tasks) -> None:
        while True:
            exchange = await self._queue.get()
            try:
                await self._work_on(exchange)
            except asyncio.CancelledError:
                self.settle(exchange, Comparison(Outcome.SHED))
                raise
            except Exception as error:
                # Whatever goes wrong here must neither stop the workers nor lose the exchange.
                error.add_note(f"on an exchange of {exchange.route}")
                tasks.failed(_WORKER, error)
                self._give_up(exchange)
            finally:
                self._queue.task_done()

    def _give_up(self, exchange: Exchange) -> None:
        # Nothing is made of the exchange: whatever broke the worker may be in it.
        exchange.judgement = exchange.settled(Comparison(Outcome.BOTH_ERROR))
        self._counters.add(exchange)

    async def _work_on(self, exchange: Exchange) -> None:
        decision = exchange.decision
        assert isinstance(decision.translation, Translation)
        if (
            exchange.request.method == "HEAD"
            and decision.dialect is Dialect.NEW
            and decision.served is Side.NEW
        ):
            # PHP has no HEAD, its GET has a body, and the new side's answer has none.
            self.settle(exchange, Comparison(Outcome.SKIPPED, SkipReason.UNDERIVED))
            return
        if exchange.served.error == TOO_LARGE and not exchange.passes_unchanged:
            # Nothing could be compared with the other side's answer.
            self.settle(exchange, Comparison(Outcome.TOO_LARGE))
            return
        fresh = exchange.other is None
        if fresh:
            exchange.control = self._settings.control
            asking = decision.served if exchange.control else decision.served.other
            exchange.put(decision.served.other, await self._unless_open(exchange, asking))
        if exchange.legacy is None or exchange.new is None:
            self.settle(exchange, Comparison(Outcome.SKIPPED, SkipReason.BREAKER_OPEN))
            return
        exchange.legacy, exchange.new = (
            await self._readable(exchange.legacy),
            await self._readable(exchange.new),
        )
        await self._answered(exchange, fresh=fresh)

    async def _answered(self, exchange: Exchange, *, fresh: bool) -> None:
        """Judge an exchange that both sides have answered. ``fresh``: the other side was asked just now."""
        decision = exchange.decision
        exchange.asked = self._asked(exchange)
        started = time.time()
        await self._judge(exchange)
        if fresh and self._is_doubtful(exchange):
            await self._judge_again(exchange)
        self._took(exchange, started)
        self._note(exchange, compared=True)
        if self._tap is not None and decision.dialect is Dialect.LEGACY and not decision.writes:
            # Of a write a recording would have to say what was there before.
            self._tap.add(exchange)

    def _asked(self, exchange: Exchange) -> Asked:
        return asked_by(exchange, self._admin_keys)

    async def _readable(self, answer: Observation) -> Observation:
        """Undone before anything is compared, kept or recorded: secrets are not seen in a coded body."""
        if not codings(answer.headers):
            return answer
        return await asyncio.to_thread(readable, answer, self._settings.answer_bytes)

    async def _unless_open(self, exchange: Exchange, side: Side) -> Observation | None:
        breaker = self._breakers[side]
        if not breaker.allows():
            return None
        observation = await self._ask(exchange, side)
        # The served answer was short enough to be compared. When the other side's is not, again and again, something is
        # wrong with it, and reading it costs the machine that serves.
        breaker.note(
            observation.error is None or (observation.error == TOO_LARGE and exchange.passes_unchanged)
        )
        return observation

    async def _judge(self, exchange: Exchange, *, sampled: bool = True) -> None:
        legacy, new = exchange.pair
        if TOO_LARGE in (legacy.error, new.error) and exchange.passes_unchanged and not exchange.control:
            exchange.judgement = exchange.settled(by_length(legacy, new))
            return

        async def ask(further: Further) -> Observation | SkipReason:
            # A rehearsal is over when its answer is here: what could be asked now is another state. Only what its
            # caller may see is as it was: nobody can write what they may not see.
            if exchange.decision.rehearse and further[0] is not FollowUp.PREMISE:
                return SkipReason.UNDERIVED
            if sampled and self._passed_over(*further):
                return SkipReason.LIMITED
            return await self._further(exchange, further)

        await settle(exchange, self._comparer.compare, ask)
        if self._repairs is not None and may_be_repaired(exchange):
            await self._repair(self._repairs, exchange)

    async def _repair(self, repairs: Repairs, exchange: Exchange) -> None:
        """Judge anew an answer of the face that may differ from PHP's on purpose."""
        api = replace(exchange, decision=replace(exchange.decision, face=False), answers={})

        async def of_the_new_api() -> Exchange:
            api.new = await self._ask(api, Side.NEW)
            await self._judge(api, sampled=False)
            return api

        async def ask(target: bytes) -> Observation:
            return await self._send(exchange, Side.NEW, replace(exchange.request, target=target))

        await repairs.judge(exchange, of_the_new_api, ask)

    def _is_doubtful(self, exchange: Exchange) -> bool:
        """Whether a difference may be a race: something was written between the two answers."""
        return (
            self._settings.reask
            and not self._settings.control
            and exchange.comparison.outcome is Outcome.MISMATCH
            and not exchange.decision.writes
            and exchange.only_reads
        )

    async def _judge_again(self, exchange: Exchange) -> None:
        self._telemetry.reasked += 1

        async def judge(again: Exchange) -> None:
            await self._judge(again, sampled=False)

        await judge_again(exchange, partial(self._ask, exchange), self._comparer.compare, judge)

    def _passed_over(self, kind: FollowUp, path: str | None) -> bool:
        """Whether a whole list is not asked for this time: it costs much, so that every n-th one is enough."""
        if path is not None or kind not in WHOLE_LISTS:
            return False
        self._limited_lists += 1
        return self._limited_lists % self._settings.unlimited_every != 1 % self._settings.unlimited_every

    async def _further(self, exchange: Exchange, further: Further) -> Observation:
        translation = exchange.translated
        if further[0] is FollowUp.LEGACY_GET:
            native = exchange.decision.native is Side.LEGACY
            get = (
                legacy_get(exchange.request, translation, self._routes)
                if native
                else bare_get(translation.request)
            )
            answer = NOT_RECORDED if get is None else await self._send(exchange, Side.LEGACY, get)
        else:
            asked = exchange.request_for(Side.NEW)
            requests = further_requests(further, asked, translation.route, face=exchange.decision.face)
            answer = await first_answered(requests, lambda request: self._send(exchange, Side.NEW, request))
        # The recorded server says that it cannot know: nothing can be derived.
        return NOT_RECORDED if answer.header("parity-recorded") == "no" else answer

    async def _ask(self, exchange: Exchange, side: Side) -> Observation:
        return await self._send(exchange, side, exchange.request_for(side))

    async def _send(self, exchange: Exchange, side: Side, request: Request) -> Observation:
        return await self._requests.send(exchange, side, request)

    def _took(self, exchange: Exchange, started: float) -> None:
        """Count how long it took to come to a verdict, further answers and asking again included."""
        seconds = max(0.0, time.time() - started)
        self._telemetry.took("compared", exchange.decision.asked.value, seconds)
        if exchange.span is not None:
            verdict = exchange.comparison.verdict
            name, about = f"compared {exchange.route}", {"parity.verdict": verdict}
            failed = verdict in FAILING
            self._spans.add(FinishedSpan(name, exchange.span.child(), started, seconds, about, failed))

    def _note(self, exchange: Exchange, *, compared: bool = False) -> None:
        judgement, legacy, new = exchange.judgement, exchange.legacy, exchange.new
        assert judgement is not None
        fails = judgement.comparison.verdict in FAILING
        known = secrets_in(exchange) if fails else frozenset()
        seconds = None
        if compared and legacy and new and None not in (legacy.status, new.status):
            seconds = legacy.seconds, new.seconds
        if len(known) > MOST_SECRETS:
            # Each would have to be looked for in everything that is kept.
            signature = f"{exchange.name} (too many secrets to show)"
            judgement = replace(judgement, signature=signature, seconds=seconds)
        elif compared:
            judgement = replace(judgement, facts=facts_of(exchange), seconds=seconds)
        if fails and len(known) <= MOST_SECRETS:
            # Only what somebody has to look at is kept as an example.
            judgement = replace(
                judgement,
                signature=self._redactor.scrubbed(judgement.signature, known),
                example=example_of(
                    exchange.request,
                    judgement.comparison,
                    legacy,
                    new,
                    self._redactor,
                    known,
                    asked=asked_facts(exchange.asked) if compared and exchange.asked else None,
                    values=self._settings.store_bodies,
                ),
                evidence=evidence_of(exchange, self._redactor)
                if compared and self._settings.store_bodies
                else None,
            )
        exchange.judgement = judgement
        self._counters.add(exchange)
