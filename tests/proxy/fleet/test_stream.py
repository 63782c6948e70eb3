"""The queue keeps what it has acknowledged, and no more than it may."""

import asyncio
from dataclasses import replace

import pytest

from config.queue import QueueSettings
from proxy.fleet.stream import CaptureStream, Entry, QueueAway, QueueRefused, Sent
from tests.mariadb import free_port
from tests.redis_server import RedisServer

pytestmark = pytest.mark.anyio


def capture(number: int, size: int = 10) -> Sent:
    """A capture of so many bytes."""
    return Sent(b"%05d" % number, b"x" * (size - 5), sealed=True)


async def everything(stream: CaptureStream, name: str, captures: int) -> list[Entry]:
    """What a worker takes over, until it has so many; their time must come first."""
    found: list[Entry] = []
    async with asyncio.timeout(20):
        while len(found) < captures:
            found += await stream.take_over(name, 10)
    return found


async def test_captures_come_in_order_and_once(stream: CaptureStream) -> None:
    """Whoever was there first: the group is made by the first who asks."""
    assert await stream.add([capture(n) for n in range(3)]) == [True] * 3
    first = await stream.read("one", 2, 0.1)
    second = await stream.read("other", 2, 0.1)
    assert [one.capture for one in (*first, *second)] == [capture(n) for n in range(3)]
    assert await stream.read("one", 2, 0.05) == []


async def test_a_full_queue_refuses_what_is_new(stream: CaptureStream) -> None:
    """By number; what has been taken and not removed counts, too."""
    assert await stream.add([capture(n) for n in range(7)]) == [True] * 5 + [False] * 2
    taken = await stream.read("one", 2, 0.1)
    assert await stream.add([capture(8)]) == [False]
    await stream.remove(taken)
    assert await stream.add([capture(n) for n in (9, 10, 11)]) == [True, True, False]


async def test_bytes_are_bounded(stream: CaptureStream) -> None:
    """A large one finds no room where a small one does; removed twice, it makes room once."""
    assert await stream.add([capture(1, 900), capture(2, 200), capture(3, 50)]) == [True, False, True]
    assert (await stream.state()).bytes == 950
    large = await stream.read("one", 1, 0.1)
    await stream.remove(large)
    await stream.remove(large)
    assert (await stream.state()).bytes == 50
    assert await stream.add([capture(4, 940)]) == [True]


async def test_many_proxies_keep_one_bound(settings: QueueSettings) -> None:
    """Whatever they send at the same time."""
    streams = [CaptureStream(settings) for _ in range(4)]
    added = await asyncio.gather(*(stream.add([capture(n) for n in range(4)]) for stream in streams))
    for stream in streams:
        await stream.aclose()
    assert sum(map(sum, added)) == settings.captures


async def test_a_queue_that_lost_everything_has_room(stream: CaptureStream, redis: RedisServer) -> None:
    """Its bytes are forgotten with its captures, and its group is made again."""
    await stream.add([capture(1, 900)])
    await stream.read("one", 1, 0.1)
    await stream._redis.delete("{parity}:captures")
    assert await stream.add([capture(2, 900)]) == [True]
    assert [one.capture for one in await stream.read("one", 1, 0.1)] == [capture(2, 900)]


async def test_captures_of_a_silent_worker_are_taken_over(stream: CaptureStream) -> None:
    """Not those that their worker keeps; how many have had one is told."""
    await stream.add([capture(1), capture(2)])
    kept, left = await stream.read("one", 2, 0.1)
    assert await stream.take_over("other", 10) == []
    async with asyncio.timeout(20):
        found: list[Entry] = []
        while not found:
            await stream.keep("one", [kept.id])
            found = await stream.take_over("other", 10)
    assert found == [replace(left, deliveries=2)]


async def test_given_back_is_taken_over_at_once(settings: QueueSettings) -> None:
    """However long one waits for a silent worker."""
    stream = CaptureStream(replace(settings, claim_seconds=600))
    await stream.add([capture(1), capture(2)])
    entries = await stream.read("one", 2, 0.1)
    await stream.give_back("one", [entries[1].id])
    assert await stream.take_over("other", 10) == [replace(entries[1], deliveries=2)]
    await stream.aclose()


async def test_all_captures_of_a_dead_worker_are_found(settings: QueueSettings) -> None:
    """Also behind many that another one keeps: a look goes on where the last one ended."""
    stream = CaptureStream(replace(settings, captures=300, capture_bytes=10_000))
    await stream.add([capture(n) for n in range(210)])
    kept = await stream.read("living", 200, 0.1)
    dead = await stream.read("dead", 10, 0.1)
    found: list[Entry] = []
    async with asyncio.timeout(20):
        while len(found) < 10:
            await stream.keep("living", [one.id for one in kept])
            found += await stream.take_over("other", 5)
    assert sorted(one.id for one in found) == [one.id for one in dead]
    await stream.aclose()


async def test_the_state_is_what_to_scale_by(stream: CaptureStream) -> None:
    """Lag is the age of the oldest capture that no worker has."""
    empty = await stream.state()
    assert (empty.captures, empty.pending, empty.lag_seconds) == (0, 0, 0.0)
    await stream.add([capture(1), capture(2)])
    await stream.read("one", 1, 0.1)
    first = await stream.state()
    assert (first.captures, first.bytes, first.pending) == (2, 20, 1)
    async with asyncio.timeout(20):
        while (await stream.state()).lag_seconds < 0.2:
            await asyncio.sleep(0.02)
    await stream.read("one", 1, 0.1)
    assert (await stream.state()).lag_seconds == 0.0


async def test_names_of_workers_that_ended_are_forgotten(
    stream: CaptureStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But not while captures are in their hands: those would be nobody's."""
    monkeypatch.setattr("proxy.fleet.stream._IDLE_NAMES", -1)
    await stream.add([capture(1)])
    [held] = await stream.read("holding", 1, 0.1)
    await stream.read("idle", 1, 0.01)
    await stream.forget_names()
    names = [one["name"] for one in await stream._redis.xinfo_consumers("{parity}:captures", "workers")]
    assert names == [b"holding"]
    await stream.remove([held])
    await stream.forget_names()
    assert await stream._redis.xinfo_consumers("{parity}:captures", "workers") == []


async def test_nobody_listens() -> None:
    """Then it is away, and its password is not told."""
    stream = CaptureStream(QueueSettings(url=f"redis://user:secret@127.0.0.1:{free_port()}/3"))
    with pytest.raises(QueueAway):
        await stream.add([capture(1)])
    assert stream.shown.endswith("/3")
    assert "secret" not in stream.shown
    await stream.aclose()


async def test_a_server_without_memory_takes_nothing_new(redis: RedisServer, stream: CaptureStream) -> None:
    """What is judged can be removed all the same, which makes room."""
    await stream.add([capture(1)])
    entries = await stream.read("one", 1, 0.1)
    await stream._redis.config_set("maxmemory", "1")
    with pytest.raises(QueueRefused, match="maxmemory"):
        await stream.add([capture(2)])
    await stream.remove(entries)
    await stream._redis.config_set("maxmemory", "0")
    assert (await stream.state()).captures == 0
    assert (await stream.state()).bytes == 0


async def test_acknowledged_captures_outlive_the_server(redis: RedisServer, stream: CaptureStream) -> None:
    """With an append-only file; connections are made anew."""
    await stream.add([capture(1), capture(2)])
    await stream.read("one", 1, 0.1)
    redis.stop()
    with pytest.raises(QueueAway):
        await stream.read("one", 1, 0.1)
    redis.start()
    assert [one.capture for one in await stream.read("one", 5, 0.1)] == [capture(2)]
    assert [one.capture for one in await everything(stream, "one", 2)] == [capture(1), capture(2)]
