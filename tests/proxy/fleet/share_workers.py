"""A check that waits for shares, and workers that do them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from config.queue import QueueSettings
from config.tasks import Tasks
from proxy.fleet.seal import Seal
from proxy.fleet.share_taker import ShareTaker
from proxy.fleet.shares import ShareStream
from proxy.fleet.spread import Spread

SEAL = Seal([b"k" * 32])
Do = Callable[[bytes, int], Awaitable[bytes]]


async def upper(content: bytes, deliveries: int) -> bytes:
    """A work that can be seen."""
    return content.upper() + b" %d" % deliveries


class Worker:
    """Takes shares, until it is killed."""

    def __init__(self, settings: QueueSettings, name: str, do: Do = upper, seal: Seal = SEAL) -> None:
        self.stream = ShareStream(settings, seal)
        self.tasks = Tasks(Counter())
        self.taker = ShareTaker(self.stream, settings, name, do)
        self.taker.start(self.tasks)

    async def aclose(self) -> None:
        """End it."""
        await self.tasks.stop()
        await self.stream.aclose()


class Check:
    """A check of shares ``a``, ``b``, ``c`` …"""

    def __init__(self, settings: QueueSettings, shares: int, patience: float = 60.0) -> None:
        self.stream = ShareStream(settings, SEAL)
        self.answers: list[tuple[int, bytes]] = []
        self.shares = shares
        self.spread = Spread(self.stream, self.share, self.take, patience=patience)

    def share(self, number: int) -> bytes:
        """The share of a number."""
        return b"abcdefghijklmnopqrstuvwxyz"[number : number + 1]

    def take(self, number: int, answer: bytes) -> None:
        """An answer."""
        self.answers.append((number, answer))

    async def run(self) -> list[bytes]:
        """The answers in the order of the shares, each once."""
        try:
            async with asyncio.timeout(30):
                await self.spread.work(self.shares)
        finally:
            await self.stream.aclose()
        assert sorted(number for number, _ in self.answers) == list(range(self.shares))
        return [answer for _, answer in sorted(self.answers)]
