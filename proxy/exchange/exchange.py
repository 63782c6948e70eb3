"""Served exchanges that wait to be compared."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from diffing.model import Headers, Observation
from proxy.exchange.decision import Decision
from proxy.message.trace import SpanContext
from proxy.message.translation import Request, Translation

# What an exchange holds beside the bodies, roughly.
_OVERHEAD: Final = 2048


@dataclass(frozen=True, slots=True)
class Exchange:
    """A served exchange that is to be compared.

    Args:
        decision: What was decided on it.
        request: The client's request, with its body.
        served: What the side that serves answered.
        other: What the other side has answered already; None when it is still to be asked.
        number: What the process that served it calls it.
        span: The served leg in the client's trace; None where there is no trace.
    """

    at: datetime
    decision: Decision
    request: Request
    served: Observation
    other: Observation | None = None
    number: int = 0
    span: SpanContext | None = None

    @property
    def size(self) -> int:
        """Bytes that it holds, roughly."""
        request = self.request
        translation = self.decision.translation
        size = _OVERHEAD + len(request.body) + len(request.target) + _length(request.headers)
        if isinstance(translation, Translation):
            size += len(translation.body)
        for answer in (self.served, self.other):
            if answer is not None:
                size += len(answer.body) + _length(answer.headers)
        return size


def _length(headers: Headers) -> int:
    return sum(len(name) + len(value) for name, value in headers)


class Queue(Protocol):
    """Where exchanges wait. In this process; later another one that many machines read (design §8)."""

    def __len__(self) -> int:
        """How many exchanges wait."""

    def put(self, exchange: Exchange) -> bool:
        """Add an exchange, or refuse it because the queue is full. Never waits."""

    async def get(self) -> Exchange:
        """The next exchange."""

    def done(self) -> None:
        """An exchange that was taken has its verdict."""

    def drop(self) -> list[Exchange]:
        """Take out all exchanges that wait."""

    async def join(self) -> None:
        """Wait until no exchange waits or is worked on."""


class MemoryQueue:
    """Jobs in memory, bounded by number and by bytes. ``most``: most exchanges that wait. ``most_bytes``: most bytes
    that wait.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._exchanges: deque[Exchange] = deque()
        self._unfinished = 0
        self._filled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._exchanges)

    def put(self, exchange: Exchange) -> bool:
        """Add an exchange unless the queue is full."""
        if len(self._exchanges) >= self._most or self._bytes + exchange.size > self._most_bytes:
            return False
        self._exchanges.append(exchange)
        self._bytes += exchange.size
        self._unfinished += 1
        self._idle.clear()
        self._filled.set()
        return True

    async def get(self) -> Exchange:
        """The exchange that has waited longest."""
        while not self._exchanges:
            self._filled.clear()
            await self._filled.wait()
        exchange = self._exchanges.popleft()
        self._bytes -= exchange.size
        return exchange

    def done(self) -> None:
        """An exchange that was taken has its verdict."""
        self._unfinished -= 1
        if self._unfinished == 0:
            self._idle.set()

    def drop(self) -> list[Exchange]:
        """Take out all exchanges that wait."""
        exchanges = list(self._exchanges)
        self._exchanges.clear()
        self._bytes = 0
        for _ in exchanges:
            self.done()
        return exchanges

    async def join(self) -> None:
        """Wait until no exchange waits or is worked on."""
        await self._idle.wait()
