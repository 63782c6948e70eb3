"""Every page of the dashboard over a thousand exchanges and over a million."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx

from config.location import config_directory
from config.routes import load_routes
from diffing.cluster import cluster_id
from diffing.deviations import load_registry
from proxy.dashboard.app import dashboard
from proxy.log.counters import Counters, HourlyCount
from proxy.log.writer import Recorder, open_log
from tests.prove.proof import Proof
from tests.proxy.exchanges import changed
from tests.proxy.logs import SECOND, finding

SMALL, LARGE = (1_000, 10), (1_000_000, 10_000)
MOST = 10.0
OVERVIEW = 0.3
SIGNATURE = "task.get 200→200 $.c"
ENTRY = "dataset-format-lower-case"
PATHS = (
    "/",
    "/?range=15m",
    "/?range=90d",
    "/routes/task.get",
    "/clusters",
    "/clusters?page=150",
    "/clusters?state=all&route=task.*",
    f"/clusters/{cluster_id(SIGNATURE + '0')}",
    "/deviations",
    f"/deviations/{ENTRY}",
    "/glossary",
    "/latency",
    "/compare",
)
REPEATS = 9


async def written(url: str, exchanges: int, clusters: int) -> None:
    """Two runs with so many exchanges, over all routes and ninety days, and so many clusters; what a proxy keeps
    beside them grows likewise: hits of entries, the last seconds and minutes, requests of a cluster.
    """
    config = config_directory(None)
    routes = list(load_routes(config).routes)
    entries = [entry.id for entry in load_registry(config).deviations]
    for part in range(2):
        counters = Counters(received=exchanges // 2, served=exchanges // 2)
        for number in range(clusters // 2 if part else clusters):
            counters.add(finding(SECOND, f"{SIGNATURE}{number}", seconds=(0.1 + number % 50 / 100, 0.1)))
        hours = min(24 * 90, exchanges // 100)
        for number in range(exchanges // 2 // max(1, exchanges // 2 // 20_000)):
            key = (
                SECOND - timedelta(hours=number % hours),
                routes[number % len(routes)],
                "legacy",
                "legacy",
                "match",
                "new",
            )
            flow = counters.flows.setdefault(key, HourlyCount())
            flow.exchanges += max(1, exchanges // 2 // 20_000)
        for number in range(min(40_000, exchanges // 10)):
            hour = SECOND - timedelta(hours=number % hours)
            entry = number % len(entries)
            # Each entry is about two routes.
            route = routes[(entry + number // len(entries) % 2) % len(routes)]
            counters.hits[hour, route, entries[entry], "new"] += 1
        for number in range(min(7_000, exchanges // 10)):
            for width, at in (
                (1, SECOND - timedelta(seconds=number)),
                (60, SECOND - timedelta(minutes=number % 1_400)),
            ):
                counters.moments[width, at, routes[number % len(routes)], "match", "new"] = HourlyCount(
                    1, 0.1, 0.1
                )
        counters.touched |= counters.moments.keys()
        one = finding(SECOND, f"{SIGNATURE}0")
        for number in range(50):
            assert one.judgement is not None
            example = {**one.judgement.example, "request": f"GET /api/v1/json/task/{number}"}
            counters.add(changed(one, example=example))
        recorder = Recorder(open_log(url), counters, now=partial(SECOND.__add__, timedelta(minutes=part)))
        await recorder.open()
        await recorder.aclose()


async def measured(small: str, large: str) -> dict[str, tuple[float, float]]:
    """The best of some answers of each page about either log, in seconds; by turns, as the machine has its moods."""
    times = dict.fromkeys(PATHS, (float("inf"), float("inf")))
    async with AsyncExitStack() as stack:
        clients = []
        for url in (small, large):
            transport = httpx.ASGITransport(dashboard(url, config_directory(None)))
            client = httpx.AsyncClient(transport=transport, base_url="http://dashboard", timeout=600)
            clients.append(await stack.enter_async_context(client))
        for path in PATHS:
            for _ in range(REPEATS):
                before, after = times[path]
                times[path] = (
                    min(before, await _answered(clients[0], path)),
                    min(after, await _answered(clients[1], path)),
                )
    return times


async def _answered(client: httpx.AsyncClient, path: str) -> float:
    started = time.perf_counter()
    answer = await client.get(path)
    assert answer.status_code == 200, (path, answer.text)
    return time.perf_counter() - started


def prove() -> Proof:
    """Ratios within one run."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = (f"sqlite:///{Path(folder) / name}.db" for name in ("small", "large"))
        asyncio.run(written(small, *SMALL))
        asyncio.run(written(large, *LARGE))
        found = asyncio.run(measured(small, large))
    rows = [
        f"| `{path}` | {before * 1000:.0f} | {after * 1000:.0f} | {after / before:.1f} |"
        for path, (before, after) in found.items()
    ]
    head = (
        "| page | ms, 1,000 exchanges | ms, 1,000,000 exchanges and 10,000 clusters | ratio |",
        "| --- | ---: | ---: | ---: |",
    )
    holds = all(after / before < MOST for before, after in found.values()) and found["/"][1] <= OVERVIEW
    return Proof(
        "No page of the dashboard is ten times slower over a million exchanges, and the overview takes 300 ms at most",
        holds,
        (*head, *rows),
    )
