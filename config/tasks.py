"""Long-lived tasks of a process: one that ends by an exception is logged, counted, and started again."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

_LOGGER = logging.getLogger(__name__)
FIRST_PAUSE: Final = 0.5
"""Seconds before a task that failed is started again; twice as long after each failure that follows soon."""
LONGEST_PAUSE: Final = 10.0
WELL_AFTER: Final = 5.0
"""Seconds without a failure after which a task no longer counts as failing."""
_CANCELLED_AGAIN: Final = 1.0
"""Seconds after which a task that was cancelled, and has not ended, is cancelled again."""

Work = Callable[[], Awaitable[None]]
T = TypeVar("T")


class Tasks:
    """Keeps tasks running.

    Args:
        failures: Counted there by name of the task.
        changed: Called when a task begins or ceases to fail.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        failures: Counter[str],
        *,
        changed: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures = failures
        self._changed = changed
        self._clock = clock
        self._since: dict[str, float] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def start(self, name: str, work: Work) -> None:
        """Keep a task running until ``stop``. ``name``: what it is called in logs, metrics and health. ``work``: makes
        it; what it leaves to itself is dropped with it, what it works for is not.
        """
        task = asyncio.create_task(self.keep(name, work), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def keep(self, name: str, work: Work) -> None:
        """Run a task here, again and again until it ends without an exception, or is cancelled."""
        pause = FIRST_PAUSE
        while True:
            began = self._clock()
            try:
                await work()
                return
            except asyncio.CancelledError as error:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                # Nobody cancelled this task: something within it leaked its own end.
                self.failed(name, error)
            except Exception as error:
                self.failed(name, error)
            if self._clock() - began > WELL_AFTER:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def failed(self, name: str, error: BaseException | str) -> None:
        """Log and count a failure; the name counts as failing until nothing was told of it for a while. ``name``: of
        the task. ``error``: what ended it, or one of its items.
        """
        self._failures[name] += 1
        trace = error if isinstance(error, BaseException) else None
        _LOGGER.error("%s failed: %s", name, (trace and repr(trace)) or error, exc_info=trace)
        begins = name not in self._since
        self._since.setdefault(name, self._clock())
        if (timer := self._timers.pop(name, None)) is not None:
            timer.cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(
            WELL_AFTER + LONGEST_PAUSE, self._well, name
        )
        if begins:
            self._changed()

    def failing(self) -> dict[str, float]:
        """Tasks that fail, by name, and for how many seconds."""
        now = self._clock()
        return {name: round(now - since, 1) for name, since in self._since.items()}

    async def stop(self) -> None:
        """End all tasks."""
        for timer in self._timers.values():
            timer.cancel()
        running = set(self._running)
        # A cancellation can be lost (asyncio.wait_for before Python 3.12): nobody waits for such a task for ever.
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=_CANCELLED_AGAIN)

    def _well(self, name: str) -> None:
        self._timers.pop(name, None)
        if self._since.pop(name, None) is not None:
            self._changed()


async def to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Wait for what must not be left half done; whoever cancels the waiting, once or again, waits as well."""
    task = asyncio.ensure_future(work)
    cancelled = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return task.result()
