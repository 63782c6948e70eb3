"""How workers of a fleet scale: what a capture costs, and who judges how many, with one, two and four of them."""

from __future__ import annotations

import asyncio
import os
import socket
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
from tests.functional.fleets import fleet, told
from tests.functional.servers import Server, serving
from tests.functional.sick import heads, side
from tests.functional.test_hostile_answers import until
from tests.mariadb import MariaDBServer
from tests.redis_server import RedisServer

ROOT: Final = Path(__file__).parent.parent.parent
CAPTURES: Final = int(os.environ.get("CAPTURES", "1000"))
ROUNDS: Final = int(os.environ.get("ROUNDS", "3"))
FIRST: Final = 100
NEW_SECONDS: Final = 0.08
"""What the new side takes, so that four workers together need less than a processor."""
MOST_WORKERS: Final = 4


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


def scaled(folder: Path, server: str, workers: int, number: int) -> Scaled:
    """Let workers empty a queue. ``server``: a MariaDB. ``number``: of the round."""
    new = new_answer(folder)
    headers = "".join(f"{name}: {value}\r\n" for name, value in compared(new).headers)
    answer = f"HTTP/1.1 200 OK\r\n{headers}Content-Length: {len(new.body)}\r\n\r\n".encode() + new.body

    def slow(connection: socket.socket) -> None:
        for _ in heads(connection):
            time.sleep(NEW_SECONDS)
            connection.sendall(answer)

    with ExitStack() as stack:
        redis = stack.enter_context(RedisServer(folder_in(folder, "redis")))
        sides = (stack.enter_context(side(slow)), stack.enter_context(side(slow)))
        log = database_of(server, f"parity_scaled_{number}")
        found = stack.enter_context(fleet(serving, folder, redis, log, sides))
        names = [found.worker(f"worker{one}") for one in range(workers)]
        # The machine is equally busy in every round: else it is the machine that is measured.
        streams = [f"beside{one}" for one in range(MOST_WORKERS - workers)]
        for stream in streams:
            with mock.patch.dict(os.environ, PARITY_QUEUE_STREAM=stream):
                beside = replace(found, log=database_of(server, f"{stream}_{number}"))
                names_beside = beside.worker(stream)
            until(lambda worker=names_beside: told(worker, "/-/totals")["queue"] is not None)  # type: ignore[misc]  # a default has no type
        until(lambda: all(told(one, "/-/totals")["queue"] is not None for one in names))
        pids = [one.process.pid for one in names]

        def fill(captures: int) -> None:
            alone = [(stream, captures) for stream in streams]
            asyncio.run(_fill(redis.url, [("parity", workers * captures), *alone]))

        # The first ones cost what a process does once.
        fill(FIRST)
        found.settled(workers * FIRST)
        first, begun = _counts(names), cpu(*pids)
        fill(CAPTURES)
        found.settled(workers * (FIRST + CAPTURES), 300)
        used = cpu(*pids) - begun
        counts = [after - before for after, before in zip(_counts(names), first, strict=True)]
        assert set(found.verdicts()) == {"explained", "queued"}, found.verdicts()
    return Scaled(workers, used / sum(counts), tuple(count / sum(counts) for count in counts))


def _counts(workers: Sequence[Server]) -> list[int]:
    """How many verdicts each has written."""
    return [sum(told(one, "/-/totals")["verdicts"].values()) for one in workers]


async def _fill(url: str, queues: Sequence[tuple[str, int]]) -> None:
    """Queue so many captures of one request in each stream; each answer has other bytes, so that none is known
    already.
    """
    legacy, path = recorded()
    config = load_live_config(ROOT / "config")
    request = Request("GET", path)
    decision = decide(request, config.routes, config.rollout, b"")
    for name, captures in queues:
        settings = QueueSettings(url=url, stream=name, key=os.environ["PARITY_QUEUE_KEY"])
        seal = load_seal(settings)
        assert seal is not None
        stream = CaptureStream(settings)
        for start in range(0, captures, 100):
            batch = []
            for number in range(start, min(start + 100, captures)):
                # Blanks that say the number: JSON does not see them, and all bodies are of one length.
                blanks = bytes(9 if number >> bit & 1 else 32 for bit in range(16))
                served = replace(legacy, body=legacy.body + blanks)
                exchange = Exchange(request, decision, served, at=utc_now())
                label = Label.of(exchange).bytes()
                batch.append(Sent(label, seal.seal(encode(exchange), label), sealed=True))
            assert all(await stream.add(batch))
        await stream.aclose()


def scaling(parent: Path) -> list[Scaled]:
    """One, two and four workers, in turns."""
    mariadb = MariaDBServer(folder_in(parent, "mariadb"))
    mariadb.start()
    try:
        found = []
        for number in range(3 * ROUNDS):
            folder = folder_in(parent, f"round{number}")
            found.append(scaled(folder, mariadb.url, (1, 2, MOST_WORKERS)[number % 3], number))
        return found
    finally:
        mariadb.stop()
