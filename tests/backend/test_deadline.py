"""Work ends when nobody waits for it any longer."""

from __future__ import annotations

import asyncio
import time

import pytest
from starlette.types import Message

from backend.deadline import Deadline, NobodyWaits, while_awaited

pytestmark = pytest.mark.anyio


async def stays() -> Message:
    """A client that does not leave."""
    await asyncio.Event().wait()
    raise AssertionError


async def left() -> Message:
    """A client that has left."""
    return {"type": "http.disconnect"}


def soon(seconds: float) -> Deadline:
    """In so many seconds."""
    return Deadline(time.monotonic() + seconds)


async def test_what_ends_in_time_is_answered() -> None:
    """With what it returns."""

    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert await while_awaited(stays, soon(60), work) == 7


async def test_what_fails_in_time_fails() -> None:
    """With its own error."""

    async def work() -> None:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        await while_awaited(stays, soon(60), work)


async def test_what_holds_something_lets_it_go_at_the_deadline() -> None:
    """Before it hears that it is cancelled, because it may not hear at all."""
    told: list[str] = []
    deadline = soon(0.05)

    async def work() -> None:
        with deadline.holding(lambda: told.append("let go")):
            try:
                await asyncio.Event().wait()
            finally:
                told.append("cancelled")

    with pytest.raises(NobodyWaits):
        await while_awaited(stays, deadline, work)
    assert (told, deadline.left) == (["let go", "cancelled"], 0.0)
    deadline.let_go()
    assert len(told) == 2


async def test_what_fails_when_its_time_is_over_was_ended() -> None:
    """Whatever the error is that it makes of that."""
    deadline = soon(0.05)

    async def work() -> None:
        while deadline.left:
            await asyncio.sleep(0)
        raise ValueError("connection lost")

    with pytest.raises(NobodyWaits):
        await while_awaited(stays, deadline, work)


async def test_nothing_begins_for_a_client_that_has_left() -> None:
    """It would only have to be undone."""
    begun: list[int] = []

    async def work() -> None:
        begun.append(1)

    with pytest.raises(NobodyWaits):
        await while_awaited(left, soon(60), work)
    assert begun == []


async def test_a_client_that_leaves_ends_the_work() -> None:
    """Long before the deadline; what it sends meanwhile is no farewell."""
    messages: list[Message] = [{"type": "http.disconnect"}, {"type": "http.request"}]
    began = asyncio.Event()

    async def leaving() -> Message:
        await began.wait()
        return messages.pop()

    async def work() -> None:
        began.set()
        await asyncio.Event().wait()

    with pytest.raises(NobodyWaits):
        await while_awaited(leaving, soon(60), work)
    assert messages == []


async def test_whoever_is_cancelled_ends_the_work_too() -> None:
    """Nothing goes on by itself."""
    ended = asyncio.Event()
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(while_awaited(stays, soon(60), work))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
