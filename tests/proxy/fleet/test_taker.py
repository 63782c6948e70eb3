"""A worker keeps what it takes until its verdict is in the log, and leaves the rest to others."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from config.queue import QueueSettings
from config.tasks import Tasks
from diffing.model import Comparison, Outcome
from proxy.exchange.exchange import Exchange
from proxy.fleet.capture import Label, encode
from proxy.fleet.seal import Seal
from proxy.fleet.stream import CaptureStream, Sent
from proxy.fleet.taker import ABANDONED, UNREADABLE, CaptureTaker
from proxy.log.counters import Counters
from proxy.log.once import OnceRecorder
from proxy.log.tables import dropped, judged, traffic
from proxy.log.writer import Recorder, open_log
from tests.proxy.fleet.test_capture import ROUTES, exchange
from tests.redis_server import RedisServer

pytestmark = pytest.mark.anyio
SEAL = Seal([b"k" * 32])


class Judged:
    """Judges captures when it is told to, and keeps what it was given."""

    def __init__(self) -> None:
        self.offered: list[tuple[Exchange, str | None]] = []
        self.at_once = True
        self.taker: CaptureTaker | None = None

    def offer_captured(self, exchange: Exchange, role: str | None) -> None:
        """Take one."""
        self.offered.append((exchange, role))
        if self.at_once:
            self.settle(exchange, Comparison(Outcome.MATCH))

    def settle(self, exchange: Exchange, comparison: Comparison) -> None:
        """Tell a verdict."""
        assert self.taker is not None
        exchange.judgement = exchange.settled(comparison)
        self.taker.add(exchange)


class Worker:
    """A taker with all that it needs."""

    def __init__(self, settings: QueueSettings, log: str, name: str, seal: Seal | None = SEAL) -> None:
        self.stream = CaptureStream(settings)
        self.recorder = OnceRecorder(open_log(log), Counters, Recorder)
        self.judges = Judged()
        self.tasks = Tasks(Counter())
        self.taker = CaptureTaker(self.stream, seal, self.recorder, settings, name, 4, 10_000, lambda: ROUTES)
        self.judges.taker = self.taker

    async def start(self) -> None:
        """Take captures."""
        await self.recorder.open()
        self.taker.start(self.tasks, self.judges)

    async def kill(self) -> None:
        """End it as nobody wants it."""
        await self.tasks.stop()

    async def aclose(self) -> None:
        """Close what is open."""
        await self.tasks.stop()
        await self.recorder.aclose()
        await self.stream.aclose()


@pytest.fixture
def settings(redis: RedisServer) -> QueueSettings:
    """Room for all captures of a test, which are taken over after half a second."""
    return QueueSettings(url=redis.url, claim_seconds=0.5, deliveries=2)


@pytest.fixture
def log(tmp_path: Path) -> str:
    """A diff log."""
    return f"sqlite:///{tmp_path / 'log.db'}"


@pytest.fixture
async def worker(settings: QueueSettings, log: str) -> AsyncIterator[Callable[..., Worker]]:
    """Makes workers, which end with the test."""
    made: list[Worker] = []

    def make(name: str = "one", seal: Seal | None = SEAL, **others: float) -> Worker:
        made.append(Worker(replace(settings, **others), log, name, seal))  # type: ignore[arg-type]  # numbers
        return made[-1]

    yield make
    for one in made:
        await one.aclose()


def sent(found: Exchange | None = None, *, sealed: bool = True, role: str | None = None) -> Sent:
    """A capture as a proxy sends it."""
    label = Label.of(found or exchange()).bytes()
    content = encode(found or exchange(), role)
    return Sent(label, SEAL.seal(content, label) if sealed else content, sealed)


async def value(log: str, query: object) -> int:
    """A number that the log has."""
    engine = open_log(log)
    async with engine.connect() as connection:
        found = await connection.scalar(query)  # type: ignore[call-overload]  # any query for one number
    await engine.dispose()
    return int(found or 0)


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that will be true."""
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.02)


COUNTED = select(func.count()).select_from(judged)


async def test_what_is_judged_is_counted_and_removed(
    stream: CaptureStream, worker: Callable[..., Worker], log: str
) -> None:
    """In this order; nothing is left in its hands."""
    found = worker()
    await found.start()
    await stream.add([sent(), sent()])
    await until(lambda: len(found.judges.offered) == 2 and not found.taker.in_hand)
    assert [role for _, role in found.judges.offered] == [None, None]
    assert (await stream.state()).captures == 0
    assert await value(log, COUNTED) == 2


async def test_nobody_is_asked_by_what_was_not_sealed(
    stream: CaptureStream, worker: Callable[..., Worker]
) -> None:
    """Whoever can write into the queue would make the worker send what they like."""
    found = worker(seal=None)
    await found.start()
    await stream.add([sent(sealed=False), sent(sealed=False, role="admin")])
    await until(lambda: len(found.judges.offered) == 2)
    assert [role for _, role in found.judges.offered] == ["none", "admin"]


async def test_no_more_is_taken_than_is_worked_on(
    stream: CaptureStream, worker: Callable[..., Worker]
) -> None:
    """Twice as many as are judged at a time: the others are for other workers."""
    found = worker()
    found.judges.at_once = False
    await found.start()
    await stream.add([sent() for _ in range(20)])
    await until(lambda: len(found.judges.offered) == 8)
    state = await stream.state()
    assert (state.captures, state.pending) == (20, 8)
    for one, _ in found.judges.offered[:3]:
        found.judges.settle(one, Comparison(Outcome.MATCH))
    await until(lambda: len(found.judges.offered) == 11)


async def test_captures_of_a_killed_worker_are_judged_by_another(
    stream: CaptureStream, worker: Callable[..., Worker], log: str
) -> None:
    """Once, also those whose verdicts it had; what a living one works on stays its own, however long that takes."""
    slow, dead, other = worker("slow"), worker("dead"), worker("other")
    slow.judges.at_once = False
    await slow.start()
    await stream.add([sent()])
    await until(lambda: len(slow.judges.offered) == 1)
    await slow.taker.leave()
    await dead.start()
    await stream.add([sent() for _ in range(2)])
    await until(lambda: len(dead.judges.offered) == 2)
    await dead.kill()
    await other.start()
    await until(lambda: other.taker.counts.taken_over == 2 and not other.taker.in_hand)
    assert await value(log, COUNTED) == 2
    assert (await stream.state()).pending == 1
    slow.judges.settle(slow.judges.offered[0][0], Comparison(Outcome.MATCH))
    await until(lambda: not slow.taker.in_hand)
    assert await value(log, COUNTED) == 3


async def test_a_worker_that_leaves_gives_back_what_it_has_not_done(
    stream: CaptureStream, worker: Callable[..., Worker], log: str
) -> None:
    """What was shed at its end is judged by another one; what it has judged is counted."""
    leaving, staying = worker("leaving", claim_seconds=60.0), worker("staying", claim_seconds=60.0)
    leaving.judges.at_once = False
    await leaving.start()
    await stream.add([sent() for _ in range(3)])
    await until(lambda: len(leaving.judges.offered) == 3)
    await leaving.taker.leave()
    first, second, _ = (one for one, _ in leaving.judges.offered)
    leaving.judges.settle(first, Comparison(Outcome.MATCH))
    leaving.judges.settle(second, Comparison(Outcome.SHED))
    await leaving.tasks.stop()
    await leaving.taker.aclose()
    assert leaving.taker.counts.given_back == 2
    await staying.start()
    await until(lambda: len(staying.judges.offered) == 2 and not staying.taker.in_hand)
    total = select(func.sum(traffic.c.exchanges)).where(traffic.c.verdict == "match")
    assert await value(log, total) == 3


async def test_a_capture_that_ends_its_workers_is_given_up(
    stream: CaptureStream, worker: Callable[..., Worker], log: str
) -> None:
    """After as many deliveries as the settings allow, and told as such."""
    await stream.add([sent()])
    for name in ("first", "second"):
        [_] = await stream.read(name, 1, 0.1) or await _taken_over(stream, name)
    found = worker("third")
    await found.start()
    await until(lambda: found.recorder.verdicts == {"too_expensive": 1})
    assert found.judges.offered == []
    assert await value(log, select(dropped.c.exchanges).where(dropped.c.what == f"shed: {ABANDONED}")) == 1


async def _taken_over(stream: CaptureStream, name: str) -> list[object]:
    async with asyncio.timeout(20):
        while not (found := await stream.take_over(name, 1)):
            await asyncio.sleep(0.02)
        return list(found)


@pytest.mark.parametrize("sealed", [True, False])
async def test_what_cannot_be_opened_is_left_to_others_and_then_shed(
    stream: CaptureStream, worker: Callable[..., Worker], log: str, sealed: bool
) -> None:
    """Another worker may have the key; one with a key believes nothing that is not sealed."""
    without = worker("without", None if sealed else SEAL)
    await without.start()
    await stream.add([sent(sealed=sealed)])
    await until(lambda: without.taker.counts.taken > 0)
    assert without.judges.offered == []
    await until(lambda: without.recorder.verdicts == {"shed": 1})
    assert await value(log, select(dropped.c.exchanges).where(dropped.c.what == f"shed: {UNREADABLE}")) == 1
    assert (await stream.state()).captures == 0


async def test_foreign_entries_end_nothing(stream: CaptureStream, worker: Callable[..., Worker]) -> None:
    """They are seen in the queue; what is behind them is judged."""
    found = worker()
    await found.start()
    await stream._redis.xadd("{parity}:captures", {"a": "b"})
    await stream.add([Sent(b"no label", b"", sealed=False), sent()])
    await until(lambda: len(found.judges.offered) == 1 and not found.taker.in_hand)
    assert (await stream.state()).captures == 2
    assert not found.tasks.failing()


async def test_a_request_that_has_no_translation_here_is_skipped(
    stream: CaptureStream, worker: Callable[..., Worker]
) -> None:
    """The proxy's route map knew it, this worker's does not."""
    found = worker()
    await found.start()
    await stream.add([sent(exchange("/nowhere"))])
    await until(lambda: found.recorder.verdicts == {"skipped:no_route": 1})


async def test_captures_stay_in_the_queue_while_the_log_is_away(
    stream: CaptureStream, worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are its own all the while, and counted when it is back; both are told once."""
    found, other = worker("one"), worker("other")
    await found.start()
    kept, tries = Recorder.write_with, 0

    async def away(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise OperationalError("INSERT", {}, Exception("gone away"))

    with monkeypatch.context() as broken:
        broken.setattr(Recorder, "write_with", away)
        await stream.add([sent()])
        await until(lambda: tries > 2)
        assert found.taker.troubles == {"diff log": "gone away"}
        assert (await stream.state()).captures == 1
        assert await other.stream.take_over("other", 5) == []
    assert Recorder.write_with is kept
    await until(lambda: found.recorder.verdicts == {"match": 1} and not found.taker.in_hand)
    await until(lambda: found.taker.troubles == {})


async def test_a_worker_outlives_the_queue(
    redis: RedisServer, stream: CaptureStream, worker: Callable[..., Worker], log: str
) -> None:
    """What it judged meanwhile is removed when the queue is back."""
    found = worker()
    found.judges.at_once = False
    await found.start()
    await stream.add([sent()])
    await until(lambda: len(found.judges.offered) == 1)
    redis.stop()
    await until(lambda: "queue" in found.taker.troubles)
    found.judges.settle(found.judges.offered[0][0], Comparison(Outcome.MATCH))
    await until(lambda: found.recorder.verdicts == {"match": 1})
    redis.start()
    await until(lambda: not found.taker.troubles)
    await stream.add([sent()])
    await until(lambda: len(found.judges.offered) == 2)
    found.judges.settle(found.judges.offered[1][0], Comparison(Outcome.MATCH))
    await until(lambda: not found.taker.in_hand)
    assert (await stream.state()).captures == 0
    assert await value(log, COUNTED) == 2
