"""An Elasticsearch (6.8) as search index: changes are sent in bulk, behind the requests, until they are taken.

What cannot be sent for long is dropped and logged: the index can be made anew from the database, a request that waits
for it cannot be answered.
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import orjson

from backend.search.index import IndexChange
from config.tasks import Tasks

log = logging.getLogger("backend")

PENDING = 10_000
"""Most changes that wait; older ones are dropped for newer ones."""
BULK = 500
"""Most changes of one request."""
ATTEMPTS = 6
CLOSING_SECONDS = 5.0

Sleep = Callable[[float], Awaitable[object]]


class Elasticsearch:
    """The search index over HTTP. ``url``: of the server, with a slash at its end. ``sleep``: waits between
    attempts.
    """

    def __init__(self, url: str, sleep: Sleep = asyncio.sleep) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=10.0, trust_env=False)
        self._sleep = sleep
        self._pending: deque[IndexChange] = deque()
        self._arrived = asyncio.Event()
        self._tasks = Tasks(Counter())
        self._tasks.start("search index", self._work)

    def submit(self, changes: Sequence[IndexChange]) -> None:
        """Have documents changed, some time soon."""
        self._pending.extend(changes)
        dropped = len(self._pending) - PENDING
        if dropped > 0:
            log.error("the search index is too slow: %d changes dropped", dropped)
            for _ in range(dropped):
                self._pending.popleft()
        self._arrived.set()

    async def close(self) -> None:
        """Send what is pending, for as long as is reasonable."""
        self._arrived.set()
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                while self._pending or self._arrived.is_set():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            log.error("the search index does not answer: %d changes dropped", len(self._pending))
        await self._tasks.stop()
        await self._client.aclose()

    async def _work(self) -> None:
        while True:
            await self._arrived.wait()
            while self._pending:
                batch = [self._pending.popleft() for _ in range(min(BULK, len(self._pending)))]
                await self._send(batch)
            self._arrived.clear()

    async def _send(self, batch: Sequence[IndexChange]) -> None:
        for attempt in range(ATTEMPTS):
            if attempt:
                await self._sleep(0.2 * 2**attempt)
            try:
                batch = await self._try(batch)
            except Exception as error:  # whatever it is, the next requests' changes must still be sent
                log.warning("the search index could not be told: %r", error)
            if not batch:
                return
        told = ", ".join(f"{change.kind} {change.id}" for change in batch[:10])
        log.error("the search index was not told of %d changes: %s", len(batch), told)

    async def _try(self, batch: Sequence[IndexChange]) -> list[IndexChange]:
        """Send changes; returns those that are worth another attempt."""
        response = await self._client.post(
            "_bulk", content=bulk_body(batch), headers={"Content-Type": "application/x-ndjson"}
        )
        response.raise_for_status()
        again = []
        for change, item in zip(batch, orjson.loads(response.content)["items"], strict=True):
            [outcome] = item.values()
            status = outcome["status"]
            if status == 429 or status >= 500:
                again.append(change)
            elif status >= 400 and not (status == 404 and change.fields is None):
                log.error("the search index refuses %s %d: %s", change.kind, change.id, outcome.get("error"))
        return again


def bulk_body(changes: Sequence[IndexChange]) -> bytes:
    """The body of a bulk request. ``changes``: to send. Returns one or two lines of JSON for each."""
    lines: list[Any] = []
    for change in changes:
        target = {"_index": change.kind, "_type": change.kind, "_id": str(change.id)}
        if change.fields is None:
            lines.append({"delete": target})
        else:
            lines += [
                {"update": {**target, "retry_on_conflict": 3}},
                {"doc": change.fields, "doc_as_upsert": True},
            ]
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)
