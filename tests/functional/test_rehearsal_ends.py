"""A rehearsal ends when nobody waits for it any longer: real sockets, MariaDB, and somebody who waits for the row."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from backend.database.connections import Database
from backend.database.rehearsing import MOST
from config.settings import ProxySettings, Timeouts
from proxy.process.serving import RunningProxy, running
from tests.functional.backends import backend_on
from tests.functional.evidence import evidence
from tests.functional.locks import LATE, LEFT, PROVE, SECRET, Locks, Upload
from tests.proxy.conftest import listening, settled
from tests.proxy.conftest import serving as serving_app

pytestmark = pytest.mark.anyio

Serving = Callable[..., AbstractContextManager[Any]]
Opened = Callable[[float], AbstractAsyncContextManager[tuple[str, RunningProxy, list[float]]]]
ROUNDS = 10 if PROVE else 1
MANY = 40
CONFIG = Path("config")
REHEARSED = '[[stage]]\nroutes = ["*"]\nstage = "shadow"\nshadow_write = "rollback"\n'


@pytest.fixture(params=["mariadb"])
def scratch_source(scratch_server: str) -> str:
    """Only MariaDB: SQLite has no locks of rows."""
    return scratch_server


@pytest.fixture
def backend(scratch_database: Database, sample: Path, tmp_path: Path, serving: Serving) -> Iterator[Any]:
    """A backend on MariaDB."""
    root = tmp_path / "root"
    with backend_on(scratch_database, sample, root, serving, OPENML_SHADOW_SECRET=SECRET) as server:
        assert Upload(server.url).send(60).status() == 200
        yield server


@pytest.fixture
def proxy(backend: Any, tmp_path: Path) -> Opened:
    """A proxy whose clients wait so long for a rehearsal, and when it asked legacy: ``async with proxy(2) as …``."""
    staged = tmp_path / "config"
    shutil.copytree(CONFIG, staged, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    (staged / "rollout.toml").write_text(REHEARSED)

    @asynccontextmanager
    async def opened(seconds: float) -> AsyncIterator[tuple[str, RunningProxy, list[float]]]:
        asked: list[float] = []

        async def carry_out(scope: Scope, receive: Receive, send: Send) -> None:
            asked.append(time.monotonic())
            await JSONResponse({"upload_data_set": {"id": "1"}})(scope, receive, send)

        async with serving_app(carry_out) as legacy:
            settings = ProxySettings(
                legacy=legacy,
                new=backend.url,
                log=f"sqlite:///{tmp_path / 'log.db'}",
                kill_file=tmp_path / "kill",
                shadow_secret=SECRET,
                timeouts=Timeouts(connect=5, served=60, shadow=60, drain=5, rehearsal=seconds),
            )
            async with (
                running(settings, staged) as parts,
                listening(parts, settings) as url,
            ):
                yield url, parts, asked

    return opened


@pytest.fixture
def locks(scratch_database: Database) -> Locks:
    """Connections beside the backend's."""
    return Locks(scratch_database)


async def test_no_lock_outlives_the_deadline(backend: Any, locks: Locks) -> None:
    """Although the connection stays open, and the statement waits for a lock that somebody keeps."""
    late = [await asyncio.to_thread(_deadline, backend, locks) for _ in range(ROUNDS)]
    evidence(f"a lock outlives the deadline by {_told(late)}")
    assert max(late) < LATE


def _deadline(backend: Any, locks: Locks) -> float:
    with locks.held_up(Upload(backend.url), LEFT) as (upload, waiter):
        late = waiter.done() - (upload.sent + LEFT)
        assert (waiter.rows, upload.status()) == ([], 503)
    assert late > -0.1, "it ended too early"
    return late


async def test_no_lock_outlives_the_connection(backend: Any, locks: Locks) -> None:
    """The proxy hangs up long before the deadline."""
    late = [await asyncio.to_thread(_hung_up, backend, locks, one % 2 == 1) for one in range(max(ROUNDS, 2))]
    evidence(f"a lock outlives the connection of the proxy by {_told(late)}")
    assert max(late) < LATE


def _hung_up(backend: Any, locks: Locks, reset: bool) -> float:
    with locks.held_up(Upload(backend.url), 60) as (upload, waiter):
        left = upload.leave(reset=reset)
        return waiter.done() - left


async def test_many_end_together(backend: Any, locks: Locks) -> None:
    """More than there are connections for them; afterwards there is room for the next one."""
    late = [await asyncio.to_thread(_many, backend, locks) for _ in range(ROUNDS)]
    evidence(f"of {MANY} rehearsals at once a lock outlives the deadline by {_told(late)}")
    assert max(late) < LATE


def _many(backend: Any, locks: Locks) -> float:
    with locks.files_held():
        uploads = [Upload(backend.url, number) for number in range(MANY)]
        end = time.monotonic() + 3 * LEFT
        for upload in uploads:
            upload.send(end - time.monotonic())
        locks.await_waiting(MOST)
        waiter = locks.waiter()
        locks.await_waiting(MOST + 1)
        late = waiter.done() - end
        assert {upload.status() for upload in uploads} == {503}
    assert Upload(backend.url).send(60).status() == 200
    return late


async def test_no_lock_outlives_the_wait_of_the_proxy(backend: Any, locks: Locks, proxy: Opened) -> None:
    """The write is then carried out, and the rehearsal is a timeout."""

    def one(url: str) -> float:
        with locks.held_up(Upload(url)) as (upload, waiter):
            got = waiter.done()
            assert upload.status() == 200
        return got - asked[-1]  # the proxy asks legacy at once when it waits no longer

    async with proxy(LEFT) as (url, parts, asked):
        late = [await asyncio.to_thread(one, url) for _ in range(ROUNDS)]
        assert await settled(parts) == {"timeout": ROUNDS}
    evidence(f"a lock outlives the wait of the proxy by {_told(late)}")
    assert max(late) < LATE


async def test_no_lock_outlives_the_client(backend: Any, locks: Locks, proxy: Opened) -> None:
    """A client of the proxy that resets its connection ends the rehearsal; nothing is written."""

    def one(url: str) -> float:
        with locks.held_up(Upload(url)) as (upload, waiter):
            left = upload.leave(reset=True)
            return waiter.done() - left

    async with proxy(60) as (url, parts, asked):
        late = [await asyncio.to_thread(one, url) for _ in range(ROUNDS)]
        assert await settled(parts) == {}
        assert (parts.counters.client_gone, asked) == (ROUNDS, [])
    evidence(f"a lock outlives the client of the proxy by {_told(late)}")
    assert max(late) < LATE


async def test_a_client_that_only_closes_is_answered(backend: Any, locks: Locks, proxy: Opened) -> None:
    """It may be half closed and wait: the lock ends at the deadline, and the write is carried out."""

    def one(url: str) -> float:
        with locks.held_up(Upload(url)) as (upload, waiter):
            upload.leave()
            got = waiter.done()
            end = time.monotonic() + 30
            while not asked and time.monotonic() < end:
                time.sleep(0.01)
        return got - asked[-1]

    async with proxy(LEFT) as (url, parts, asked):
        late = await asyncio.to_thread(one, url)
        assert await settled(parts) == {"timeout": 1}
    evidence(f"a lock outlives the wait for a client that only closed by {_told([late])}")
    assert late < LATE


async def test_the_server_ends_what_a_stopped_backend_holds(backend: Any, locks: Locks) -> None:
    """Nobody is there to end it, neither while a statement waits nor between two."""

    def one() -> float:
        with locks.held_up(Upload(backend.url), LEFT) as (upload, waiter):
            backend.process.send_signal(signal.SIGSTOP)
            try:
                late = waiter.done() - (upload.sent + LEFT)
            finally:
                backend.process.send_signal(signal.SIGCONT)
            assert upload.status() == 503
        assert Upload(backend.url).send(60).status() == 200
        return late

    late = [await asyncio.to_thread(one) for _ in range(ROUNDS)]
    evidence(f"where the backend is stopped, a lock outlives the deadline by {_told(late)}")
    assert max(late) < LATE


def _told(late: list[float]) -> str:
    return f"{max(late) * 1000:.0f} ms at most, of {len(late)}"
