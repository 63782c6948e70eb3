"""A load generator: requests at random moments that do not wait for answers, so that a stall is seen by all it delays.

Its own process: what it costs is no part of what is measured. It reads the request and the expected answer as two lines
of JSON, then rounds (host, port, rate, seconds, seed), and prints what it found in each.
"""

from __future__ import annotations

import asyncio
import gc
import random
import subprocess
import sys
from dataclasses import asdict, dataclass, field

import orjson
import uvloop


@dataclass(slots=True)
class Found:
    """What clients saw.

    Args:
        seconds: From the moment at which each request was due to the last byte of its answer.
        wrong: Answers with other bytes than expected.
        errors: Requests without an answer.
    """

    seconds: list[float] = field(default_factory=list)
    wrong: int = 0
    errors: int = 0


class _Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._answer = bytearray()
        self.due = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self.transport = transport  # type: ignore[assignment]  # uvloop has classes of its own

    def data_received(self, data: bytes) -> None:
        """The answer is there when it is as long as expected."""
        self._answer += data
        if len(self._answer) >= len(self._load.expected):
            found = self._load.found
            found.seconds.append(self._load.clock() - self.due)
            found.wrong += bytes(self._answer).lower() != self._load.expected
            self._answer.clear()
            self._load.done(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio passes it
        """A connection that ends within a request is an error of a client."""
        if self.due:
            self._load.found.errors += 1
            self._load.gone()
        elif self in self._load.idle:
            self._load.idle.remove(self)


class _Load:
    def __init__(self, address: tuple[str, int], request: bytes, expected: bytes) -> None:
        self._address = address
        self._request = request
        self.expected = expected.lower()
        self.found = Found()
        self.idle: list[_Client] = []
        self._under_way = 0
        self._loop = asyncio.get_running_loop()
        self.clock = self._loop.time
        self._settled = asyncio.Event()

    async def run(self, rate: float, seconds: float, seed: int) -> Found:
        """Send for so long, then wait for what is under way."""
        chance = random.Random(seed)
        start = due = self.clock() + 0.05
        # Connections that are there before the first request: opening them is not what is measured.
        for _ in range(8):
            _, client = await self._loop.create_connection(lambda: _Client(self), *self._address)
            self.idle.append(client)
        while due < start + seconds:
            due += chance.expovariate(rate)
            wait = due - self.clock()
            if wait > 0:
                await asyncio.sleep(wait)
            await self._send(due)
        end = self.clock() + 10
        while self._under_way and self.clock() < end:
            self._settled.clear()
            try:
                await asyncio.wait_for(self._settled.wait(), 1)
            except TimeoutError:
                continue
        self.found.errors += self._under_way
        return self.found

    async def _send(self, due: float) -> None:
        self._under_way += 1
        while self.idle:
            client = self.idle.pop()
            if client.transport is not None and not client.transport.is_closing():
                break
        else:
            try:
                _, client = await self._loop.create_connection(lambda: _Client(self), *self._address)
            except OSError:
                self.found.errors += 1
                self.gone()
                return
        client.due = due
        assert client.transport is not None
        client.transport.write(self._request)

    def done(self, client: _Client) -> None:
        """A connection is free."""
        client.due = 0.0
        self.idle.append(client)
        self.gone()

    def gone(self) -> None:
        """A request is over."""
        self._under_way -= 1
        self._settled.set()


async def _main() -> None:
    request, expected = (orjson.loads(sys.stdin.buffer.readline()).encode("latin-1") for _ in range(2))
    # Between rounds it sleeps in this read; nothing else runs here then.
    while line := sys.stdin.buffer.readline():
        host, port, rate, seconds, seed = orjson.loads(line)
        gc.collect()
        found = await _Load((host, port), request, expected).run(rate, seconds, seed)
        sys.stdout.buffer.write(orjson.dumps(asdict(found)) + b"\n")
        sys.stdout.buffer.flush()


class Generator:
    """The process, seen by a proof. ``request``: what clients send. ``expected``: what they get, letter case aside."""

    def __init__(self, request: bytes, expected: bytes) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.prove.load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for text in (request, expected):
            self._say(text.decode("latin-1"))

    def run(self, address: tuple[str, int], rate: float, seconds: float, seed: int) -> Found:
        """One round.

        Args:
            rate: Requests per second.
            seconds: For how long.
            seed: Of the random moments.
        """
        self._say([*address, rate, seconds, seed])
        assert self._process.stdout is not None
        return Found(**orjson.loads(self._process.stdout.readline()))

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.communicate()

    def _say(self, message: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(orjson.dumps(message) + b"\n")
        self._process.stdin.flush()


if __name__ == "__main__":
    gc.freeze()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main())
