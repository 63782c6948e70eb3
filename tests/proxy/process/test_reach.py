"""A side that cannot be reached is told once, and once when it can again."""

import asyncio
import logging

import pytest

from proxy.process.reach import ReachWatcher
from proxy.runtime.listen import bind, url_of

pytestmark = pytest.mark.anyio


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Level and beginning of the lines."""
    return [
        (record.levelno, record.getMessage().partition("http")[0])
        for record in caplog.records
        if record.name == "proxy.process.reach"
    ]


async def until(caplog: pytest.LogCaptureFixture, lines: int) -> None:
    """Wait for so many lines."""
    async with asyncio.timeout(10):
        while len(told(caplog)) < lines:
            await asyncio.sleep(0.01)


async def test_each_way_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    """At the start without a request, later when requests fail."""
    bound = bind("127.0.0.1", 0)
    url, port = url_of(bound), bound.getsockname()[1]
    bound.close()
    failures = [0]
    reach = ReachWatcher({"legacy": url}, lambda: failures[0])
    watching = asyncio.create_task(reach.watch())
    gone, back = (logging.ERROR, "the legacy side "), (logging.WARNING, "the legacy side ")
    await until(caplog, 1)
    bound = bind("127.0.0.1", port)
    await until(caplog, 2)
    assert told(caplog) == [gone, back]
    bound.close()
    await asyncio.sleep(1.1)
    assert len(told(caplog)) == 2
    failures[0] = 5
    await until(caplog, 3)
    await asyncio.sleep(1.1)
    assert told(caplog) == [gone, back, gone]
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
