"""The queue of the shadow is bounded and never waits."""

import asyncio
from datetime import UTC, datetime

import pytest

from config.rollout import Dialect
from diffing.model import Observation
from proxy.exchange.decision import Decision, Side
from proxy.exchange.exchange import Exchange
from proxy.message.translation import Request, Untranslatable
from proxy.shadow.queue import MemoryQueue

pytestmark = pytest.mark.anyio
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).replace(tzinfo=None)


def exchange(size: int = 0, at: datetime = AT) -> Exchange:
    """A served exchange with an answer of some size."""
    decision = Decision(Dialect.LEGACY, None, Untranslatable("test"), Side.LEGACY, None, False)
    return Exchange(Request("GET", b"/"), decision, Observation(200, (), b"x" * size), at=at)


async def test_exchanges_come_out_as_they_went_in() -> None:
    """First in, first out."""
    queue = MemoryQueue(10, 100_000)
    exchanges = [exchange(number) for number in range(3)]
    assert [queue.put(item) for item in exchanges] == [True] * 3
    assert [await queue.get() for _ in exchanges] == exchanges


async def test_the_number_is_bounded() -> None:
    """A full queue refuses; room that was made is used again."""
    queue = MemoryQueue(2, 100_000)
    assert [queue.put(exchange()) for _ in range(3)] == [True, True, False]
    await queue.get()
    assert queue.put(exchange())


async def test_bytes_are_bounded_too() -> None:
    """A few large answers fill the queue."""
    queue = MemoryQueue(10, 10_500)
    assert [queue.put(exchange(6000)), queue.put(exchange(6000)), queue.put(exchange())] == [
        True,
        False,
        True,
    ]


async def test_get_waits_for_an_exchange() -> None:
    """A worker sleeps while there is nothing to do."""
    queue = MemoryQueue(10, 10_500)
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert not waiting.done()
    queue.put(exchange())
    assert await waiting == exchange()


async def test_join_waits_for_what_is_worked_on() -> None:
    """An exchange that was taken is not done yet."""
    queue = MemoryQueue(10, 10_500)
    queue.put(exchange())
    await queue.get()
    joined = asyncio.create_task(queue.join())
    await asyncio.sleep(0)
    assert not joined.done()
    queue.done()
    await joined


async def test_what_waits_can_be_dropped() -> None:
    """And is handed back, so that it can be counted."""
    queue = MemoryQueue(10, 10_500)
    queue.put(exchange())
    queue.put(exchange())
    assert len(queue.drop()) == 2
    await queue.join()
    assert len(queue) == 0
