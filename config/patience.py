"""Wait for something that may hang, and go on without it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

_AGAIN: Final = 1.0
_left_alone: set[asyncio.Task[Any]] = set()


async def at_most(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of some work, or an end of waiting.

    ``asyncio.timeout`` waits until what it cancels has ended, and a transaction on a database that hangs does not end:
    it waits for the answer to its rollback. Here it is cancelled and left alone, and cancelled again until it ends:
    else a loop that is closed would wait for it. ``seconds``: how long to wait. ``work``: what may hang. Raises
    TimeoutError: it did not end in time.
    """
    task = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        _leave_alone(task)
        raise
    if not done:
        _leave_alone(task)
        raise TimeoutError(f"no answer within {seconds:g} s")
    return task.result()


def _leave_alone(task: asyncio.Task[Any]) -> None:
    _left_alone.add(task)
    task.add_done_callback(_forget)
    _cancel(task)


def _cancel(task: asyncio.Task[Any]) -> None:
    if not task.done():
        task.cancel()
        asyncio.get_running_loop().call_later(_AGAIN, _cancel, task)


def _forget(task: asyncio.Task[Any]) -> None:
    _left_alone.discard(task)
    if not task.cancelled():
        task.exception()  # nobody is there to be told
