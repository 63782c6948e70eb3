"""A task that ends by an exception is logged, counted and started again."""

import asyncio
import logging
from collections import Counter

import pytest

from config import tasks as tasks_module
from config.tasks import Tasks, to_its_end

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that a test can wait for."""
    for name in ("FIRST_PAUSE", "LONGEST_PAUSE", "WELL_AFTER"):
        monkeypatch.setattr(tasks_module, name, 0.01)


async def test_a_task_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    """However it ended; each end is logged once with its traceback, and it counts as failing until it is well."""
    failures: Counter[str] = Counter()
    told: list[dict[str, float]] = []
    tasks = Tasks(failures, changed=lambda: told.append(tasks.failing()))
    ends = [ValueError("first"), asyncio.CancelledError("second")]
    running = asyncio.Event()

    async def work() -> None:
        if ends:
            raise ends.pop(0)
        running.set()
        await asyncio.Event().wait()

    tasks.start("job", work)
    await running.wait()
    assert failures == {"job": 2}
    records = [record for record in caplog.records if record.name == tasks_module.__name__]
    assert [(record.levelno, record.exc_info is not None) for record in records] == [
        (logging.ERROR, True)
    ] * 2
    assert list(told[0]) == ["job"]
    async with asyncio.timeout(5):
        while tasks.failing():
            await asyncio.sleep(0.01)
    assert told[-1] == {}
    await tasks.stop()


async def test_a_task_that_is_done_is_not_started_again() -> None:
    """Only an exception is a failure."""
    failures: Counter[str] = Counter()
    calls = []

    async def work() -> None:
        calls.append(1)

    await Tasks(failures).keep("job", work)
    assert (len(calls), failures) == (1, {})


async def test_stopping_is_no_failure() -> None:
    """Tasks that are cancelled end."""
    failures: Counter[str] = Counter()
    tasks = Tasks(failures)
    tasks.start("job", asyncio.Event().wait)  # type: ignore[arg-type]  # what it gives does not matter
    await asyncio.sleep(0)
    await tasks.stop()
    assert failures == {}


async def test_a_failing_item_needs_no_end() -> None:
    """What is told without an exception is counted, too."""
    failures: Counter[str] = Counter()
    tasks = Tasks(failures)
    tasks.failed("job", "an item was dropped")
    assert failures == {"job": 1}
    assert list(tasks.failing()) == ["job"]
    await tasks.stop()


async def test_a_task_that_loses_its_cancellation_is_ended_all_the_same() -> None:
    """As wait_for does before Python 3.12 when a cancellation comes with what it waits for."""
    lost: list[str] = []
    began = asyncio.Event()

    async def forgetful() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.append("once")
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
        await asyncio.Event().wait()

    tasks = Tasks(Counter())
    tasks.start("forgetful", forgetful)
    await began.wait()
    async with asyncio.timeout(10):
        await tasks.stop()
    assert lost == ["once"]


async def test_what_must_not_be_left_half_done_is_waited_for() -> None:
    """However often the waiting is cancelled; the cancellation is not lost."""
    over = asyncio.Event()

    async def work() -> bool:
        return await over.wait()

    waiting = asyncio.create_task(to_its_end(work()))
    for _ in range(3):
        await asyncio.sleep(0.01)
        waiting.cancel()
    await asyncio.sleep(0.01)
    assert not waiting.done()
    over.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await to_its_end(work())
