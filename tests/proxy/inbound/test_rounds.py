"""Whoever sends much goes on in one of the next rounds."""

import asyncio

import pytest

from proxy.inbound.rounds import Rounds

pytestmark = pytest.mark.anyio


async def test_few_go_on_in_each_round_in_the_order_they_came() -> None:
    """None in the same one; who has left is passed over."""
    rounds = Rounds(2)
    found: list[str] = []
    for name in "abcde":
        rounds.wait(name, lambda name=name: found.append(name))  # type: ignore[misc]  # bound at once
    rounds.leave("b")
    rounds.leave("nobody")
    told = [len(found)]
    for _ in range(3):
        await asyncio.sleep(0)
        told.append(len(found))
    assert (found, told) == (["a", "c", "d", "e"], [0, 2, 4, 4])
    rounds.wait("f", lambda: found.append("f"))
    await asyncio.sleep(0)
    assert found[-1] == "f"


async def test_what_fails_stops_nobody_else() -> None:
    """The loop is told of it."""
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context["exception"]))
    rounds, found = Rounds(1), list[str]()

    def fail() -> None:
        raise ValueError("no")

    rounds.wait("a", fail)
    rounds.wait("b", lambda: found.append("b"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert (found, [str(error) for error in told]) == (["b"], ["no"])
