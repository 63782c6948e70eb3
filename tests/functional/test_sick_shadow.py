"""Under load with a sick shadow, log or comparer: same bytes, no client error, bounded memory, every exchange counted.

What clients wait meanwhile is measured by ``python -m tests.prove isolation``.
"""

import os
import resource
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from tests.functional.evidence import evidence
from tests.functional.proxies import Running, conserved, proxied
from tests.functional.sick import BODY, EXPECTED, REQUEST, SICK, healthy, side

PROVE = bool(os.environ.get("PROVE"))
Serving = Callable[..., AbstractContextManager[Any]]
# Three processes with an interpreter each, exchanges that wait on both ends of the link (shadow.queue_bytes), answers
# that are read and compared.
MOST_MEMORY = 700 * 1024 * 1024


def load(proxy: Running, requests: int, clients: int = 4) -> list[float]:
    """Ask from many clients; gives how long each answer took. Every answer must be right."""
    times: list[float] = []
    wrong: list[bytes] = []

    def ask() -> None:
        with socket.create_connection(proxy.address, timeout=20) as connection:
            for _ in range(requests // clients):
                started = time.perf_counter()
                connection.sendall(REQUEST)
                answer = b""
                while not answer.endswith(BODY) and (chunk := connection.recv(65536)):
                    answer += chunk
                times.append(time.perf_counter() - started)
                if answer.lower() != EXPECTED:
                    wrong.append(answer)

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(times) == requests // clients * clients
    return times


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shadows that hang are given up soon, so that the test sees the end of it."""
    monkeypatch.setenv("PARITY_TIMEOUTS_SHADOW", "0.5")


@pytest.mark.parametrize("name", SICK)
def test_a_sick_shadow_under_load(serving: Serving, tmp_path: Path, name: str) -> None:
    """The clients of legacy do not know of it."""
    requests = 2000 if PROVE else 80
    with (
        side(healthy) as legacy,
        side(SICK[name]) as new,
        proxied(serving, tmp_path / "sick", legacy, new) as proxy,
    ):
        load(proxy, requests)
        totals = proxy.totals()
        memory = proxy.memory()
        assert conserved(totals, requests), totals
        assert memory < MOST_MEMORY
        shown = ", ".join(f"{verdict} {count}" for verdict, count in totals["verdicts"].items())
        evidence(f"shadow {name}: {requests} requests, 0 wrong, {memory >> 20} MiB at most; {shown}")


def test_a_log_that_is_locked_full_and_gone(serving: Serving, tmp_path: Path) -> None:
    """Counts are kept and written later; nobody waits for them, and a log that was removed is written anew."""
    with side(healthy) as legacy, proxied(serving, tmp_path / "log", legacy, legacy) as proxy:
        with closing(sqlite3.connect(proxy.log, timeout=30)) as held:
            held.execute("BEGIN EXCLUSIVE")
            slowest = max(load(proxy, 200))
        assert slowest < 5
        before = resource.prlimit(proxy.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(proxy.pid, resource.RLIMIT_FSIZE, (1024, before[1]))
        load(proxy, 100)
        _until(lambda: _lines(proxy.log, 300) is False, 2)
        resource.prlimit(proxy.pid, resource.RLIMIT_FSIZE, before)
        _until(lambda: _lines(proxy.log, 300))
        for file in proxy.log.parent.glob("log.db*"):
            file.unlink()
        load(proxy, 100)
        assert conserved(proxy.totals(), 400)
        _until(lambda: _lines(proxy.log, 400))


@pytest.mark.parametrize("module", ["proxy.process.comparing", "proxy.process.asking"])
def test_a_process_that_is_killed(serving: Serving, tmp_path: Path, module: str) -> None:
    """Another one takes its place, and no exchange is lost."""
    with side(healthy) as legacy, proxied(serving, tmp_path / "killed", legacy, legacy) as proxy:
        load(proxy, 20)
        assert conserved(proxy.totals(), 20)
        loading = threading.Thread(target=load, args=(proxy, 200))
        loading.start()
        os.kill(proxy.process(module), signal.SIGKILL)
        loading.join()
        first = proxy.totals()
        assert conserved(first, 220), first
        _until(lambda: bool(proxy.process(module)))
        load(proxy, 40)
        totals = proxy.totals()
        assert conserved(totals, 260), totals
        assert totals["verdicts"].get("shed", 0) == first["verdicts"].get("shed", 0)


def _lines(log: Path, exchanges: int) -> bool:
    """Whether the log tells of so many exchanges."""
    try:
        with closing(sqlite3.connect(log, timeout=30)) as connection:
            found = connection.execute("SELECT SUM(exchanges) FROM traffic").fetchone()[0]
    except sqlite3.OperationalError:
        return False
    return bool(found == exchanges)


def _until(true: Callable[[], bool], patience: float = 20) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if true():
                return
        except OSError:
            pass
        time.sleep(0.05)
    pytest.fail("it did not happen in time")
