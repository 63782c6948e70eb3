"""Under load with a sick shadow, log or comparer: same bytes, no client error, bounded memory, every exchange counted.

``PROVE=1`` also measures what clients wait, in five rounds without, with and without the sick side.
"""

import http.client
import os
import socket
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.functional.evidence import evidence
from tests.functional.test_isolation import (
    BODY,
    EXPECTED,
    REQUEST,
    Behaviour,
    babbles,
    floods,
    hangs,
    heads,
    healthy,
    lies,
    resets,
    side,
    trickles,
)

PROVE = bool(os.environ.get("PROVE"))
Serving = Callable[..., AbstractContextManager[Any]]
# Answers that wait to be compared (64 MiB), those that are compared, and what their handling needs.
MOST_MEMORY = 400 * 1024 * 1024


def many_headers(connection: socket.socket) -> None:
    """A head that does not end."""
    for _ in heads(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"x-header: value\r\n" * 4096)


def two_gigabytes(connection: socket.socket) -> None:
    """An answer of a length that nobody keeps."""
    for _ in heads(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
        for _ in range(2**31 // 65536):
            connection.sendall(b"x" * 65536)


def bombs(connection: socket.socket) -> None:
    """JSON that is expensive to understand: first deep, then 50 MB of it."""
    for number, _ in enumerate(heads(connection)):
        depth = 3_000_000 if number % 2 == 0 else 25_000_000
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (
            2 * depth
        )
        connection.sendall(head + b"[" * depth + b"]" * depth)


def refuses(connection: socket.socket) -> None:
    """Closes at once."""
    connection.close()


SICK = [hangs, resets, trickles, lies, floods, babbles, many_headers, two_gigabytes, bombs, refuses]


class Proxy:
    """A running proxy and its admin port."""

    def __init__(self, server: Any, admin: int, log: Path) -> None:
        host, _, port = server.url.removeprefix("http://").partition(":")
        self.address = (host, int(port))
        self.pid = server.process.pid
        self.admin = admin
        self.log = log

    def totals(self) -> dict[str, Any]:
        """The counts, once nothing is pending or after a while."""
        end = time.monotonic() + 60
        while True:
            with closing(http.client.HTTPConnection("127.0.0.1", self.admin, timeout=20)) as connection:
                connection.request("GET", "/-/totals")
                found: dict[str, Any] = orjson.loads(connection.getresponse().read())
            if not found["pending"] or time.monotonic() > end:
                return found
            time.sleep(0.1)

    def children(self) -> list[int]:
        """Its processes: the one that compares."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return [int(one) for task in tasks for one in (task / "children").read_text().split()]

    def memory(self) -> int:
        """Bytes that it and its processes hold."""
        total = 0
        for pid in (self.pid, *self.children()):
            text = Path(f"/proc/{pid}/status").read_text()
            total += int(text.partition("VmRSS:")[2].split()[0]) * 1024
        return total

    def load(self, requests: int, clients: int = 4) -> list[float]:
        """Ask from many clients; gives how long each answer took. Every answer must be right."""
        times: list[float] = []
        wrong: list[bytes] = []

        def ask() -> None:
            with socket.create_connection(self.address, timeout=20) as connection:
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


@contextmanager
def proxied(serving: Serving, folder: Path, new: Behaviour) -> Iterator[Proxy]:
    """A proxy between a healthy legacy side and a new one that behaves so."""
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        admin = free.getsockname()[1]
    with side(healthy) as legacy, side(new) as other:
        log = folder / "log.db"
        ports = ("--port", "0", "--admin-port", str(admin))
        with serving(
            "proxy.cli", "serve", "--legacy", legacy, "--new", other, *ports, "--log", f"sqlite:///{log}"
        ) as server:
            yield Proxy(server, admin, log)
            server.process.kill()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shadows that hang are given up soon, so that the test sees the end of it."""
    monkeypatch.setenv("PARITY_TIMEOUTS_SHADOW", "0.5")


def conserved(totals: dict[str, Any], requests: int) -> bool:
    """Every request was served and has its verdict."""
    served = totals["received"] == totals["served"] == requests
    return bool(served and sum(totals["verdicts"].values()) == requests and not totals["pending"])


@pytest.mark.parametrize("new", SICK, ids=lambda new: new.__name__)
def test_a_sick_shadow_under_load(serving: Serving, tmp_path: Path, new: Behaviour) -> None:
    """The clients of legacy do not know of it."""
    requests = 2000 if PROVE else 80
    with proxied(serving, tmp_path / "sick", new) as proxy:
        proxy.load(requests)
        memory = proxy.memory()
        totals = proxy.totals()
        memory = max(memory, proxy.memory())
        assert conserved(totals, requests), totals
        assert memory < MOST_MEMORY
        shown = ", ".join(f"{name} {count}" for name, count in totals["verdicts"].items())
        evidence(f"shadow {new.__name__}: {requests} requests, 0 wrong, {memory >> 20} MiB; {shown}")


def test_a_log_that_is_locked_and_gone(serving: Serving, tmp_path: Path) -> None:
    """Counts are kept and written later; nobody waits for them."""
    with proxied(serving, tmp_path / "log", healthy) as proxy:
        with closing(sqlite3.connect(proxy.log)) as held:
            held.execute("BEGIN EXCLUSIVE")
            slowest = max(proxy.load(200))
        assert slowest < 5
        for file in proxy.log.parent.iterdir():
            file.unlink()
        proxy.load(100)
        assert conserved(proxy.totals(), 300)


def test_a_comparer_that_is_killed(serving: Serving, tmp_path: Path) -> None:
    """Another one takes its place, and no exchange is lost."""
    with proxied(serving, tmp_path / "comparer", healthy) as proxy:
        [comparer] = proxy.children()
        loading = threading.Thread(target=proxy.load, args=(200,))
        loading.start()
        os.kill(comparer, 9)
        loading.join()
        totals = proxy.totals()
        assert conserved(totals, 200), totals
        assert (
            "mismatch" in totals["verdicts"]
            or "explained" in totals["verdicts"]
            or "match" in totals["verdicts"]
        )


@pytest.mark.skipif(not PROVE, reason="measured by make prove")
@pytest.mark.parametrize("new", [hangs, floods, two_gigabytes], ids=lambda new: new.__name__)
def test_clients_do_not_wait_longer(serving: Serving, tmp_path: Path, new: Behaviour) -> None:
    """The median p99 with the sick side is within 1.10 of that without, or within what two runs without differ."""
    rounds: dict[str, list[float]] = {"before": [], "sick": [], "after": []}
    with ExitStack() as stack:
        well = stack.enter_context(proxied(serving, tmp_path / "well", healthy))
        sick = stack.enter_context(proxied(serving, tmp_path / "sick", new))
        for _ in range(5):
            for name, proxy in (("before", well), ("sick", sick), ("after", well)):
                rounds[name].append(statistics.quantiles(proxy.load(1000), n=100)[98])
    without = statistics.median(rounds["before"] + rounds["after"])
    apart = abs(statistics.median(rounds["before"]) - statistics.median(rounds["after"]))
    median = statistics.median(rounds["sick"])
    shown = [f"{seconds * 1e3:.1f} ms" for seconds in (median, without, apart)]
    evidence(f"p99 with shadow {new.__name__}: {shown[0]}; without: {shown[1]}, two series {shown[2]} apart")
    assert median <= max(without * 1.10, without + apart)
