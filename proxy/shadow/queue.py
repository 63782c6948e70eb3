"""Where exchanges wait to be worked on."""

import asyncio
from collections import deque
from typing import Protocol

from proxy.exchange.exchange import Exchange


class Queue(Protocol):
    """Where exchanges wait. In this process; another one could be read by many machines."""

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
    """Exchanges in memory. ``most``: most exchanges that wait. ``most_bytes``: most bytes that wait."""

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
