"""A fleet as it is deployed: proxies, a queue in Redis, workers, one diff log."""

import asyncio
import http.client
import os
import secrets
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import orjson
from sqlalchemy import func, select

from proxy.log.reading import reading
from proxy.log.tables import judged, traffic
from proxy.reporting.report import Report, read_report
from tests.functional.proxies import Running, Serving, proxied
from tests.functional.servers import Server
from tests.redis_server import RedisServer

CLAIM_SECONDS = 2


@dataclass(slots=True)
class Fleet:
    """Proxies and workers between two sides.

    Args:
        log: SQLAlchemy URL of the diff log.
        legacy: URL of the legacy side.
        new: URL of the new side.
    """

    serving: Serving
    folder: Path
    redis: RedisServer
    log: str
    legacy: str
    new: str
    stack: ExitStack
    options: tuple[str, ...] = ()
    proxies: list[Running] = field(default_factory=list)

    def proxy(self) -> Running:
        """One more proxy."""
        place = self.folder / f"proxy{len(self.proxies)}"
        further = ("--queue", self.redis.url, "--log", self.log, *self.options)
        found = self.stack.enter_context(proxied(self.serving, place, self.legacy, self.new, *further))
        self.proxies.append(found)
        return found

    def worker(self, name: str) -> Server:
        """One more worker; its URL is that of its admin port."""
        sides = ("--legacy", self.legacy, "--new", self.new, "--log", self.log, *self.options)
        place = ("--queue", self.redis.url, "--name", name, "--admin-port", "0")
        found: Server = self.stack.enter_context(self.serving("proxy.cli", "worker", *place, *sides))
        return found

    def totals(self) -> list[dict[str, Any]]:
        """What each proxy has counted, once nothing is pending."""
        return [proxy.totals() for proxy in self.proxies]

    def handed_over(self) -> int:
        """Captures that the queue has acknowledged."""
        return sum(one["verdicts"].get("queued", 0) for one in self.totals())

    def report(self) -> Report:
        """What the diff log says."""
        return asyncio.run(read_report(self.log))

    def names(self) -> list[str]:
        """The captures that the log has counted."""

        async def read() -> list[str]:
            async with reading(self.log) as connection:
                return list((await connection.execute(select(judged.c.capture))).scalars())

        return asyncio.run(read())

    def verdicts(self) -> dict[str, int]:
        """Exchanges by verdict, of all runs."""

        async def read() -> dict[str, int]:
            total = select(traffic.c.verdict, func.sum(traffic.c.exchanges)).group_by(traffic.c.verdict)
            async with reading(self.log) as connection:
                return {verdict: int(count) for verdict, count in await connection.execute(total)}

        return asyncio.run(read())

    def settled(self, captures: int, patience: float = 60) -> None:
        """Wait until the log has counted so many captures."""

        async def read() -> int:
            async with reading(self.log) as connection:
                return int(await connection.scalar(select(func.count()).select_from(judged)) or 0)

        end = time.monotonic() + patience
        while asyncio.run(read()) < captures:
            assert time.monotonic() < end, "not all captures were counted in time"
            time.sleep(0.2)


@contextmanager
def fleet(
    serving: Serving,
    folder: Path,
    redis: RedisServer,
    log: str,
    sides: tuple[str, str],
    *,
    sealed: bool = True,
    **settings: str,
) -> Iterator[Fleet]:
    """A fleet without proxies and workers, which end with the block.

    Args:
        log: SQLAlchemy URL of the diff log.
        sides: URLs of the legacy and the new side.
        sealed: Whether it has a key.
        settings: Further ones, such as ``PARITY_QUEUE_CAPTURES``.
    """
    environment = {"PARITY_QUEUE_CLAIM_SECONDS": str(CLAIM_SECONDS), **(key() if sealed else {}), **settings}
    with mock.patch.dict(os.environ, environment), ExitStack() as stack:
        yield Fleet(serving, folder, redis, log, *sides, stack)


def key() -> dict[str, str]:
    """A new key, as a setting."""
    return {"PARITY_QUEUE_KEY": b64encode(secrets.token_bytes(32)).decode()}


def told(server: Server, path: str) -> Any:
    """What the admin port of a worker answers, as JSON."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    with closing(http.client.HTTPConnection(host, int(port), timeout=10)) as connection:
        connection.request("GET", path)
        return orjson.loads(connection.getresponse().read())
