"""The shadow, as the process that serves sees it: takes exchanges without waiting, counts what comes of them.

The counters stay here, so that nothing that was counted is lost when the other process is: what it had not answered
yet is shed, and another one takes its place.
"""

import asyncio
import logging
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from config.settings import ProxySettings
from config.tasks import to_its_end
from diffing.model import Comparison, Outcome, SkipReason
from diffing.parity import FAILING
from proxy.exchange.example import example_of
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement, LazySample
from proxy.log.counters import Counters
from proxy.log.writer import utc_now
from proxy.message.redact import MOST_SECRETS, Redactor, secrets_of
from proxy.message.trace import FinishedSpan
from proxy.runtime import child
from proxy.runtime.channel import frame, read_frame
from proxy.runtime.telemetry import Histogram, Telemetry
from proxy.shadow.messages import BEAT, ShadowReport, StartPlan

_LOGGER = logging.getLogger(__name__)
# Exchanges leave in batches: under load a write for each would cost serving more than all the rest.
_EVERY: Final = 0.05
_BATCH_BYTES: Final = 256 * 1024
_PATIENCE: Final = 10.0
_STARTING: Final = 60.0
# So many beats may be missed, on a machine that has other things to do.
_BEATS: Final = 5
# Where there are fewer processors than processes, whoever serves goes first.
_NICE: Final = 5
# While a side is left alone, one exchange in so many seconds goes on: one of them finds out whether the side is back.
_TRY: Final = 0.1
_MOST_SPANS: Final = 1000
"""So many spans wait for the next batch; further ones are dropped."""


class ShadowEnded(RuntimeError):
    """The process of the shadow has ended by itself."""


class ShadowLink:
    """Takes served exchanges over and gives them to the process of the shadow.

    Args:
        files: The configuration directory in force.
        counters: Where verdicts are counted.
        telemetry: Where operators' numbers are counted.
        hop: Marks what this proxy sends.
    """

    def __init__(
        self, settings: ProxySettings, files: Path, counters: Counters, telemetry: Telemetry, hop: bytes = b""
    ) -> None:
        self._settings = settings
        self._files = files
        self._counters = counters
        self._telemetry = telemetry
        self._hop = hop
        self._redactor = Redactor()
        self._number = 0
        self._waiting: dict[int, tuple[Exchange, int]] = {}
        self._bytes = 0
        self._batch: list[Exchange] = []
        self._spans: list[FinishedSpan] = []
        self._batch_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._breakers: list[str] = []
        self._failing: dict[str, float] = {}
        self._next_try = 0.0
        self._using = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Exchanges whose verdict is still to come."""
        return len(self._waiting)

    def open_breakers(self) -> list[str]:
        """The sides that are left alone just now."""
        return self._breakers

    def settle(self, exchange: Exchange, comparison: Comparison) -> None:
        """Give an exchange a verdict without comparing."""
        judgement = exchange.settled(comparison)
        if comparison.verdict in FAILING:
            judgement = replace(judgement, example=self._shown(exchange, comparison))
        exchange.judgement = judgement
        self._counters.add(exchange)

    def _shown(self, exchange: Exchange, comparison: Comparison) -> Mapping[str, Any]:
        request = exchange.request
        known = secrets_of(request.target, request.headers, request.body)
        if len(known) > MOST_SECRETS:
            return {}
        sides = exchange.legacy, exchange.new
        values = self._settings.shadow.store_bodies
        return example_of(request, comparison, *sides, self._redactor, known, values=values)

    def offer(self, exchange: Exchange) -> None:
        """Take a served exchange over, or count it as shed. Never waits."""
        if self._left_alone(exchange):
            self.settle(exchange, Comparison(Outcome.SKIPPED, SkipReason.BREAKER_OPEN))
            return
        shadow, size = self._settings.shadow, exchange.size
        if len(self._waiting) >= shadow.queue + shadow.workers or self._bytes + size > shadow.queue_bytes:
            self.settle(exchange, Comparison(Outcome.SHED))
            return
        self._number += 1
        exchange.number = self._number
        self._batch.append(exchange)
        self._waiting[self._number] = exchange, size
        self._bytes += size
        self._batch_bytes += size
        self._idle.clear()
        if self._batch_bytes > _BATCH_BYTES:
            self._flush()
        else:
            self._flush_soon()

    def trace(self, span: FinishedSpan) -> None:
        """Have a span exported by the other process, where spans are. Never waits."""
        if self._settings.tracing.endpoint and span.context.sampled and len(self._spans) < _MOST_SPANS:
            self._spans.append(span)
            self._flush_soon()

    @property
    def lag(self) -> float:
        """Seconds for which the exchange that waits longest has waited for its verdict."""
        first = next(iter(self._waiting.values()), None)
        return 0.0 if first is None else max(0.0, (utc_now() - first[0].at).total_seconds())

    async def use(self, files: Path) -> None:
        """Go by another configuration; returns once the other process does. ``files``: its directory, which has been
        checked.
        """
        self._files = files
        self._flush()
        if self._writer is None:
            return
        self._using.clear()
        self._writer.write(frame(files))
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._using.wait()

    async def work(self) -> None:
        """Run the other process and hear what it says, until cancelled. Raises ShadowEnded: it has ended; what it had
        not answered is shed.
        """
        try:
            status = await self._run()
        except asyncio.CancelledError:
            raise
        except Exception:
            self._ended()
            raise
        self._ended()
        raise ShadowEnded(f"the process of the shadow has ended with status {status}")

    def failing(self) -> dict[str, float]:
        """Tasks of the other process that fail, by name, and for how many seconds."""
        now = asyncio.get_running_loop().time()
        return {name: round(now - since, 1) for name, since in self._failing.items()}

    def _ended(self) -> None:
        self._telemetry.shadows += 1
        self._failing.clear()
        self._shed()

    async def drain(self, seconds: float) -> None:
        """Wait for the verdicts of what waits; what is not done in time is shed."""
        self._flush()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        self._shed()

    def _left_alone(self, exchange: Exchange) -> bool:
        """Whether nobody will be asked, which the other process need not be woken to say."""
        served = exchange.decision.served
        asked = served if self._settings.shadow.control else served.other
        if asked.value not in self._breakers or exchange.other is not None:
            return False
        now = asyncio.get_running_loop().time()
        if now < self._next_try:
            return True
        self._next_try = now + _TRY
        return False

    def _shed(self) -> None:
        for exchange, _ in list(self._waiting.values()):
            self.settle(exchange, Comparison(Outcome.SHED))
        self._waiting.clear()
        self._batch.clear()
        self._bytes = self._batch_bytes = 0
        self._idle.set()

    def _give_up(self) -> None:
        """Drop what the other process was at: one of these it could not come to an end with."""
        for number in list(self._waiting)[: self._settings.shadow.workers]:
            exchange, size = self._waiting.pop(number)
            self._bytes -= size
            self.settle(exchange, Comparison(Outcome.TOO_EXPENSIVE))

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writer is None or not (self._batch or self._spans):
            return
        batch, self._batch, self._batch_bytes = self._batch, [], 0
        spans, self._spans = self._spans, []
        # Never drained: what may be under way is bounded by ``offer``.
        self._writer.write(frame([*spans, *batch]))
        for exchange in batch:
            # The other process has it now.
            exchange.let_go()

    def _flush_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_EVERY, self._flush)

    async def _run(self) -> int | None:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.to_thread(_started, theirs)
        ours.setblocking(False)
        reader, writer = await asyncio.open_connection(sock=ours)
        try:
            writer.write(frame(StartPlan(self._settings, self._files, self._hop)))
            self._writer = writer
            self._flush()
            patience = _STARTING
            while True:
                # Not wait_for: until Python 3.12 it forgets a cancellation that comes with what it waits for.
                async with asyncio.timeout(patience):
                    found = await read_frame(reader)
                if found is None:
                    break
                self._take(found)
                patience = max(self._settings.shadow.compare_seconds, _BEATS * BEAT)
        except TimeoutError:
            _LOGGER.error("the process of the shadow does not go on with what it has, and is ended")
            process.kill()
            self._give_up()
        finally:
            self._writer = None
            writer.close()
            await to_its_end(asyncio.to_thread(_reaped, process))
        return process.returncode

    def _take(self, found: ShadowReport) -> None:
        self._breakers = found.breakers
        now = asyncio.get_running_loop().time()
        self._failing = {name: now - seconds for name, seconds in found.failing.items()}
        for name, count in found.grown.items():
            kind, _, side = name.partition(" ")
            if kind == "breaker":
                self._telemetry.breaker_opened[side] += count
            elif kind == "recorded":
                self._telemetry.recorded[side] += count
            elif kind == "shed":
                self._counters.shed[side] += count
            elif kind == "task":
                self._telemetry.task_failures[side] += count
            else:
                setattr(self._telemetry, kind, getattr(self._telemetry, kind) + count)
        for name, timing in found.durations.items():
            self._telemetry.durations.setdefault(name, Histogram()).merge(timing.counts, timing.total)
        if found.using == self._files:
            self._using.set()
        for number, judgement, sample in found.judged:
            known = self._waiting.pop(number, None)
            if known is None:
                continue
            exchange, size = known
            self._bytes -= size
            exchange.judgement = _with_sample(judgement, sample)
            try:
                self._counters.add(exchange)
            except Exception:
                # A verdict that cannot be counted must not end the counting of all others.
                _LOGGER.exception("a verdict of %s cannot be counted", exchange.route)
                self._telemetry.task_failures["verdicts"] += 1
                self.settle(exchange, Comparison(Outcome.BOTH_ERROR))
        if not self._waiting:
            self._idle.set()


def _with_sample(judgement: Judgement, sample: tuple[int, dict[str, object]] | None) -> Judgement:
    if sample is None:
        return judgement
    size, content = sample
    return replace(judgement, evidence=LazySample(size, lambda: content))


def _started(channel: socket.socket) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        child.command("proxy.process.asking", str(channel.fileno()), nice=_NICE),
        pass_fds=[channel.fileno()],
        stdin=subprocess.DEVNULL,
        env=child.environment(),
    )


def _reaped(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
