"""Each capture is counted once, whoever judges it how often, and whatever the log does meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from proxy.log.changes import store
from proxy.log.counters import Counters
from proxy.log.once import KEPT, JudgedCapture, OnceRecorder
from proxy.log.tables import differences, dropped, judged, runs, traffic
from proxy.log.writer import Recorder, open_log, utc_now
from tests.proxy.logs import FIRST, NEW, finding

pytestmark = pytest.mark.anyio


def recorder(engine: AsyncEngine) -> OnceRecorder:
    """A worker's."""
    return OnceRecorder(engine, Counters, lambda log, counters: Recorder(log, counters, place="worker w"))


@pytest.fixture(params=["sqlite", "mariadb"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty log, once on each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'log.db'}"
    server: str = request.getfixturevalue("mariadb_server")
    engine = open_log(server)
    async with engine.begin() as connection:
        await connection.execute(text("DROP DATABASE IF EXISTS parity_once"))
        await connection.execute(text("CREATE DATABASE parity_once"))
    await engine.dispose()
    return f"{server.rstrip('/')}/parity_once"


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    """Opens the log."""
    opened = open_log(url)
    yield opened
    await opened.dispose()


async def counted(engine: AsyncEngine) -> dict[str, int]:
    """Exchanges by verdict, of all runs."""
    total = select(traffic.c.verdict, func.sum(traffic.c.exchanges)).group_by(traffic.c.verdict)
    async with engine.connect() as connection:
        return {verdict: int(number) for verdict, number in await connection.execute(total)}


async def one_value(engine: AsyncEngine, query: Any) -> Any:
    """The value that a query gives."""
    async with engine.connect() as connection:
        return await connection.scalar(query)


def capture(name: str, signature: str | None = None) -> JudgedCapture:
    """A judged capture."""
    return JudgedCapture(name, finding(FIRST, signature))


async def test_a_capture_that_comes_again_is_not_counted_again(engine: AsyncEngine) -> None:
    """In one batch, in the next one, or judged by another worker; queued is lowered by as many."""
    first, second = recorder(engine), recorder(engine)
    await first.open()
    await first.record([capture("a"), capture("b"), capture("a")])
    await first.record([capture("b"), capture("c")])
    await second.record([capture("c"), capture("d")])
    assert await counted(engine) == {"match": 4, "queued": -4}
    assert (first.verdicts.total(), second.verdicts.total()) == (3, 1)
    assert await one_value(engine, select(func.count()).select_from(judged)) == 4
    assert await one_value(engine, select(func.sum(runs.c.pending))) == 0


async def test_workers_that_judge_the_same_share_them(engine: AsyncEngine) -> None:
    """At the same time; who meets the other waits, or is told to try again, and does."""
    workers = [recorder(engine) for _ in range(3)]
    await workers[0].open()
    batches = [[f"{(number + shift) % 40}" for number in range(40)] for shift in (0, 13, 26)]

    async def work(worker: OnceRecorder, names: list[str]) -> None:
        for start in range(0, 40, 8):
            some = [capture(name) for name in names[start : start + 8]]
            while True:
                try:
                    await worker.record(some)
                except OperationalError:
                    continue
                break

    await asyncio.gather(*map(work, workers, batches))
    assert await counted(engine) == {"match": 40, "queued": -40}


async def test_what_was_rolled_back_is_counted_by_the_next_try(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under a run of its own, whose numbers begin at nothing."""
    worker = recorder(engine)
    await worker.open()
    await worker.record([capture("a")])
    before = worker.run
    with monkeypatch.context() as broken:
        broken.setattr("proxy.log.writer.store", fails)
        with pytest.raises(OperationalError):
            await worker.record([capture("b"), capture("c")])
    assert worker.run != before
    assert worker.verdicts.total() == 1
    await worker.record([capture("b"), capture("c")])
    assert await counted(engine) == {"match": 3, "queued": -3}


async def fails(*_: object) -> None:
    """What a log that goes away does."""
    raise OperationalError("INSERT", {}, Exception("gone away"))


async def test_what_was_committed_without_an_answer_is_not_counted_again(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke behind the COMMIT: nobody had told the worker."""
    worker = recorder(engine)
    await worker.open()
    kept = Recorder.write_with

    async def lost(self: Recorder, count: Any) -> None:
        await kept(self, count)
        raise ConnectionResetError

    with monkeypatch.context() as broken:
        broken.setattr(Recorder, "write_with", lost)
        with pytest.raises(ConnectionResetError):
            await worker.record([capture("a")])
    await worker.record([capture("a"), capture("b")])
    assert await counted(engine) == {"match": 2, "queued": -2}


async def test_one_that_cannot_be_stored_keeps_no_other_back(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted without what cannot be stored."""
    worker = recorder(engine)
    await worker.open()

    async def picky(connection: AsyncConnection, changes: Any) -> None:
        if any(NEW in str(change.values) for change in changes):
            raise ValueError("a row that cannot be stored")
        await store(connection, changes)

    monkeypatch.setattr("proxy.log.writer.store", picky)
    await worker.record([capture("a"), capture("b", NEW), capture("c")])
    assert await counted(engine) == {"match": 2, "both_error": 1, "queued": -3}
    assert await one_value(engine, select(differences.c.exchanges)) == 1


async def test_what_nobody_judged_is_told_with_its_reason(engine: AsyncEngine) -> None:
    """In the name of the worker."""
    worker = recorder(engine)
    await worker.open()
    await worker.record([replace(capture("a"), lost="abandoned"), capture("b")])
    assert (
        await one_value(engine, select(dropped.c.exchanges).where(dropped.c.what == "shed: abandoned")) == 1
    )
    assert await one_value(engine, select(runs.c.place)) == "worker w"


async def test_names_are_forgotten_when_no_queue_has_them_any_more(engine: AsyncEngine) -> None:
    """What they counted stays."""
    worker = recorder(engine)
    await worker.open()
    await worker.record([capture("old"), capture("new")])
    async with engine.begin() as connection:
        long_ago = utc_now() - KEPT - timedelta(minutes=1)
        await connection.execute(judged.update().where(judged.c.capture == "old").values(at=long_ago))
    await worker.prune()
    async with engine.connect() as connection:
        assert list((await connection.execute(select(judged.c.capture))).scalars()) == ["new"]
    assert await counted(engine) == {"match": 2, "queued": -2}


async def test_a_worker_without_work_goes_on(engine: AsyncEngine) -> None:
    """Its run is seen, so that nobody takes it for ended."""
    worker = recorder(engine)
    await worker.open()
    before = await one_value(engine, select(runs.c.seen))
    await asyncio.sleep(0)
    await worker.record([])
    assert await one_value(engine, select(runs.c.seen)) >= before
    assert await counted(engine) == {}
    await worker.aclose()
