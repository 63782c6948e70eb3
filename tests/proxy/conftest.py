"""Servers that tests of the proxy talk to through real sockets."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from config.settings import ProxySettings, Timeouts
from proxy.process.serving import RunningProxy, listener, running
from proxy.runtime.listen import Listener, bind

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def anyio_backend() -> str:
    """Everything here runs on asyncio."""
    return "asyncio"


@asynccontextmanager
async def serving(app: ASGIApp, *, lifespan: bool = False) -> AsyncIterator[str]:
    """Serve an application on a free port; gives its URL."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    listener = Listener(app, bind("127.0.0.1", 0), ready=ready.set_result, lifespan=lifespan, drain=1)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(listener.run_bound(), name="listener")
        waiting: set[asyncio.Future[Any]] = {ready, task}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        try:
            yield ready.result()
        finally:
            listener.should_exit = True


@asynccontextmanager
async def listening(parts: RunningProxy, settings: ProxySettings) -> AsyncIterator[str]:
    """Serve a proxy as its command does, on a free port; gives its URL."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    found = listener(parts, settings, bind("127.0.0.1", 0), ready.set_result, signals=False)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(found.run_bound(), name="listener")
        waiting: set[asyncio.Future[Any]] = {ready, task}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        try:
            yield ready.result()
        finally:
            found.should_exit = True


@asynccontextmanager
async def raw_server(handler: Handler) -> AsyncIterator[str]:
    """Serve connections byte by byte on a free port; gives the URL."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.close()


@pytest.fixture
def serve() -> Callable[..., AbstractAsyncContextManager[str]]:
    """Serves an ASGI application within a block: ``async with serve(app) as url``."""
    return serving


@pytest.fixture
def raw() -> Callable[[Handler], AbstractAsyncContextManager[str]]:
    """Serves connections byte by byte within a block: ``async with raw(handler) as url``."""
    return raw_server


@pytest.fixture(scope="session")
def config() -> Path:
    """The packaged configuration."""
    return Path(__file__).parent.parent.parent / "config"


@pytest.fixture
def between(
    tmp_path: Path, config: Path
) -> Callable[..., AbstractAsyncContextManager[tuple[str, RunningProxy]]]:
    """A proxy between two sides within a block: ``async with between(legacy_url, new_url) as (url, parts)``.

    Further arguments are settings; ``config`` names another configuration.
    """

    @asynccontextmanager
    async def opened(
        legacy: str, new: str, config: Path = config, **settings: Any
    ) -> AsyncIterator[tuple[str, RunningProxy]]:
        log = f"sqlite:///{tmp_path / 'log.db'}"
        chosen = ProxySettings(
            **{
                "legacy": legacy,
                "new": new,
                "log": log,
                "kill_file": tmp_path / "kill",
                "timeouts": Timeouts(connect=1, served=5, shadow=1, drain=5),
                **settings,
            }
        )
        async with running(chosen, config) as parts, listening(parts, chosen) as url:
            yield url, parts

    return opened


async def settled(parts: RunningProxy) -> dict[str, int]:
    """The verdicts, once nothing is pending."""
    async with asyncio.timeout(20):
        while parts.counters.pending:
            await asyncio.sleep(0.01)
    return dict(parts.counters.verdicts)


@pytest.fixture
def verdicts() -> Callable[[RunningProxy], Awaitable[dict[str, int]]]:
    """Waits until nothing is pending and gives the verdicts."""
    return settled


@pytest.fixture
def staged(config: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A configuration with another rollout."""

    def make(rollout: str) -> Path:
        copy = tmp_path / "config"
        shutil.copytree(config, copy, ignore=shutil.ignore_patterns("sample", "__pycache__"))
        (copy / "rollout.toml").write_text(rollout)
        return copy

    return make
