"""Every page of the dashboard over a thousand exchanges and over a million."""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx

from config.location import config_directory
from config.routes import load_routes
from diffing.cluster import cluster_id
from proxy.dashboard.app import dashboard
from proxy.log.counters import Counters, HourlyCount
from proxy.log.writer import Recorder, open_log
from tests.prove.proof import Proof
from tests.proxy.logs import SECOND, finding

SMALL, LARGE = (1_000, 10), (1_000_000, 10_000)
MOST = 10.0
OVERVIEW = 0.3
SIGNATURE = "task.get 200→200 $.c"
PATHS = (
    "/",
    "/routes/task.get",
    "/clusters",
    "/clusters?page=150",
    f"/clusters/{cluster_id(SIGNATURE + '0')}",
    "/deviations",
    "/latency",
    "/compare",
)
REPEATS = 5


async def written(url: str, exchanges: int, clusters: int) -> None:
    """Two runs with so many exchanges, over all routes and ninety days, and so many clusters."""
    routes = list(load_routes(config_directory(None)).routes)
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
        recorder = Recorder(open_log(url), counters, now=partial(SECOND.__add__, timedelta(minutes=part)))
        await recorder.open()
        await recorder.aclose()


async def measured(url: str) -> dict[str, float]:
    """The best of some answers of each page, in seconds."""
    transport = httpx.ASGITransport(dashboard(url, config_directory(None)))
    times: dict[str, float] = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://dashboard", timeout=600) as client:
        for path in PATHS:
            best = float("inf")
            for _ in range(REPEATS):
                started = time.perf_counter()
                answer = await client.get(path)
                best = min(best, time.perf_counter() - started)
                assert answer.status_code == 200, (path, answer.text)
            times[path] = best
    return times


def prove() -> Proof:
    """Ratios within one run."""
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for name, (exchanges, clusters) in (("small", SMALL), ("large", LARGE)):
            url = f"sqlite:///{Path(folder) / name}.db"
            asyncio.run(written(url, exchanges, clusters))
            found.append(asyncio.run(measured(url)))
    small, large = found
    rows = [
        f"| `{path}` | {small[path] * 1000:.0f} | {large[path] * 1000:.0f} | {large[path] / small[path]:.1f} |"
        for path in PATHS
    ]
    head = (
        "| page | ms, 1,000 exchanges | ms, 1,000,000 exchanges and 10,000 clusters | ratio |",
        "| --- | ---: | ---: | ---: |",
    )
    holds = all(large[path] / small[path] < MOST for path in PATHS) and large["/"] <= OVERVIEW
    return Proof(
        "No page of the dashboard is ten times slower over a million exchanges, and the overview takes 300 ms at most",
        holds,
        (*head, *rows),
    )
