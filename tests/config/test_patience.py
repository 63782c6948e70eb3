"""What hangs is left alone."""

import asyncio
import time

import pytest

from config.patience import at_most

pytestmark = pytest.mark.anyio


async def stubborn(seconds: float) -> str:
    """Does not end when it is cancelled."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            await asyncio.sleep(end - time.monotonic())
        except asyncio.CancelledError:
            continue
    return "done"


async def test_what_ends_in_time_gives_its_result() -> None:
    """Or its exception."""
    assert await at_most(5, stubborn(0.01)) == "done"

    async def failing() -> None:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        await at_most(5, failing())


async def test_nobody_waits_for_what_hangs() -> None:
    """Not even for its end."""
    started = time.monotonic()
    with pytest.raises(TimeoutError, match=r"no answer within 0\.05 s"):
        await at_most(0.05, stubborn(0.5))
    assert time.monotonic() - started < 0.4
    await asyncio.sleep(0.6)


async def test_nor_when_nobody_needs_it_any_more() -> None:
    """Whoever waits can be cancelled."""
    started = time.monotonic()
    waiting = asyncio.create_task(at_most(5, stubborn(0.5)))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert time.monotonic() - started < 0.4
    await asyncio.sleep(0.6)


async def test_what_is_left_alone_is_cancelled_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits again when it is cancelled, as for the answer to a rollback, keeps no loop from closing."""
    monkeypatch.setattr("config.patience._AGAIN", 0.02)
    ended = asyncio.Event()

    async def waits_twice() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    with pytest.raises(TimeoutError):
        await at_most(0.02, waits_twice())
    async with asyncio.timeout(5):
        await ended.wait()
