"""A request under way ends when its client leaves, and when it has taken too long."""

import asyncio

import pytest
from starlette.types import Message

from proxy.inbound.request_body import ClientGone
from proxy.serve.watch import Watch

pytestmark = pytest.mark.anyio


async def leaving() -> Message:
    """The client has left."""
    return {"type": "http.disconnect"}


async def staying() -> Message:
    """The client waits for its answer."""
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_client_that_leaves_while_a_side_thinks_cancels_the_request() -> None:
    """Nobody waits for an answer that nobody wants."""
    with pytest.raises(ClientGone), Watch(leaving):
        await asyncio.Event().wait()


@pytest.mark.parametrize("longest", [0.01, 0.08])
async def test_a_request_has_a_longest_time(longest: float) -> None:
    """Shorter and longer than what most take."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(TimeoutError), Watch(staying, longest):
        await asyncio.Event().wait()
    assert loop.time() - started >= longest * 0.9


async def test_what_is_over_in_time_is_left_alone() -> None:
    """Nothing of it comes later."""
    with Watch(leaving, 0.06):
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "client watch"]


async def test_a_cancelled_proxy_is_not_a_client_that_left() -> None:
    """Shutting down cancels too, even at the moment at which the client leaves."""

    async def serve() -> None:
        with Watch(leaving):
            await asyncio.Event().wait()

    for seconds in (0, 0.04, 0.05, 0.06):
        task = asyncio.create_task(serve())
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(seconds, task.cancel)
        with pytest.raises((asyncio.CancelledError, ClientGone)):
            await task

    async def both() -> None:
        with Watch(leaving):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                task.cancel()
                raise

    task = asyncio.create_task(both())
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancellation_that_became_another_error_is_over() -> None:
    """What the same task does next has a time of its own."""

    async def failing() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError("instead") from None

    with pytest.raises(ValueError, match="instead"), Watch(staying, 0.01):
        await failing()
    with pytest.raises(TimeoutError), Watch(staying, 0.01):
        await asyncio.Event().wait()
