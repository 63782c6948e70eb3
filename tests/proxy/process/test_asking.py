"""The process that asks, by its channel."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from config.settings import ProxySettings, Shadow
from diffing.model import Observation
from proxy.runtime import child
from proxy.runtime.channel import frame, read_frame
from proxy.shadow.messages import ShadowReport, StartPlan
from tests.proxy.exchanges import served

pytestmark = pytest.mark.anyio
Serve = Callable[..., AbstractAsyncContextManager[str]]


@asynccontextmanager
async def asking(plan: StartPlan) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """The process, started by a plan; it ends when its channel is closed."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            *child.command("proxy.process.asking", str(theirs.fileno())),
            pass_fds=[theirs.fileno()],
            env=child.environment(),
        )
    reader, writer = await asyncio.open_connection(sock=ours)
    writer.write(frame(plan))
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()
        async with asyncio.timeout(20):
            assert await process.wait() == 0


async def until(reader: asyncio.StreamReader, wanted: Callable[[ShadowReport], bool]) -> ShadowReport:
    """The first report of a kind."""
    async with asyncio.timeout(30):
        while not wanted(found := await read_frame(reader)):
            pass
    assert isinstance(found, ShadowReport)
    return found


async def test_it_asks_the_other_side_and_says_what_came_of_it(serve: Serve, config: Path) -> None:
    """By the number of the exchange, and without its bodies."""
    exchange = served("GET", b"/api/v1/json/data/61")
    exchange.legacy, exchange.number = Observation(200, (("content-type", "application/json"),), b"{}"), 7
    async with serve(JSONResponse([])) as side:
        settings = ProxySettings(legacy=side, new=side, shadow=Shadow(workers=1, reask=False))
        async with asking(StartPlan(settings, config, b"hop")) as (reader, writer):
            assert (await until(reader, lambda found: found.using is not None)).using == config
            writer.write(frame([exchange]))
            report = await until(reader, lambda found: bool(found.judged))
            [(number, judgement, sample)] = report.judged
    assert (number, judgement.comparison.verdict, sample is None) == (7, "mismatch", False)


async def test_it_goes_by_another_configuration(config: Path, tmp_path: Path) -> None:
    """And says so, also where that is gone again: another one is under way."""
    settings = ProxySettings(legacy="http://127.0.0.1:1", new="http://127.0.0.1:1", shadow=Shadow(workers=1))
    async with asking(StartPlan(settings, config, b"hop")) as (reader, writer):
        await until(reader, lambda found: found.using == config)
        writer.write(frame(tmp_path))
        assert (await until(reader, lambda found: found.using == tmp_path)).breakers == []
