"""Take captures from the queue of a fleet, have them judged, and remove them when their verdicts are in the log."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from sqlalchemy.exc import SQLAlchemyError

from config.queue import QueueSettings
from config.routes import RouteMap
from config.tasks import Tasks
from diffing.model import Comparison, Outcome, SkipReason
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import LazySample
from proxy.fleet.capture import Label, UnreadableCapture, decode, read_label, unread
from proxy.fleet.seal import Seal, Unsealable
from proxy.fleet.stream import CaptureStream, Entry, QueueAway
from proxy.log.once import JudgedCapture, OnceRecorder
from proxy.log.smallest import SmallestSamples
from proxy.message.translation import Translation

_LOGGER = logging.getLogger(__name__)
_WAIT: Final = 1.0
_AGAIN: Final = 0.5
_BATCH: Final = 500
_EVERY: Final = 1.0
_IN_HAND: Final = 5000
"""With so many captures whose verdicts wait for the log, no more are taken."""
ABANDONED: Final = "abandoned"
UNREADABLE: Final = "unreadable"
_BEAT: Final = 60.0
_PRUNED_EVERY: Final = 3600.0
_TOLD: Final = 100
LOG_AWAY: Final = (SQLAlchemyError, OSError, TimeoutError)
"""What says that the log cannot be written just now."""


class Judges(Protocol):
    """Who judges exchanges, and tells the taker (``add``)."""

    def offer_captured(self, exchange: Exchange, role: str | None) -> None:
        """Take an exchange over. ``role``: the caller's, of whom there is nothing else."""

    def settle(self, exchange: Exchange, comparison: Comparison) -> None:
        """Give an exchange a verdict without comparing."""


@dataclass(slots=True)
class TakerCounts:
    """What a worker has done: captures that it has taken, of them from others, and those that it gave back."""

    taken: int = 0
    taken_over: int = 0
    given_back: int = 0


class CaptureTaker:
    """Takes as many captures as are judged at a time, and as many again.

    A capture is its own until its verdict is in the log: a worker that ends before leaves it to others, and the log
    knows which ones were counted.

    Args:
        seal: Opens captures; None where no key is configured.
        name: The worker's, among all of its fleet.
        at_once: How many the judges work on.
        most_bytes: With so many bytes of captures no more are taken.
        routes: Gives the route map in force.
    """

    def __init__(
        self,
        stream: CaptureStream,
        seal: Seal | None,
        recorder: OnceRecorder,
        settings: QueueSettings,
        name: str,
        at_once: int,
        most_bytes: int,
        routes: Callable[[], RouteMap],
    ) -> None:
        self._stream = stream
        self._seal = seal
        self._recorder = recorder
        self._settings = settings
        self._name = name
        self._most = 2 * at_once
        self._routes = routes
        self._number = 0
        self._most_bytes = most_bytes
        self._ids: dict[bytes, int] = {}
        self._held = 0
        self._judging: dict[int, tuple[Entry, Label]] = {}
        self._judged: list[tuple[Entry, JudgedCapture]] = []
        self._counted: list[Entry] = []
        self._unwanted: list[Entry] = []
        self._room = asyncio.Event()
        self._filled = asyncio.Event()
        self._leaving = False
        self._left = asyncio.Event()
        self._queue_trouble = ""
        self._log_trouble = ""
        self._told: set[str] = set()
        self._samples = SmallestSamples()
        self.counts = TakerCounts()

    @property
    def in_hand(self) -> int:
        """Captures that it has, until they are removed from the queue."""
        return len(self._ids)

    @property
    def troubles(self) -> dict[str, str]:
        """What is away: ``queue`` and ``diff log``, and why."""
        found = {"queue": self._queue_trouble, "diff log": self._log_trouble}
        return {what: why for what, why in found.items() if why}

    def start(self, tasks: Tasks, judges: Judges) -> None:
        """Take, write and remove until the tasks are stopped."""
        tasks.start("captures", lambda: self._take(judges))
        tasks.start("diff log", self._write)
        tasks.start("claims", self._claim)

    async def leave(self) -> None:
        """Take no more. What Redis may just be giving is still taken: nobody else would be for a while."""
        self._leaving = True
        self._room.set()
        await self._left.wait()

    async def aclose(self) -> None:
        """Write what is judged, and give back everything else."""
        try:
            while self._judged:
                await self._write_some()
        except LOG_AWAY as error:
            _LOGGER.error(
                "%d verdicts could not be written, others judge again: %s", len(self._judged), error
            )
        rest = [entry for entry, _ in (*self._judging.values(), *self._judged)] + self._unwanted
        self.counts.given_back += len(rest)
        try:
            await self._stream.give_back(self._name, [entry.id for entry in rest])
        except QueueAway as error:
            _LOGGER.error("%d captures are not given back, others take them over: %s", len(rest), error)

    def add(self, exchange: Exchange) -> None:
        """Hear what came of an exchange."""
        found, judgement = self._judging.pop(exchange.number, None), exchange.judgement
        if found is None or judgement is None:
            # Whatever went wrong after its verdict: it has one.
            return
        entry, label = found
        self._room.set()
        if judgement.comparison.outcome is Outcome.SHED:
            # Not done in time.
            self._unwanted.append(entry)
            return
        sample = self._samples.of(judgement)
        kept = None if sample is None else LazySample(sample[0], lambda: sample[1])
        judged = replace(exchange, judgement=replace(judgement, evidence=kept))
        # Both answers are held no longer than this.
        judged.let_go()
        self._note(entry, JudgedCapture(label.id, judged))

    def _note(self, entry: Entry, judged: JudgedCapture) -> None:
        self._judged.append((entry, judged))
        self._filled.set()

    async def _take(self, judges: Judges) -> None:
        now = asyncio.get_running_loop().time
        look = now()
        while not self._leaving:
            room = self._most - len(self._judging)
            if room <= 0 or len(self._ids) >= _IN_HAND or self._held >= self._most_bytes:
                self._room.clear()
                await self._room.wait()
                continue
            try:
                entries: list[Entry] = []
                if now() >= look:
                    entries = await self._stream.take_over(self._name, room)
                    self.counts.taken_over += len(entries)
                    if not entries:
                        look = now() + self._settings.claim_seconds / 4
                if not entries:
                    entries = await self._stream.read(self._name, room, _WAIT)
            except QueueAway as error:
                self._queue_is(str(error))
                await asyncio.sleep(_AGAIN)
                continue
            self._queue_is("")
            for entry in entries:
                self._begin(entry, judges)
        self._left.set()

    def _begin(self, entry: Entry, judges: Judges) -> None:
        if entry.id in self._ids:
            return
        try:
            label = read_label(entry.capture.label)
        except UnreadableCapture as error:
            # Another version may know it; else it is seen in the queue.
            self._tell("a capture is left in the queue: %s", error)
            return
        self.counts.taken += 1
        given_up = entry.deliveries > self._settings.deliveries
        try:
            exchange, role = self._opened(entry, label)
        except (UnreadableCapture, Unsealable) as error:
            self._tell("a capture cannot be read: %s", error)
            # Another worker may have the key.
            if given_up:
                self._hold(entry)
                self._note(entry, self._lost(label, Outcome.SHED, UNREADABLE))
            return
        self._hold(entry)
        if given_up:
            # It may have ended each of them.
            _LOGGER.error(
                "a capture of %s that %d workers had is given up", label.route, entry.deliveries - 1
            )
            self._note(entry, self._lost(label, Outcome.TOO_EXPENSIVE, ABANDONED))
            return
        self._judging[exchange.number] = entry, label
        if isinstance(exchange.decision.translation, Translation):
            judges.offer_captured(exchange, role)
        else:
            judges.settle(exchange, Comparison(Outcome.SKIPPED, SkipReason.NO_ROUTE))

    def _tell(self, problem: str, error: Exception) -> None:
        """Log a problem once: it is one of many captures, and of each again and again."""
        if (told := problem % error) not in self._told and len(self._told) < _TOLD:
            self._told.add(told)
            _LOGGER.error("%s", told)

    def _hold(self, entry: Entry) -> None:
        self._ids[entry.id] = entry.size
        self._held += entry.size

    def _opened(self, entry: Entry, label: Label) -> tuple[Exchange, str | None]:
        content = entry.capture.content
        self._number += 1
        if not entry.capture.sealed:
            if self._seal is not None:
                raise Unsealable("it is not sealed, and a key is configured")
            exchange, role = decode(label, content, self._routes(), self._number)
            # Anybody may have written it: with a role, nobody is asked anything by it.
            return exchange, role or "none"
        if self._seal is None:
            raise Unsealable("it is sealed, and no key is configured")
        opened = self._seal.open(content, entry.capture.label)
        return decode(label, opened, self._routes(), self._number)

    def _lost(self, label: Label, outcome: Outcome, why: str) -> JudgedCapture:
        """The verdict on a capture that nobody judges."""
        exchange = unread(label, self._routes())
        exchange.judgement = exchange.settled(Comparison(outcome))
        return JudgedCapture(label.id, exchange, why)

    async def _write(self) -> None:
        pruned = 0.0
        while True:
            self._filled.clear()
            try:
                if not self._judged:
                    async with asyncio.timeout(_BEAT):
                        await self._filled.wait()
                if len(self._judged) < _BATCH:
                    await asyncio.sleep(_EVERY)
            except TimeoutError:
                pass
            now = asyncio.get_running_loop().time()
            try:
                await self._write_some()
                if now > pruned:
                    await self._recorder.prune()
                    pruned = now + _PRUNED_EVERY
            except LOG_AWAY as error:
                self._log_is(str(getattr(error, "orig", None) or error or type(error).__name__))
                await asyncio.sleep(_AGAIN)
            else:
                self._log_is("")

    async def _write_some(self) -> None:
        """Write verdicts, and remove the captures."""
        some = self._judged[:_BATCH]
        await self._recorder.record([judged for _, judged in some])
        del self._judged[: len(some)]
        self._counted += [entry for entry, _ in some]
        try:
            await self._stream.remove(self._counted)
        except QueueAway as error:
            self._queue_is(str(error))
            return
        for entry in self._counted:
            self._held -= self._ids.pop(entry.id, 0)
        self._counted.clear()
        self._room.set()

    async def _claim(self) -> None:
        """Keep what is in hand, so that no other worker takes it over."""
        forgotten = 0.0
        while True:
            try:
                await self._stream.keep(self._name, self._ids)
                now = asyncio.get_running_loop().time()
                if now > forgotten:
                    await self._stream.forget_names()
                    forgotten = now + _PRUNED_EVERY
            except QueueAway as error:
                self._queue_is(str(error))
            await asyncio.sleep(self._settings.claim_seconds / 4)

    def _queue_is(self, trouble: str) -> None:
        if trouble and not self._queue_trouble:
            _LOGGER.error("the queue %s is away: %s", self._stream.shown, trouble)
        if self._queue_trouble and not trouble:
            _LOGGER.warning("the queue %s is back", self._stream.shown)
        self._queue_trouble = trouble

    def _log_is(self, trouble: str) -> None:
        if trouble and not self._log_trouble:
            _LOGGER.error("the diff log cannot be written, captures stay in the queue: %s", trouble)
        if self._log_trouble and not trouble:
            _LOGGER.warning("the diff log is written again")
        self._log_trouble = trouble
