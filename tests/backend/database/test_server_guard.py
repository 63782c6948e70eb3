"""MariaDB ends a connection at its moment by itself."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from backend.database.engines import parse, server_engine
from backend.database.server_guard import Guarded, ServerGuard
from tests.conftest import SCRATCH

pytestmark = pytest.mark.anyio


@pytest.fixture
async def engine(scratch_server: str) -> AsyncIterator[AsyncEngine]:
    """Connections to the server."""
    opened = server_engine(parse(scratch_server), SCRATCH)
    yield opened
    await opened.dispose()


@pytest.fixture
async def guard(scratch_server: str) -> AsyncIterator[ServerGuard]:
    """A guard with connections of its own."""
    opened = ServerGuard(server_engine(parse(scratch_server), SCRATCH))
    yield opened
    await opened.close()


async def guarded(guard: ServerGuard, connection: AsyncConnection, left: float) -> Guarded:
    """Have the server guard a connection."""
    number = int(await connection.scalar(text("SELECT CONNECTION_ID()")) or 0)
    return await guard.guard(connection, number, left)


async def test_the_server_ends_a_connection(guard: ServerGuard, engine: AsyncEngine) -> None:
    """With the statement that it is busy with."""
    async with engine.connect() as connection:
        began = time.monotonic()
        await guarded(guard, connection, 0.3)
        with pytest.raises(DBAPIError):
            await connection.exec_driver_sql("SELECT SLEEP(30)")
        assert 0.3 <= time.monotonic() - began < 20
        await connection.invalidate()


async def test_who_is_over_is_not_ended(guard: ServerGuard, engine: AsyncEngine) -> None:
    """The connection may be used, and guarded, again."""
    async with engine.connect() as connection:
        for _ in range(2):
            found = await guarded(guard, connection, 0.3)
            assert not found.done
            await found.over()
            assert found.done
        await asyncio.sleep(0.5)
        assert await connection.scalar(text("SELECT 1")) == 1


async def test_a_connection_that_ends_is_waited_for_no_longer(
    guard: ServerGuard, engine: AsyncEngine
) -> None:
    """Its number may become somebody else's."""
    async with engine.connect() as connection:
        found = await guarded(guard, connection, 600)
        await connection.invalidate()
    async with asyncio.timeout(20):
        while not found.done:
            await asyncio.sleep(0.01)


async def test_nothing_waits_behind_the_end(guard: ServerGuard, engine: AsyncEngine) -> None:
    """A connection that waits is closed with all others."""
    async with engine.connect() as connection:
        found = await guarded(guard, connection, 600)
        await guard.close()
        assert found.done
        await connection.invalidate()


async def test_without_a_guard_there_is_a_warning(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """The watchdog is there all the same."""
    nowhere = ServerGuard(create_async_engine("mysql+aiomysql://nobody@127.0.0.1:1/"))
    async with engine.connect() as connection:
        with caplog.at_level(logging.WARNING):
            found = await guarded(nowhere, connection, 60)
            await found.over()
        assert found.done
    assert "does not guard" in caplog.text
    await nowhere.close()
