"""Turns of requests whose clients do not wait for answers before they send the next (RFC 9112, 9.3.2).

The next request of such a client is there the moment that the last is answered, and hundreds of such clients would
leave others no share of the process. So few of their requests are begun at a time, one of each client after the other;
clients that wait for their answers need no turn.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

# A turn is time of this process: a request that waits for a side, or for a slow client, does not keep it.
_LONGEST: Final = 0.1


class Turns:
    """Turns, of which there are few. ``most``: turns at a time."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: OrderedDict[object, Callable[[], asyncio.Task[None]]] = OrderedDict()

    def take(self, who: object, begin: Callable[[], asyncio.Task[None]]) -> None:
        """Have a task begun once there is a turn; it may be at once."""
        self._waiting[who] = begin
        self._pass_on()

    def leave(self, who: object) -> None:
        """Wait no longer."""
        self._waiting.pop(who, None)

    def _pass_on(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            _, begin = self._waiting.popitem(last=False)
            self._give_back(begin())

    def _give_back(self, task: asyncio.Task[None]) -> None:
        """Have the turn back when the task ends, or has had it long enough."""
        kept = True

        def give(_: object = None) -> None:
            nonlocal kept
            timer.cancel()
            if kept:
                kept = False
                self._free += 1
                self._pass_on()

        timer = task.get_loop().call_later(_LONGEST, give)
        task.add_done_callback(give)
