"""Hand captures to the queue of a fleet; what finds no room there is shed."""

import asyncio
import logging
from collections import deque
from pathlib import Path
from typing import Final

from config.routes import RouteMap
from config.tasks import Tasks
from diffing.model import Comparison, Outcome
from proxy.exchange.exchange import Exchange
from proxy.fleet.capture import Label, encode
from proxy.fleet.seal import Seal
from proxy.fleet.stream import CaptureStream, QueueAway, QueueRefused, Sent
from proxy.log.counters import Verdicts
from proxy.runtime.telemetry import Telemetry

_LOGGER = logging.getLogger(__name__)
_BATCH: Final = 64
_BATCH_BYTES: Final = 1024 * 1024
_AGAIN: Final = 0.5
# So long a full queue is not asked for room: sealing what it refuses would be for nothing.
_FULL: Final = 0.1
FULL: Final = "queue full"
AWAY: Final = "queue away"
REFUSED: Final = "queue refused"
FAILED: Final = "failed"
TOO_MANY_SECRETS: Final = "too many secrets"


class CaptureSender:
    """Seals captures and adds them to the queue.

    What was sent and not answered is sent again until it is: it may have come, and workers know it by its id.
    Until then everything else is shed.

    Args:
        seal: None where captures hold no secrets.
        verdicts: Told of each exchange: ``queued``, or ``shed``.
    """

    def __init__(
        self, stream: CaptureStream, seal: Seal | None, verdicts: Verdicts, telemetry: Telemetry
    ) -> None:
        self._stream = stream
        self._seal = seal
        self._verdicts = verdicts
        self._telemetry = telemetry
        self._waiting: deque[tuple[Exchange, str | None]] = deque()
        self._filled = asyncio.Event()
        self._trouble: QueueAway | None = None
        self._full_until = 0.0

    def offer(self, exchange: Exchange, role: str | None = None) -> None:
        """Take an exchange over. Never waits. ``role``: as ``capture.encode`` has it."""
        if self._trouble is not None and not isinstance(self._trouble, QueueRefused):
            self.shed(exchange, AWAY)
            return
        if asyncio.get_running_loop().time() < self._full_until:
            self.shed(exchange, FULL)
            return
        self._waiting.append((exchange, role))
        self._filled.set()

    def start(self, tasks: Tasks) -> None:
        """Send until the tasks are stopped."""
        tasks.start("queue", self._work)

    def use(self, routes: RouteMap, files: Path) -> None:
        """Go by another configuration: what is served has been decided already."""

    def open_breakers(self) -> list[str]:
        """The sides that are left alone: it is the workers who ask them."""
        return []

    def _captured(self, exchange: Exchange, role: str | None) -> Sent:
        label, content = Label.of(exchange).bytes(), encode(exchange, role)
        if self._seal is None:
            return Sent(label, content, sealed=False)
        return Sent(label, self._seal.seal(content, label), sealed=True)

    async def _work(self) -> None:
        while True:
            await self._filled.wait()
            exchanges, batch = self._batch()
            if not self._waiting:
                self._filled.clear()
            reasons = [FAILED] * len(batch)
            try:
                reasons = await self._send(batch)
            finally:
                for exchange, reason in zip(exchanges, reasons, strict=True):
                    if reason:
                        self.shed(exchange, reason)
                    else:
                        self._settle(exchange, Outcome.QUEUED)

    def _batch(self) -> tuple[list[Exchange], list[Sent]]:
        exchanges: list[Exchange] = []
        batch: list[Sent] = []
        size = 0
        while self._waiting and len(batch) < _BATCH and size < _BATCH_BYTES:
            exchange, role = self._waiting.popleft()
            try:
                capture = self._captured(exchange, role)
            except Exception:
                _LOGGER.exception("an exchange of %s cannot be queued", exchange.route)
                self.shed(exchange, FAILED)
                continue
            exchanges.append(exchange)
            batch.append(capture)
            size += len(capture.content)
        return exchanges, batch

    async def _send(self, batch: list[Sent]) -> list[str]:
        """Why each capture was shed; nothing of those that are in the queue."""
        while True:
            try:
                added = await self._stream.add(batch)
            except QueueRefused as error:
                self._note(error)
                return [REFUSED] * len(batch)
            except QueueAway as error:
                self._note(error)
                while self._waiting:
                    self.shed(self._waiting.popleft()[0], AWAY)
                await asyncio.sleep(_AGAIN)
            else:
                self._note(None)
                if not all(added):
                    self._full_until = asyncio.get_running_loop().time() + _FULL
                return ["" if there else FULL for there in added]

    def _note(self, trouble: QueueAway | None) -> None:
        """Log once that the queue takes nothing, and once that it does again."""
        if trouble is not None and self._trouble is None:
            _LOGGER.error("the queue %s takes no captures, they are shed: %s", self._stream.shown, trouble)
        if trouble is None and self._trouble is not None:
            _LOGGER.warning("the queue %s takes captures again", self._stream.shown)
        self._trouble = trouble

    def shed(self, exchange: Exchange, reason: str) -> None:
        """Count an exchange that is not handed on. ``reason``: why."""
        self._telemetry.shed[reason] += 1
        self._settle(exchange, Outcome.SHED)

    def _settle(self, exchange: Exchange, outcome: Outcome) -> None:
        exchange.judgement = exchange.settled(Comparison(outcome))
        self._verdicts.add(exchange)
