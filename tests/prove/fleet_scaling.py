"""How workers of a fleet scale: what a capture costs, and who judges how many, with one, two and four of them."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from unittest import mock

from sqlalchemy import text

from config.queue import QueueSettings
from diffing.headers import compared
from proxy.exchange.decision import decide
from proxy.exchange.exchange import Exchange
from proxy.fleet.capture import Label, encode
from proxy.fleet.seal import load_seal
from proxy.fleet.stream import CaptureStream, Sent
from proxy.log.writer import open_log, utc_now
from proxy.message.translation import Request
from proxy.rollout.live_config import load_live_config
from tests.benchmarks.processes import cpu
from tests.benchmarks.targets import new_answer, recorded
from tests.functional.fleets import Fleet, fleet, told
from tests.functional.servers import Server, serving
from tests.functional.sick import heads, side
from tests.functional.test_hostile_answers import until
from tests.mariadb import MariaDBServer
from tests.redis_server import RedisServer

ROOT: Final = Path(__file__).parent.parent.parent
CAPTURES: Final = int(os.environ.get("CAPTURES", "1000"))
ROUNDS: Final = int(os.environ.get("ROUNDS", "5"))
FIRST: Final = 100
NEW_SECONDS: Final = 0.08
"""What the new side takes, so that all workers together need less than a processor."""
SIZES: Final = (1, 2, 4)


def folder_in(parent: Path, name: str) -> Path:
    """A new folder."""
    (parent / name).mkdir()
    return parent / name


def database_of(server: str, name: str) -> str:
    """A new database on a server; gives its URL."""

    async def create() -> None:
        engine = open_log(server)
        async with engine.begin() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()

    asyncio.run(create())
    return f"{server.rstrip('/')}/{name}"


@dataclass(frozen=True, slots=True)
class Scaled:
    """So many workers at a full queue. ``cpu``: seconds of an exchange. ``shares``: of the captures, of each worker."""

    workers: int
    cpu: float
    shares: tuple[float, ...]

    @property
    def uneven(self) -> float:
        """How far a share is from an equal one."""
        return max(abs(share - 1 / self.workers) for share in self.shares)


def scaled(folder: Path, server: str, number: int) -> list[Scaled]:
    """Fleets of one, two and four workers empty their queues at the same time, on the same machine in the same mood.

    ``server``: a MariaDB. ``number``: of the round.
    """
    new = new_answer(folder)
    headers = "".join(f"{name}: {value}\r\n" for name, value in compared(new).headers)
    answer = f"HTTP/1.1 200 OK\r\n{headers}Content-Length: {len(new.body)}\r\n\r\n".encode() + new.body

    def slow(connection: socket.socket) -> None:
        for _ in heads(connection):
            time.sleep(NEW_SECONDS)
            connection.sendall(answer)

    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(folder_in(folder, "redis")))
        patient = {"PARITY_QUEUE_CLAIM_SECONDS": "30"}  # as by default
        sides = (stack.enter_context(side(slow)), stack.enter_context(side(slow)))
        found = stack.enter_context(fleet(serving, folder, redis, "", sides, sealed=True, **patient))
        fleets = {
            workers: replace(found, log=database_of(server, f"parity_{workers}_{number}"))
            for workers in SIZES
        }
        names = {workers: _started(one, workers) for workers, one in fleets.items()}

        def emptied(captures: int, counted: int) -> None:
            asyncio.run(_fill(redis.url, captures))
            for workers, one in fleets.items():
                one.settled(workers * counted, 300)

        # The first ones cost what a process does once.
        emptied(FIRST, FIRST)
        first = {workers: _counts(some) for workers, some in names.items()}
        begun = {workers: _used(some) for workers, some in names.items()}
        emptied(CAPTURES, FIRST + CAPTURES)
        result = []
        for workers, some in names.items():
            used = _used(some) - begun[workers]
            counts = [after - before for after, before in zip(_counts(some), first[workers], strict=True)]
            shares = tuple(count / sum(counts) for count in counts)
            result.append(Scaled(workers, used / sum(counts), shares))
            verdicts = fleets[workers].verdicts()
            assert set(verdicts) == {"explained", "queued"}, verdicts
    return result


def _started(one: Fleet, workers: int) -> list[Server]:
    """The workers of a fleet, once all of them take captures."""
    with mock.patch.dict(os.environ, PARITY_QUEUE_STREAM=f"of{workers}"):
        found = [one.worker(f"worker{number}") for number in range(workers)]
    until(lambda: all(told(worker, "/-/totals")["queue"] is not None for worker in found))
    return found


def _used(workers: Sequence[Server]) -> float:
    """Seconds of processor time that they have had."""
    return cpu(*(one.process.pid for one in workers))


def _counts(workers: Sequence[Server]) -> list[int]:
    """How many verdicts each has written."""
    return [sum(told(one, "/-/totals")["verdicts"].values()) for one in workers]


async def _fill(url: str, captures: int) -> None:
    """Queue so many captures of one request for each worker of each fleet; each answer has other bytes, so that none
    is known already.
    """
    legacy, path = recorded()
    config = load_live_config(ROOT / "config")
    request = Request("GET", path)
    decision = decide(request, config.routes, config.rollout, lambda: b"")
    for workers in SIZES:
        settings = QueueSettings(url=url, stream=f"of{workers}", key=os.environ["PARITY_QUEUE_KEY"])
        seal = load_seal(settings)
        assert seal is not None
        stream = CaptureStream(settings)
        for start in range(0, workers * captures, 100):
            batch = []
            for number in range(start, start + 100):
                # Blanks that say the number: JSON does not see them, and all bodies are of one length.
                blanks = bytes(9 if number >> bit & 1 else 32 for bit in range(16))
                served = replace(legacy, body=legacy.body + blanks)
                exchange = Exchange(request, decision, served, at=utc_now())
                label = Label.of(exchange).bytes()
                batch.append(Sent(label, seal.seal(encode(exchange), label), sealed=True))
            assert all(await stream.add(batch))
        await stream.aclose()


def compared_with_one(rounds: Sequence[Scaled]) -> dict[int, float]:
    """What a capture costs with so many workers, over what it costs with one in the same round: the median."""
    alone = [one.cpu for one in rounds if one.workers == 1]
    return {
        workers: statistics.median(
            one.cpu / beside
            for one, beside in zip([one for one in rounds if one.workers == workers], alone, strict=True)
        )
        for workers in SIZES
    }


def scaling(parent: Path) -> list[Scaled]:
    """One, two and four workers, in several rounds."""
    mariadb = MariaDBServer(folder_in(parent, "mariadb"))
    mariadb.start()
    try:
        rounds = (
            scaled(folder_in(parent, f"round{number}"), mariadb.url, number) for number in range(ROUNDS)
        )
        return [one for found in rounds for one in found]
    finally:
        mariadb.stop()
