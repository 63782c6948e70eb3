"""How fast a side may be asked, and its answers be read."""

import asyncio


class Pace:
    """Gives turns, so many per second, in the order in which they are asked for. ``rate``: turns per second; None for
    as many as wanted.
    """

    def __init__(self, rate: float | None = None) -> None:
        self._between = 0.0 if rate is None else 1 / rate
        self._next = 0.0

    async def turn(self, turns: int = 1) -> None:
        """Wait for one's turn. ``turns``: how many one takes at once; the next one waits so much longer."""
        if not self._between:
            return
        now = asyncio.get_running_loop().time()
        mine = max(self._next, now)
        self._next = mine + turns * self._between
        if mine > now:
            await asyncio.sleep(mine - now)
