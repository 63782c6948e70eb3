"""The states of clusters while a proxy runs: kept up to date, told once, by one of many."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from diffing.cluster import cluster_id
from proxy.log.clusters import open_clusters
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, put
from proxy.log.writer import open_log
from proxy.process import cluster_states
from proxy.process.cluster_states import StateKeeper, WebhookError, keep_states
from tests.proxy.logs import KEPT, NEW, SECOND, finding, two_runs, write_run

pytestmark = pytest.mark.anyio
LATER = SECOND + timedelta(days=1)


class Hook:
    """A webhook that notes what it is told."""

    def __init__(self, status: int = 204) -> None:
        self.status = status
        self.told: list[tuple[str, Any]] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(next(line for line in head.lower().split("\r\n") if "content-length" in line)[16:])
        self.told.append((head.split(" ")[1], orjson.loads(await reader.readexactly(length))))
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def log(tmp_path: Path) -> str:
    """The URL of a log of two runs."""
    return (await two_runs(tmp_path))[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration to change."""
    folder = tmp_path / "config"
    shutil.copytree("config", folder, ignore=shutil.ignore_patterns("sample", "*.py"))
    return folder


@pytest.fixture
async def hook(folder: Path) -> AsyncIterator[Hook]:
    """A webhook that the configuration names."""
    found = Hook()
    server = await asyncio.start_server(found, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    (folder / "reports.toml").write_text(f'[clusters]\nwebhook = "http://127.0.0.1:{port}/hook?a=b"\n')
    async with server:
        yield found


@pytest.fixture
async def engine(log: str) -> AsyncIterator[AsyncEngine]:
    """The log, open."""
    found = open_log(log)
    yield found
    await found.dispose()


def keeper(engine: AsyncEngine, folder: Path) -> tuple[StateKeeper, Counter[str], Counter[str]]:
    """A keeper with its numbers."""
    numbers, changes = Counter[str](), Counter[str]()
    return StateKeeper(engine, folder, numbers, changes, now=lambda: LATER), numbers, changes


async def test_new_and_regressed_clusters_are_told(
    log: str, engine: AsyncEngine, folder: Path, hook: Hook
) -> None:
    """Each once: by webhook, and in numbers."""
    states, numbers, changes = keeper(engine, folder)
    await states.look()
    [(target, first)] = hook.told
    assert (target, first["counts"]) == ("/hook?a=b", {"new": 3})
    assert first["text"].startswith("parity: 3 new clusters of differences\nnew ")
    assert {one["change"] for one in first["clusters"]} == {"new"}
    assert (numbers["open"], changes) == (3, {"new": 3})
    async with reading(log) as opened:
        await put(opened, {cluster_id(KEPT): Standing(ClusterState.RESOLVED, SECOND)})
        await opened.commit()
    await write_run(log, LATER, finding(LATER, KEPT))
    await states.look()
    assert [told["counts"] for _, told in hook.told[1:]] == [{"regressed": 1}]
    assert (numbers["open"], numbers["regressed"], changes["regressed"]) == (2, 1, 1)
    await states.look()
    assert len(hook.told) == 2


async def test_what_was_not_taken_is_told_again(engine: AsyncEngine, folder: Path, hook: Hook) -> None:
    """Until somebody takes it."""
    states, _, changes = keeper(engine, folder)
    hook.status = 503
    with pytest.raises(WebhookError, match="was not told: 503"):
        await states.look()
    assert changes == {}
    hook.status = 200
    await states.look()
    assert changes == {"new": 3}


async def test_only_one_of_many_tells(engine: AsyncEngine, folder: Path, hook: Hook) -> None:
    """All of them know the numbers."""
    (one, _, _), (other, numbers, changes) = keeper(engine, folder), keeper(engine, folder)
    await one.look()
    await other.look()
    assert len(hook.told) == 1
    assert (changes, numbers["open"]) == ({}, 3)


async def test_changed_rules_are_gone_by(log: str, engine: AsyncEngine, folder: Path) -> None:
    """In a process of its own; once for each change."""
    states, _, _ = keeper(engine, folder)
    await states.look()
    async with reading(log) as opened:
        await put(opened, {cluster_id(NEW): Standing(ClusterState.DOCUMENTED, LATER, config="others")})
        await opened.commit()
        assert (await open_clusters(opened))["task.get"] == 1
    await states.look()
    async with reading(log) as opened:
        assert (await open_clusters(opened))["task.get"] == 1
    with (folder / "patterns.toml").open("a") as file:
        file.write("\n# changed\n")
    await states.look()
    async with reading(log) as opened:
        assert (await open_clusters(opened))["task.get"] == 2


async def test_rules_that_nobody_can_read_are_told_once(
    engine: AsyncEngine, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Until they are others; all else goes on."""
    (folder / "patterns.toml").write_text("no TOML")
    states, numbers, _ = keeper(engine, folder)
    with pytest.raises(OSError, match="ended with status 1"):
        await states.look()
    [told] = capfd.readouterr().err.splitlines()
    assert "patterns.toml: is not TOML" in told
    await states.look()
    assert numbers["open"] == 3


async def test_what_goes_wrong_is_told_once(
    log: str, folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And looked at again."""
    monkeypatch.setattr(cluster_states, "EVERY", 0.01)
    (folder / "reports.toml").write_text("[clusters]\nfixed_after = 0\n")
    numbers = Counter[str]()
    task = asyncio.create_task(keep_states(log, folder, numbers, Counter()))
    await asyncio.sleep(0.2)
    (folder / "reports.toml").unlink()
    async with asyncio.timeout(30):
        while not numbers:
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert caplog.text.count("the states of clusters are those of before") == 1
