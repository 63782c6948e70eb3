"""Replay recordings against the new side and compare its answers with the recorded ones."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config import text
from config.rollout import Dialect
from config.routes import RouteMap
from diffing.compare import Differ
from diffing.further import MOST, Further
from diffing.model import (
    UNROUTED,
    Asked,
    Comparison,
    FollowUp,
    Observation,
    Outcome,
    SkipReason,
)
from proxy.compare.further import WHOLE_LISTS, further_requests
from proxy.compare.runner import UNDERIVED, compared, settle
from proxy.compare.tally import Tally
from proxy.exchange.decision import Decision, Side
from proxy.exchange.example import REQUEST, example
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.message.redact import redacted_target
from proxy.message.translation import Request, Translation, Untranslatable
from proxy.outbound.observe import NOT_RECORDED, observe
from proxy.outbound.transport import Transport
from proxy.recordings.callers import caller_id, key_of, raw_key, role_of, role_told, roles_by_key
from proxy.recordings.recording import Recording
from proxy.translate.to_new import legacy_to_new

TranslatedRecording = tuple[Recording, Translation | Untranslatable]
"""A recording with its request for the new side, or why there is none."""
NOT_IMPLEMENTED = Comparison(Outcome.SKIPPED, SkipReason.NOT_IMPLEMENTED)


@dataclass(slots=True, kw_only=True)
class ReplayedExchange(Exchange):
    """An exchange that was recorded: its legacy answer is the recorded one."""

    recording: Recording


def replayed(
    recording: Recording, translation: Translation | Untranslatable, *, face: bool = False
) -> ReplayedExchange:
    """A recording that the new side is to be asked, in PHP's dialect where ``face``."""
    route, writes = (
        (translation.route, translation.writes) if isinstance(translation, Translation) else (None, False)
    )
    decision = Decision(Dialect.LEGACY, route, translation, Side.LEGACY, None, writes, face=face)
    return ReplayedExchange(
        request=request_of(recording), decision=decision, legacy=recording.response, recording=recording
    )


def request_of(recording: Recording) -> Request:
    """What was asked."""
    asked = recording.request
    return Request(asked.method, asked.target, asked.headers, asked.body)


class Replay:
    """Asks the new side what the recordings asked the legacy side.

    Args:
        recordings: All recordings that may be needed, also those that only answer follow-ups.
        differ: Compares.
        deadline: Seconds for one answer.
        body_cap: Most bytes of one answer.
        writes: Also ask for what changes something: the side has a database of its own for it.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        routes: RouteMap,
        differ: Differ,
        side: Transport,
        *,
        deadline: float = 60.0,
        body_cap: int = 64 * 1024 * 1024,
        writes: bool = False,
    ) -> None:
        self._differ = differ
        self._writes = writes
        self._side = side
        self._deadline = deadline
        self._body_cap = body_cap
        self._translated = [
            (recording, legacy_to_new(request_of(recording), routes)) for recording in recordings
        ]
        self._roles = roles_by_key(self._translated)
        self._legacy_gets = {
            translation.target: recording.response
            for recording, translation in reversed(self._translated)
            if isinstance(translation, Translation)
            and recording.request.method == "GET"
            and translation.format == "json"
        }
        self._lists: dict[Request, asyncio.Task[Observation]] = {}

    async def run(
        self,
        selected: Callable[[str], bool] = lambda _: True,
        *,
        only: Collection[int] | None = None,
        concurrency: int = 8,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> list[ReplayedExchange]:
        """Replay the recordings of the selected routes. Returns one exchange per selected recording, in their order.

        Args:
            selected: Says of a route name whether its recordings are replayed.
            only: The places of the recordings that are replayed; None for all.
            concurrency: Requests under way at a time.
            progress: Called with the number done and the number of all.
        """
        chosen = chosen_of(self._translated, selected, only)
        return await replay_each(chosen, self._exchange, concurrency, progress)

    @property
    def translated(self) -> Sequence[TranslatedRecording]:
        """The recordings, each with its request for the new side or why there is none."""
        return self._translated

    async def step(self, recording: Recording, translation: Translation | Untranslatable) -> ReplayedExchange:
        """Replay one recording now, after others that may have changed what is there. ``recording``: one of
        ``translated``.
        """
        self._lists.clear()
        return await self._exchange(recording, translation)

    async def _exchange(
        self, recording: Recording, translation: Translation | Untranslatable
    ) -> ReplayedExchange:
        exchange = replayed(recording, translation)
        skipped = skip(recording, translation, writes=self._writes)
        if skipped is not None or isinstance(translation, Untranslatable):
            exchange.judgement = exchange.settled(skipped or UNDERIVED)
            return exchange
        exchange.asked = self.asked(recording, translation)
        exchange.answers = await self.ahead(recording, translation)
        exchange.new = await self._ask(translation.request)
        await self._judge(exchange)
        return exchange

    async def ahead(self, recording: Recording, translation: Translation) -> dict[Further, Observation]:
        """What the new side says before it does what was asked, because that changes the answer; nothing of a read.
        ``recording``: one of ``translated``.
        """
        asked, answers = self.asked(recording, translation), dict[Further, Observation]()
        while translation.writes and len(answers) < MOST:
            further = self._differ.ahead(asked, recording.response, answers)
            if further is None:
                break
            answers[further] = await self._further(further, recording, translation)
        return answers

    def asked(self, recording: Recording, translation: Translation) -> Asked:
        """Facts of a request. ``recording``: one of ``translated``."""
        role = self._role(recording, translation)
        return Asked(
            route=translation.route,
            method=recording.request.method,
            parameters=translation.parameters,
            role=role,
            format=translation.format,
            known=translation.known,
            caller=caller_id(recording.caller),
            guessed=self._guessed(recording, role),
        )

    async def _judge(self, exchange: ReplayedExchange) -> None:
        """Settle an exchange that both sides have answered."""
        translation, recording = exchange.translated, exchange.recording

        async def compare(exchange: Exchange) -> Judgement:
            return exchange.judged(compared(self._differ, exchange))

        async def ask(further: Further) -> Observation:
            return await self._further(further, recording, translation)

        await settle(exchange, compare, ask)
        found = _settled(recording, exchange.comparison)
        if found is not exchange.comparison:
            exchange.judgement = exchange.judged(found)

    async def _ask(self, request: Request) -> Observation:
        return await observe(
            self._side,
            request.method,
            request.target,
            request.headers,
            request.body,
            deadline=self._deadline,
            body_cap=self._body_cap,
        )

    async def _further(self, further: Further, recording: Recording, translation: Translation) -> Observation:
        if further[0] is FollowUp.LEGACY_GET:
            return await self._legacy_get(recording, translation)
        [request] = further_requests(further, translation.request, translation.route, face=False)
        if further[0] not in WHOLE_LISTS:
            return await self._ask(request)
        task = self._lists.get(request)
        if task is None:
            # Many recordings ask for parts of the same list; the whole list is asked for once.
            task = asyncio.create_task(self._ask(request), name="whole list")
            self._lists[request] = task
        return await task

    async def _legacy_get(self, recording: Recording, translation: Translation) -> Observation:  # noqa: ARG002  # a live legacy side is asked for the recording
        return self._legacy_gets.get(translation.target, NOT_RECORDED)

    def _role(self, recording: Recording, translation: Translation) -> str:
        if recording.caller != "none":
            return role_of(recording.caller)
        key = key_of(translation.target)
        # Blanks alone are a key for PHP, which nobody has.
        return "none" if key == "0" or not raw_key(translation.target) else self._roles.get(key, "bad")

    def _guessed(self, recording: Recording, role: str) -> bool:  # noqa: ARG002  # live servers are sent keys that nobody has named
        return False


def chosen_of(
    translated: Iterable[TranslatedRecording],
    selected: Callable[[str], bool],
    only: Collection[int] | None = None,
) -> list[TranslatedRecording]:
    """The recordings that are to be replayed; arguments as of ``Replay.run``."""
    return [
        pair
        for place, pair in enumerate(translated)
        if (only is None or place in only) and selected(route_name(pair[1]))
    ]


async def replay_each(
    chosen: Sequence[TranslatedRecording],
    replay: Callable[[Recording, Translation | Untranslatable], Awaitable[ReplayedExchange]],
    concurrency: int,
    progress: Callable[[int, int], None],
) -> list[ReplayedExchange]:
    """Replay recordings, so many at a time; gives the exchanges in their order."""
    exchanges: list[ReplayedExchange | None] = [None] * len(chosen)
    pending = iter(enumerate(chosen))
    done = 0

    async def worker() -> None:
        nonlocal done
        for index, pair in pending:
            exchanges[index] = await replay(*pair)
            done += 1
            progress(done, len(chosen))

    async with asyncio.TaskGroup() as group:
        for number in range(concurrency):
            group.create_task(worker(), name=f"replay {number}")
    return [exchange for exchange in exchanges if exchange is not None]


def tally(exchanges: Iterable[ReplayedExchange]) -> Tally:
    """Count exchanges. ``exchanges``: what a replay gave."""
    result = Tally()
    for exchange in exchanges:

        def named(exchange: ReplayedExchange = exchange) -> str:
            assert exchange.judgement is not None
            return exchange.judgement.signature

        def shown(exchange: ReplayedExchange = exchange) -> Mapping[str, Any]:
            assert exchange.judgement is not None
            return exchange.judgement.example or example_of(exchange)

        def asked(exchange: ReplayedExchange = exchange) -> Mapping[str, Any]:
            return _named(exchange.recording)

        result.add(exchange.route, exchange.comparison, named, shown, asked)
    return result


def route_name(translation: Translation | Untranslatable) -> str:
    """The name under which a request is counted: its route's, or that of requests without one."""
    route = translation.route if isinstance(translation, Translation) else None
    return route.name if route else UNROUTED


def skip(
    recording: Recording, translation: Translation | Untranslatable, *, writes: bool
) -> Comparison | None:
    """Why the new side is not asked, None when it is."""
    if isinstance(translation, Untranslatable):
        reason = SkipReason.HTML_PAGE if recording.body_dropped else SkipReason.NO_ROUTE
        return Comparison(Outcome.SKIPPED, reason)
    if translation.route is not None and not translation.route.implemented:
        return NOT_IMPLEMENTED
    refused = (recording.response.status or 0) >= 400 and recording.scenario is None
    if translation.writes and not refused and not writes:
        # A refused write changes nothing and is compared; others belong to a scenario with a database of its own.
        return Comparison(Outcome.SKIPPED, SkipReason.WRITE)
    return None


def _settled(recording: Recording, comparison: Comparison) -> Comparison:
    # Answers that differ from call to call prove nothing about the document, as long as neither status, code nor
    # headers differ. Of a read (a random pick, what happened until today) not even being equal does; what differs
    # in a scenario are times, which its clock makes the same.
    if not recording.volatile or not all(found.path.startswith("$") for found in comparison.differences):
        return comparison
    lucky = recording.scenario is None and comparison.outcome in (Outcome.MATCH, Outcome.EXPLAINED)
    return UNDERIVED if lucky or comparison.outcome is Outcome.MISMATCH else comparison


def _named(recording: Recording) -> dict[str, str]:
    request, caller = recording.request, f"[{recording.caller}]"
    asked = f"{request.method} {request.base}{redacted_target(request.target, caller)}"
    return {"recording": text.clean(recording.id), "request": text.clean(asked, REQUEST)}


def example_of(exchange: ReplayedExchange) -> Mapping[str, Any]:
    """What a reader needs to see an exchange."""
    caller = f"[{exchange.recording.caller}]"
    named = _named(exchange.recording)
    return {
        "recording": named["recording"],
        **example(named["request"], exchange.comparison, exchange.legacy, exchange.new),
        "new_request": (
            text.clean(
                f"{exchange.translation.method} {redacted_target(exchange.translation.target, caller)}"
            )
            if isinstance(exchange.translation, Translation)
            else None
        ),
        "role": role_told(exchange.asked) if exchange.asked else None,
    }
