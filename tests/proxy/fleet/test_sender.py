"""Each exchange that is handed on is queued, or shed with a reason; nobody waits."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from config.tasks import Tasks
from proxy.exchange.exchange import Exchange
from proxy.fleet.capture import decode, read_label
from proxy.fleet.seal import Seal
from proxy.fleet.sender import AWAY, FAILED, FULL, REFUSED, CaptureSender
from proxy.fleet.stream import CaptureStream
from proxy.runtime.telemetry import Telemetry
from tests.proxy.fleet.test_capture import ROUTES, exchange
from tests.redis_server import RedisServer

pytestmark = pytest.mark.anyio


class Told:
    """Who is told of verdicts."""

    def __init__(self) -> None:
        self.findings: list[Exchange] = []

    def add(self, exchange: Exchange) -> None:
        """Keep it."""
        self.findings.append(exchange)

    @property
    def verdicts(self) -> Counter[str]:
        """How many of which."""
        return Counter(one.comparison.verdict for one in self.findings)

    async def until(self, number: int) -> None:
        """Wait for so many."""
        async with asyncio.timeout(20):
            while len(self.findings) < number:
                await asyncio.sleep(0.01)


@pytest.fixture
async def tasks() -> AsyncIterator[Tasks]:
    """Ended with the test."""
    found = Tasks(Counter())
    yield found
    await found.stop()


def numbered(number: int) -> Exchange:
    """A served exchange, as the process that served it calls it."""
    return replace(exchange(), number=number)


@pytest.mark.parametrize("sealed", [True, False])
async def test_what_is_queued_can_be_read(stream: CaptureStream, tasks: Tasks, sealed: bool) -> None:
    """By whoever has the key, where there is one."""
    told, seal = Told(), Seal([b"k" * 32])
    sender = CaptureSender(stream, seal if sealed else None, told, Telemetry())
    sender.start(tasks)
    sender.offer(numbered(3), None if sealed else "user")
    await told.until(1)
    assert (told.findings[0].number, told.verdicts) == (3, {"queued": 1})
    [entry] = await stream.read("one", 5, 0.1)
    label, content = entry.capture.label, entry.capture.content
    assert entry.capture.sealed is sealed
    if sealed:
        assert b"/data/61" not in content
        content = seal.open(content, label)
    found, role = decode(read_label(label), content, ROUTES, 3)
    assert (found, role) == (numbered(3), None if sealed else "user")


async def test_what_finds_no_room_is_shed(stream: CaptureStream, tasks: Tasks) -> None:
    """And for a moment nothing is sealed for nothing; then there may be room again."""
    told, telemetry = Told(), Telemetry()
    sender = CaptureSender(stream, None, told, telemetry)
    sender.start(tasks)
    for number in range(9):
        sender.offer(numbered(number))
    await told.until(9)
    sender.offer(numbered(9))
    assert told.verdicts == {"queued": 3, "shed": 7}
    assert telemetry.shed == {FULL: 7}
    await stream.remove(await stream.read("one", 9, 0.1))
    async with asyncio.timeout(20):
        while told.verdicts["queued"] < 4:
            sender.offer(numbered(10))
            await asyncio.sleep(0.02)


async def test_a_queue_that_is_away_is_told_once(
    redis: RedisServer, stream: CaptureStream, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    """What was on its way is sent again, all else is shed, until it is back."""
    told, telemetry = Told(), Telemetry()
    sender = CaptureSender(stream, None, told, telemetry)
    redis.stop()
    sender.start(tasks)
    sender.offer(numbered(1))
    async with asyncio.timeout(20):
        while not telemetry.shed[AWAY]:
            await asyncio.sleep(0.01)
            sender.offer(numbered(2))
    shed = telemetry.shed[AWAY]
    redis.start()
    async with asyncio.timeout(20):
        while not told.verdicts["queued"]:
            await asyncio.sleep(0.01)
    assert told.findings[-1].number == 1
    assert told.verdicts == {"queued": 1, "shed": shed}
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "takes no captures" in caplog.records[0].message
    assert "takes captures again" in caplog.records[1].message


async def test_what_redis_refuses_is_shed(
    stream: CaptureStream, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    """It is not sent again, and not told of each."""
    told, telemetry = Told(), Telemetry()
    sender = CaptureSender(stream, None, told, telemetry)
    sender.start(tasks)
    await stream._redis.config_set("maxmemory", "1")
    for number in range(3):
        sender.offer(numbered(number))
        await told.until(number + 1)
    assert telemetry.shed == {REFUSED: 3}
    assert len(caplog.records) == 1


async def test_one_that_cannot_be_encoded_ends_nothing(
    stream: CaptureStream, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    """It is shed, the next one is queued."""
    told, telemetry = Told(), Telemetry()
    sender = CaptureSender(stream, None, told, telemetry)
    sender.start(tasks)
    broken = numbered(1)
    sender.offer(replace(broken, request=replace(broken.request, headers=((b"a", "b"),))))  # type: ignore[arg-type]  # on purpose
    sender.offer(numbered(2))
    await told.until(2)
    assert (telemetry.shed, told.verdicts) == ({FAILED: 1}, {"shed": 1, "queued": 1})
    assert "cannot be queued" in caplog.text
