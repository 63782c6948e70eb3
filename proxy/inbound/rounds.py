"""Rounds of the event loop: of whoever sends much, few are read from in each, so that each is short."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable


class Rounds:
    """Those who wait to be read from again. ``each``: so many go on in one round."""

    def __init__(self, each: int) -> None:
        self._each = each
        self._waiting: OrderedDict[object, Callable[[], None]] = OrderedDict()
        self._called = False

    def wait(self, who: object, then: Callable[[], None]) -> None:
        """Have something done in one of the next rounds."""
        self._waiting[who] = then
        self._call()

    def leave(self, who: object) -> None:
        """Wait no longer."""
        self._waiting.pop(who, None)

    def _call(self) -> None:
        if self._waiting and not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._called = False
        try:
            for _ in range(min(self._each, len(self._waiting))):
                _, then = self._waiting.popitem(last=False)
                then()
        finally:
            self._call()  # what fails is told by the loop, and stops nobody else
