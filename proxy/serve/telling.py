"""Answers that must be whole before a client gets any of them: how much of them is held, and where long ones are read.

To read one as JSON takes many times its length and its time. So long ones are read in a thread, one after the other.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from config.tasks import to_its_end
from diffing.coding import codings
from diffing.model import Observation
from proxy.runtime.capture_budget import CaptureBudget

T = TypeVar("T")
SHORT: Final = 64 * 1024
"""So many bytes of each are held in any case, and read on the loop."""
LONGEST: Final = 16 * 1024 * 1024
"""A longer document is not read."""


class Room:
    """What is held of the answers of one exchange, as long as the block. ``budget``: of all together."""

    def __init__(self, budget: CaptureBudget) -> None:
        self._budget = budget
        self._size = self._held = 0

    def take(self, size: int) -> bool:
        """Hold so many bytes more, if there is room."""
        self._size += size
        more = max(0, self._size - SHORT) - self._held
        if not self._budget.take(more):
            return False
        self._held += more
        return True

    def __enter__(self) -> "Room":
        return self

    def __exit__(self, *_: object) -> None:
        self._budget.give(self._held)
        self._held = 0


class Telling:
    """Holds and reads answers. ``most``: bytes that are held of all of them together."""

    def __init__(self, most: int = 2**63) -> None:
        self._budget = CaptureBudget(most)
        self._turn = asyncio.Lock()

    def room(self) -> Room:
        """Room for the answers of one exchange."""
        return Room(self._budget)

    async def read(self, answer: Observation, work: Callable[[], T]) -> T:
        """Do what reads an answer, where nobody else waits for it; whoever leaves meanwhile leaves when it is done."""
        if len(answer.body) <= SHORT and not codings(answer.headers):
            return work()
        async with self._turn:
            return await to_its_end(asyncio.to_thread(work))
