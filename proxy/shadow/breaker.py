"""Leave a side alone for a while when it fails again and again: asking would help neither it nor us."""

import time
from collections.abc import Callable


class Breaker:
    """Opens after so many failures in a row; then one request at a time finds out whether the side is back.

    Args:
        failures: That many in a row; 0 never opens.
        seconds: How long the side is left alone before each try.
        opened: Called when it opens.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        failures: int,
        seconds: float,
        opened: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._seconds = seconds
        self._opened = opened
        self._clock = clock
        self._failed = 0
        self._until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the side is left alone."""
        return self._until is not None

    def allows(self) -> bool:
        """Whether the side may be asked now."""
        if self._until is None:
            return True
        now = self._clock()
        if now < self._until:
            return False
        # Whoever asks now is the probe; the next one may come as much later.
        self._until = now + self._seconds
        return True

    def note(self, answered: bool) -> None:
        """Say what came of asking. ``answered``: there was an answer, of whatever status."""
        if answered:
            self._failed, self._until = 0, None
            return
        self._failed += 1
        if self._most and self._failed >= self._most and self._until is None:
            self._until = self._clock() + self._seconds
            self._opened()
