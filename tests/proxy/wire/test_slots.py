"""Slots are given in order, and none is lost, whoever leaves."""

import asyncio

import pytest

from proxy.wire.slots import Slots

pytestmark = pytest.mark.anyio


async def test_who_waits_longest_is_next() -> None:
    """And nobody who comes later overtakes."""
    slots, order = Slots(1), []
    await slots.take()

    async def waiting(name: str) -> None:
        await slots.take()
        order.append(name)

    tasks = [asyncio.create_task(waiting(name)) for name in "ab"]
    await asyncio.sleep(0)
    slots.give_back()
    assert not slots.take_free(), "it is the first one's already"
    await asyncio.sleep(0)
    assert order == ["a"]
    slots.give_back()
    await asyncio.gather(*tasks)
    slots.give_back()
    assert slots.take_free()


@pytest.mark.parametrize("given", [False, True])
async def test_who_leaves_takes_no_slot_along(given: bool) -> None:
    """Neither while it waits, nor at the moment at which it is given one."""
    slots = Slots(1)
    await slots.take()
    leaving, staying = asyncio.create_task(slots.take()), asyncio.create_task(slots.take())
    await asyncio.sleep(0)
    if given:
        slots.give_back()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert len(slots._waiting) == (not given), "who has left is not remembered"
    if not given:
        slots.give_back()
    await asyncio.wait_for(staying, 1)
    assert not slots.take_free()
    slots.give_back()
    assert slots.take_free()
