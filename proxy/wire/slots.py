"""How many exchanges there may be at a time: a semaphore of which the next one costs nothing where nobody waits."""

import asyncio
from collections import deque
from contextlib import suppress


class Slots:
    """Slots, given to those who wait in their order. asyncio's semaphore takes five calls for two of these.

    ``most``: slots at a time.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take_free(self) -> bool:
        """Take a slot where one is free."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def take(self) -> None:
        """Wait for a slot."""
        if self.take_free():
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):
                    self._waiting.remove(turn)
            else:
                # It came at the same moment.
                self.give_back()
            raise

    def give_back(self) -> None:
        """Give a slot to whoever waits longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
