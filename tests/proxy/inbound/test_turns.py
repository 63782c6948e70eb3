"""Turns of clients that do not wait for their answers."""

import asyncio

import pytest

from proxy.inbound.turns import Turns

pytestmark = pytest.mark.anyio


class Clients:
    """Requests that end when they are told to."""

    def __init__(self, most: int) -> None:
        self.turns = Turns(most)
        self.begun: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}

    def take(self, name: str) -> None:
        """Let one wait for a turn."""
        self.ends[name] = asyncio.Event()
        self.turns.take(name, lambda: self._begin(name))

    def _begin(self, name: str) -> asyncio.Task[None]:
        async def run() -> None:
            await self.ends[name].wait()

        self.begun.append(name)
        return asyncio.get_running_loop().create_task(run(), name=name)

    async def end(self, name: str) -> None:
        """Let one end."""
        self.ends[name].set()
        for _ in range(3):
            await asyncio.sleep(0)


async def test_few_have_a_turn_at_a_time_in_the_order_they_came() -> None:
    """The next begins when one ends; who has left is passed over."""
    clients = Clients(2)
    for name in "abcde":
        clients.take(name)
    assert clients.begun == ["a", "b"]
    clients.turns.leave("c")
    clients.turns.leave("nobody")
    await clients.end("b")
    assert clients.begun == ["a", "b", "d"]
    await clients.end("a")
    assert clients.begun == ["a", "b", "d", "e"]
    for name in "de":
        await clients.end(name)
    clients.take("f")
    assert clients.begun[-1] == "f"
    await clients.end("f")


async def test_one_that_waits_for_others_does_not_keep_its_turn() -> None:
    """So that nobody stops all others by not reading; the turn comes back once only."""
    clients = Clients(1)
    for name in "abc":
        clients.take(name)
    async with asyncio.timeout(1):
        while "b" not in clients.begun:
            await asyncio.sleep(0.01)
    await clients.end("a")
    assert clients.begun == ["a", "b"]
    await clients.end("b")
    assert clients.begun == ["a", "b", "c"]
    await clients.end("c")
