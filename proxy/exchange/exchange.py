"""Served exchanges that wait to be compared."""

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from diffing.model import Headers, Observation
from proxy.exchange.decision import Decision
from proxy.message.translation import Request, Translation

# What a job holds beside the bodies, roughly.
_OVERHEAD: Final = 2048


@dataclass(frozen=True, slots=True)
class Exchange:
    """A served exchange that is to be compared.

    Args:
        at: When it was served.
        decision: What was decided on it.
        request: The client's request, with its body.
        served: What the side that serves answered.
        other: What the other side has answered already; None when it is still to be asked.
        number: What the process that served it calls it.
    """

    at: datetime
    decision: Decision
    request: Request
    served: Observation
    other: Observation | None = None
    number: int = 0

    @property
    def size(self) -> int:
        """Bytes that it holds, roughly."""
        request = self.request
        translation = self.decision.translation
        size = _OVERHEAD + len(request.body) + len(request.target) + _length(request.headers)
        if isinstance(translation, Translation):
            size += len(translation.body)
        for answer in (self.served, self.other):
            if answer is not None:
                size += len(answer.body) + _length(answer.headers)
        return size


def _length(headers: Headers) -> int:
    return sum(len(name) + len(value) for name, value in headers)


class Queue(Protocol):
    """Where jobs wait. In this process; later another one that many machines read (design §8)."""

    def __len__(self) -> int:
        """How many jobs wait."""

    def put(self, job: Exchange) -> bool:
        """Add a job, or refuse it because the queue is full. Never waits."""

    async def get(self) -> Exchange:
        """The next job."""

    def done(self) -> None:
        """A job that was taken has its verdict."""

    def drop(self) -> list[Exchange]:
        """Take out all jobs that wait."""

    async def join(self) -> None:
        """Wait until no job waits or is worked on."""


class MemoryQueue:
    """Jobs in memory, bounded by number and by bytes.

    Args:
        most: Most jobs that wait.
        most_bytes: Most bytes that wait.
    """

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._jobs: deque[Exchange] = deque()
        self._unfinished = 0
        self._filled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: Exchange) -> bool:
        """Add a job unless the queue is full."""
        if len(self._jobs) >= self._most or self._bytes + job.size > self._most_bytes:
            return False
        self._jobs.append(job)
        self._bytes += job.size
        self._unfinished += 1
        self._idle.clear()
        self._filled.set()
        return True

    async def get(self) -> Exchange:
        """The job that has waited longest."""
        while not self._jobs:
            self._filled.clear()
            await self._filled.wait()
        job = self._jobs.popleft()
        self._bytes -= job.size
        return job

    def done(self) -> None:
        """A job that was taken has its verdict."""
        self._unfinished -= 1
        if self._unfinished == 0:
            self._idle.set()

    def drop(self) -> list[Exchange]:
        """Take out all jobs that wait."""
        jobs = list(self._jobs)
        self._jobs.clear()
        self._bytes = 0
        for _ in jobs:
            self.done()
        return jobs

    async def join(self) -> None:
        """Wait until no job waits or is worked on."""
        await self._idle.wait()
