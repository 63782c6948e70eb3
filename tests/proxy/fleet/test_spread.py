"""A check gets an answer to each of its shares, whatever happens to the queue and to workers."""

import asyncio
from dataclasses import replace

import pytest

from config.queue import QueueSettings
from proxy.fleet.spread import NobodyWorks
from tests.mariadb import free_port
from tests.proxy.fleet.share_workers import Check, Worker
from tests.redis_server import RedisServer

pytestmark = pytest.mark.anyio


async def test_workers_share_the_work(settings: QueueSettings) -> None:
    """More shares than find room at a time; nothing is left in the queue."""
    workers = [Worker(settings, name) for name in ("one", "two")]
    assert await Check(settings, 20).run() == [b"%c 1" % letter for letter in b"ABCDEFGHIJKLMNOPQRST"]
    assert sum(worker.taker.done for worker in workers) == 20
    assert min(worker.taker.done for worker in workers) > 0
    found = await workers[0].stream.state()
    keys = await workers[0].stream._redis.keys("*")
    for worker in workers:
        await worker.aclose()
    assert (found.captures, found.bytes) == (0, 0)
    assert sorted(keys) == [b"{parity}:share-bytes", b"{parity}:shares"]


async def test_what_the_queue_lost_is_given_again(settings: QueueSettings) -> None:
    """With its name."""
    check = Check(settings, 3)
    running = asyncio.create_task(check.run())
    async with asyncio.timeout(10):
        while (await check.stream.state()).captures < 3:
            await asyncio.sleep(0.05)
    await check.stream._redis.flushall()
    worker = Worker(settings, "late")
    assert await running == [b"A 1", b"B 1", b"C 1"]
    await worker.aclose()


async def test_the_queue_may_restart(settings: QueueSettings, redis: RedisServer) -> None:
    """Nothing is lost, and nobody gives up."""
    worker = Worker(settings, "one")

    async def restart() -> None:
        await asyncio.to_thread(redis.stop)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(redis.start)

    check = Check(settings, 20)
    restarting = asyncio.create_task(restart())
    assert len(await check.run()) == 20
    await restarting
    await worker.aclose()


async def test_an_answer_that_breaks_the_check_ends_it(settings: QueueSettings) -> None:
    """And what it raises is told."""

    class Refused(Exception):
        pass

    class Breaking(Check):
        def take(self, number: int, answer: bytes) -> None:
            raise Refused(number, answer)

    worker = Worker(settings, "one")
    with pytest.raises(Refused):
        await Breaking(settings, 3).run()
    await worker.aclose()


async def test_without_workers_it_says_so(settings: QueueSettings) -> None:
    """Not forever."""
    with pytest.raises(
        NobodyWorks, match=r"no worker has taken a share for 0\.2 s; start parity worker --queue"
    ):
        await Check(settings, 2, patience=0.2).run()


async def test_without_a_queue_it_says_so(settings: QueueSettings) -> None:
    """Likewise."""
    away = replace(settings, url=f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(NobodyWorks, match="is away"):
        await Check(away, 2, patience=0.2).run()


async def test_a_share_without_room_is_named(settings: QueueSettings) -> None:
    """It would never find any."""
    with pytest.raises(NobodyWorks, match="no room for a share of 1 bytes"):
        await Check(replace(settings, capture_bytes=10), 1).run()


async def test_a_check_waits_for_the_shares_of_another_one(settings: QueueSettings) -> None:
    """A queue that is full of them is emptied by workers."""
    narrow = replace(settings, captures=2)
    checks = [Check(narrow, 8), Check(narrow, 8)]
    running = [asyncio.create_task(check.run()) for check in checks]
    await asyncio.sleep(0.5)
    assert not any(task.done() for task in running)
    worker = Worker(narrow, "one")
    assert await asyncio.gather(*running) == 2 * [[b"%c 1" % letter for letter in b"ABCDEFGH"]]
    await worker.aclose()


async def test_without_workers_a_full_queue_is_no_reason_to_wait_on(settings: QueueSettings) -> None:
    """Neither forever."""
    narrow = replace(settings, captures=1)
    first = asyncio.create_task(Check(narrow, 1, patience=2).run())
    await asyncio.sleep(0.3)
    with pytest.raises(NobodyWorks, match=r"no worker has taken a share for 0\.2 s"):
        await Check(narrow, 1, patience=0.2).run()
    with pytest.raises(NobodyWorks):
        await first
