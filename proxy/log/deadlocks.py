"""Transactions that InnoDB ended because two waited for each other: that says nothing about the log."""

from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy.exc import OperationalError

_DEADLOCK: Final = 1213
_TRIES: Final = 5


async def past_deadlocks(write: Callable[[], Awaitable[None]]) -> None:
    """Write, and again after a deadlock: the transaction was rolled back. ``write``: one whole transaction."""
    for _ in range(_TRIES - 1):
        try:
            await write()
        except OperationalError as error:
            if not _is_deadlock(error):
                raise
        else:
            return
    await write()


def _is_deadlock(error: OperationalError) -> bool:
    told: tuple[object, ...] = getattr(error.orig, "args", ())
    return told[:1] == (_DEADLOCK,)
