"""Work that ends at a moment, or when nobody waits for it any longer.

A statement that waits for a lock does not hear that its task is cancelled; so whoever holds locks says how they are let
go, and that is done first.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from starlette.types import Receive

T = TypeVar("T")


class NobodyWaits(Exception):
    """The moment has come, or the client has left; the work is undone."""


class Deadline:
    """When work must have ended. ``moment``: on the monotonic clock."""

    def __init__(self, moment: float) -> None:
        self.moment = moment
        self._letting_go: list[Callable[[], None]] = []

    @property
    def left(self) -> float:
        """Seconds until then; 0 from then on."""
        return max(self.moment - time.monotonic(), 0.0)

    @contextmanager
    def holding(self, let_go: Callable[[], None]) -> Iterator[None]:
        """Hold something while the context lasts. ``let_go``: called when the work must end before its moment; must
        not wait.
        """
        self._letting_go.append(let_go)
        try:
            yield
        finally:
            self._letting_go.remove(let_go)

    def let_go(self) -> None:
        """Let everything go that is held."""
        for let_go in self._letting_go:
            let_go()


async def while_awaited(receive: Receive, deadline: Deadline, work: Callable[[], Awaitable[T]]) -> T:
    """Do something as long as somebody waits for it. ``receive``: ASGI's; the request's body must have been received.
    ``deadline``: when it must have ended. Raises NobodyWaits: it was ended.
    """
    left = asyncio.create_task(_client_leaves(receive), name="client watch")

    async def worked() -> T:
        await asyncio.sleep(0)
        if left.done():  # before anything was begun
            raise NobodyWaits
        return await work()

    working = asyncio.create_task(worked(), name="rehearsal")
    try:
        await asyncio.wait((working, left), timeout=deadline.left, return_when=asyncio.FIRST_COMPLETED)
        # What fails when its time is over fails because it was ended.
        if working.done() and (deadline.left or working.exception() is None):
            return working.result()
        raise NobodyWaits
    finally:
        left.cancel()
        if not working.done():
            deadline.let_go()
            working.cancel()
            await asyncio.wait((working,))
            if not working.cancelled():
                working.exception()  # of what was ended; nobody asks


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
