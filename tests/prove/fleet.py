"""A fleet on a bad day, how workers scale, and what a full queue costs clients.

The bad day: HAProxy, three proxies, PHP as recorded, the backend on MariaDB, Redis with an append-only file, two
workers. While clients ask, one proxy is told to stop, one worker is killed, Redis and MariaDB restart.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from unittest import mock
from urllib.parse import urlsplit

import aiohttp
import yarl

from backend.database.load import load
from proxy.recordings.recording import read_recordings
from proxy.reporting.report import Report
from tests.benchmarks.asking import answered, raw
from tests.benchmarks.targets import backend
from tests.functional.fleets import Fleet, fleet, key
from tests.functional.proxies import Running
from tests.functional.servers import serving
from tests.functional.test_hostile_answers import until
from tests.mariadb import MariaDBServer, free_port
from tests.prove.fleet_scaling import CAPTURES, ROUNDS, compared_with_one, database_of, folder_in, scaling
from tests.prove.isolation import Fault, Measured, measured
from tests.prove.proof import Proof
from tests.redis_server import RedisServer

ROOT: Final = Path(__file__).parent.parent.parent
SECONDS: Final = float(os.environ.get("SECONDS", "60"))
CLIENTS: Final = 50
TARGETS: Final = 200
CANARY: Final = "CANARY0123456789canary0123456789"
MOST_CPU: Final = 1.10
MOST_SHARE: Final = 0.05
SHADOW: Final = '[[stage]]\nroutes = ["*"]\nstage = "shadow"\npercentage = 100\n'


@dataclass(slots=True)
class BadDay:
    """What became of a bad day.

    Args:
        answers: Answers to clients.
        failed: Requests that were answered otherwise than legacy answers them, or not at all.
        served: Exchanges that the proxies served, and that is how many verdicts there must be.
        queued: Captures that the queue acknowledged.
        names: Captures that the log counted.
        leaks: Places in the files of Redis that hold the secret.
    """

    answers: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    served: int = 0
    queued: int = 0
    names: list[str] = field(default_factory=list)
    verdicts: dict[str, int] = field(default_factory=dict)
    leaks: int = 0
    report: Report | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing failed, and nothing was lost, counted twice, or told."""
        once = len(self.names) == len(set(self.names)) == self.queued
        return not self.failed and once and sum(self.verdicts.values()) == self.served and not self.leaks


async def _targets(legacy: str) -> dict[str, tuple[int, bytes]]:
    """What clients ask, and what legacy answers."""
    found: dict[str, tuple[int, bytes]] = {}
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        for one in read_recordings(sorted((ROOT / "tests/recordings/read").glob("*.jsonl.gz"))):
            if one.request.method != "GET" or one.caller != "none" or one.response.status not in (200, 412):
                continue
            target = one.request.target.decode("latin-1")
            async with session.get(yarl.URL(legacy + target, encoded=True)) as answer:
                if answer.status < 500:
                    found[target] = answer.status, await answer.read()
            if len(found) == TARGETS:
                break
    return found


async def _clients(front: str, targets: dict[str, tuple[int, bytes]], until_: float, day: BadDay) -> None:
    names = list(targets)
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    secret = {"Cookie": f"PHPSESSID={CANARY}"}
    async with aiohttp.ClientSession(connector=connector, headers=secret, auto_decompress=False) as session:

        async def client(number: int) -> None:
            while time.monotonic() < until_:
                target = names[number % len(names)]
                number += 7
                day.answers += 1
                try:
                    async with session.get(yarl.URL(front + target, encoded=True)) as answer:
                        got = answer.status, await answer.read()
                except (aiohttp.ClientError, TimeoutError) as error:
                    day.failed[type(error).__name__] += 1
                    continue
                if got != targets[target]:
                    day.failed[f"status {got[0]} instead of {targets[target][0]}"] += 1
                await asyncio.sleep(0.1)

        await asyncio.gather(*(client(number) for number in range(CLIENTS)))


@contextmanager
def _haproxy(folder: Path, found: Fleet) -> Iterator[str]:
    """The example of config/, in front of three proxies."""
    program = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise SystemExit("HAProxy is not installed; as root: apt-get install haproxy")
    port = free_port()
    config = (ROOT / "config/deploy/haproxy.cfg").read_text().replace(":8000", f":{port}")
    config = config.replace("bind :8081", f"bind :{free_port()}")
    config = config.replace("php:80", urlsplit(found.legacy).netloc)
    config = re.sub(r"    server proxy\d .*\n", "", config)
    servers = "".join(
        f"    server proxy{number} 127.0.0.1:{one.address[1]} port {one.admin}\n"
        for number, one in enumerate(found.proxies)
    )
    (folder / "haproxy.cfg").write_text(
        config.replace("port 8081 inter 1s", "inter 1s").replace(
            "fall 2 rise 2\n", f"fall 2 rise 2\n{servers}"
        )
    )
    with subprocess.Popen([program, "-f", folder / "haproxy.cfg"], stdout=subprocess.DEVNULL) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def bad_day(folder: Path, seconds: float = SECONDS) -> BadDay:
    """A bad day of so many seconds."""
    day = BadDay()
    with ExitStack() as stack:
        mariadb = MariaDBServer(folder_in(folder, "mariadb"))
        mariadb.start()
        stack.callback(mariadb.stop)
        asyncio.run(load(ROOT / "config/sample", mariadb.url))
        redis = stack.enter_context(RedisServer(folder_in(folder, "redis")))
        recordings = ("--recordings", str(ROOT / "tests/recordings/read"), "--port", "0")
        legacy = stack.enter_context(serving("proxy.cli", "legacy", *recordings)).url
        new, _ = stack.enter_context(backend(mariadb.url, ROOT / "config/sample/files"))
        config = folder / "config"
        shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("sample", "__pycache__"))
        (config / "rollout.toml").write_text(SHADOW)
        log = database_of(mariadb.url, "parity_fleet")
        found = stack.enter_context(
            fleet(serving, folder, redis, log, (legacy, new), PARITY_TIMEOUTS_LINGER="5")
        )
        found.options = ("--config", str(config))
        for _ in range(3):
            found.proxy()
        victim = found.worker("victim")
        found.worker("survivor")
        targets = asyncio.run(_targets(legacy))
        with _haproxy(folder, found) as front:
            started = time.monotonic()
            until(lambda: _ready(front), 20)
            asking = threading.Thread(
                target=lambda: asyncio.run(_clients(front, targets, started + seconds, day))
            )
            asking.start()

            def at(share: float) -> None:
                time.sleep(max(0.0, started + share * seconds - time.monotonic()))

            at(0.2)
            victim.process.send_signal(signal.SIGKILL)
            at(0.35)
            redis.stop()
            time.sleep(2)
            redis.start()
            at(0.5)
            stopped = found.proxies.pop()
            os.kill(stopped.pid, signal.SIGTERM)
            at(0.65)
            mariadb.stop()
            time.sleep(2)
            mariadb.start()
            asking.join()
        totals = found.totals()
        # Of the one that was stopped only the log can tell.
        until(lambda: _ended(stopped.pid), 60)
        until(lambda: _logged(found, totals), 60)
        until(lambda: found.report().fleet.waiting == 0, 20 * 60)
        day.report = found.report()
        day.served = day.report.counted_runs.served
        day.queued = day.report.fleet.queued
        day.names, day.verdicts = found.names(), found.verdicts()
        day.leaks = len(re.findall(rb"(?i)canary", redis.written()))
    return day


def _ready(front: str) -> bool:
    with suppress(OSError):
        host, port = urlsplit(front).hostname or "", urlsplit(front).port or 0
        return answered((host, port), raw("/api/v1/json/tasktype/list")).startswith(b"HTTP/1.1 200")
    return False


def _ended(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


def _logged(found: Fleet, totals: Sequence[dict[str, int]]) -> bool:
    """Whether the log knows what the proxies know that still run, and nothing is pending."""
    runs = found.report().counted_runs
    return runs.pending == 0 and runs.served >= sum(one["served"] for one in totals)


def full_queue() -> Measured:
    """What clients wait in front of a queue that is full, beside what they wait without any shadow."""
    with tempfile.TemporaryDirectory() as folder, RedisServer(Path(folder)) as redis:
        settings = {"PARITY_QUEUE_URL": redis.url, "PARITY_QUEUE_CAPTURES": "1", **key()}
        with mock.patch.dict(os.environ, settings):
            return measured("queue full", Fault("healthy", _nothing))


@contextmanager
def _nothing(_proxy: Running) -> Iterator[None]:
    yield


def prove() -> Proof:
    """At full size."""
    with tempfile.TemporaryDirectory() as folder:
        day = bad_day(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        rounds = scaling(Path(folder))
    full = full_queue()
    per = {n: statistics.median(one.cpu for one in rounds if one.workers == n) for n in (1, 2, 4)}
    uneven = max(statistics.median(one.uneven for one in rounds if one.workers == n) for n in (1, 2, 4))
    ratios = compared_with_one(rounds)
    spread = max(ratios.values()) / min(ratios.values())
    told_day = day.report.fleet.told() if day.report else ()
    verdicts = ", ".join(f"{name} {count:,}" for name, count in sorted(day.verdicts.items()))
    without, with_full = (statistics.median(series) * 1e3 for series in zip(*full.p99, strict=True))
    lines = (
        f"- {SECONDS:g} s of {CLIENTS} clients through HAProxy and three proxies, while a proxy is told to stop, a "
        f"worker is killed, Redis and MariaDB restart: {day.answers:,} requests, {day.failed.total()} answered "
        "otherwise than legacy answers them, or not at all",
        f"- {day.queued:,} captures were acknowledged by Redis; the log counted {len(set(day.names)):,} of them, and "
        f"{len(day.names) - len(set(day.names))} twice",
        f"- {day.served:,} exchanges were served; verdicts of the fleet: {verdicts}; together "
        f"{sum(day.verdicts.values()):,}",
        *(f"- {line}" for line in told_day),
        f"- a secret that each request held is found {day.leaks} times in the files of Redis",
        f"- processor time of a capture with 1, 2 and 4 workers (median of {ROUNDS} rounds of {CAPTURES:,} for "
        f"each worker): {', '.join(f'{per[n] * 1e3:.2f} ms' for n in (1, 2, 4))}, {spread - 1:.0%} apart in the "
        f"same round (at most {MOST_CPU - 1:.0%}); the share of a worker is at most {uneven * 100:.1f} points from "
        "an equal one (5)",
        f"- a full queue: p99 of clients {with_full:.2f} ms, {without:.2f} ms without a shadow; ratio of pairs "
        f"{statistics.median(full.ratios):.3f}, its lower bound {full.bound:.3f} (at most 1.05); "
        f"{full.errors + full.wrong} errors",
    )
    holds = day.holds and spread <= MOST_CPU and uneven <= MOST_SHARE and full.holds
    return Proof("A fleet counts each capture once, whatever ends or restarts", holds, lines)
