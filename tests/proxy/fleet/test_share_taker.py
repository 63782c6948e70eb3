"""A worker does what it takes, and leaves to others what it cannot."""

import asyncio
from dataclasses import replace

import pytest

from config.queue import QueueSettings
from proxy.fleet.seal import Seal
from proxy.fleet.spread import NobodyWorks
from tests.proxy.fleet.share_workers import Check, Worker, upper

pytestmark = pytest.mark.anyio


async def test_a_share_of_a_worker_that_ended_is_done_by_another(settings: QueueSettings) -> None:
    """At once where it was told to end."""
    begun = asyncio.Event()

    async def forever(content: bytes, deliveries: int) -> bytes:
        begun.set()
        await asyncio.sleep(60)
        return b""

    slow = replace(settings, claim_seconds=60.0)
    first = Worker(slow, "first", forever)
    check = asyncio.create_task(Check(slow, 1).run())
    await begun.wait()
    await first.aclose()
    second = Worker(slow, "second")
    assert await check == [b"A 2"]
    await second.aclose()


async def test_a_share_that_is_being_done_is_not_taken_over(settings: QueueSettings) -> None:
    """However long it takes."""

    async def long(content: bytes, deliveries: int) -> bytes:
        await asyncio.sleep(1.5)
        return await upper(content, deliveries)

    workers = [Worker(settings, name, long) for name in ("one", "two")]
    assert await Check(settings, 1).run() == [b"A 1"]
    for worker in workers:
        await worker.aclose()


async def test_the_shares_of_a_check_that_is_gone_are_dropped(settings: QueueSettings) -> None:
    """Undone."""
    check = Check(settings, 3)
    running = asyncio.create_task(check.run())
    async with asyncio.timeout(10):
        while (await check.stream.state()).captures < 3:
            await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    worker = Worker(settings, "late")
    async with asyncio.timeout(10):
        while (await worker.stream.state()).captures:
            await asyncio.sleep(0.05)
    assert worker.taker.done == 0
    await worker.aclose()


async def test_workers_with_another_key_answer_nothing(
    settings: QueueSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One with the key does it; where there is none, the check says what may be wrong."""
    other = Worker(settings, "other", seal=Seal([b"x" * 32]))
    right = Worker(settings, "right")
    assert len(await Check(settings, 3).run()) == 3
    await right.aclose()
    monkeypatch.setattr("proxy.fleet.spread._LOST", 1)
    hasty = replace(settings, claim_seconds=0.05, deliveries=1)
    await other.aclose()
    other = Worker(hasty, "other", seal=Seal([b"x" * 32]))
    with pytest.raises(NobodyWorks, match="do all workers have the key"):
        await Check(hasty, 1).run()
    await other.aclose()
