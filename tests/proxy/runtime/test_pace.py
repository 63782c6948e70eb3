"""How fast a side may be asked."""

import asyncio
import time

import pytest

from proxy.runtime.pace import Pace

pytestmark = pytest.mark.anyio


async def taken(pace: Pace, turns: int) -> float:
    """Seconds that so many turns take, all wanted at once."""
    started = time.monotonic()
    await asyncio.gather(*(pace.turn() for _ in range(turns)))
    return time.monotonic() - started


async def test_turns_are_spread() -> None:
    """Of eleven turns at 100 a second the last one comes after a tenth of a second."""
    assert 0.1 <= await taken(Pace(100), 11) < 1


async def test_who_takes_many_turns_makes_the_next_one_wait() -> None:
    """Not himself."""
    pace, started = Pace(100), time.monotonic()
    await pace.turn(50)
    assert time.monotonic() - started < 0.5
    await pace.turn()
    assert time.monotonic() - started >= 0.5


async def test_without_a_rate_nobody_waits() -> None:
    """A thousand turns at once."""
    assert await taken(Pace(), 1000) < 0.5


async def test_time_that_nobody_used_is_not_saved_up() -> None:
    """After a pause turns are spread as before, without a burst."""
    pace = Pace(100)
    await taken(pace, 3)
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.05)
    assert await taken(pace, 6) >= 0.05
