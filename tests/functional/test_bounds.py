"""Everything kept has a bound: one process is attacked at each of them in a row, while other clients go on asking.

``PROVE=1`` runs the attacks in full size and writes their table.
"""

import http.client
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from typing import Any

import orjson
import pytest

from tests.functional.evidence import evidence
from tests.functional.proxies import Running, proxied
from tests.functional.servers import ROOT

PROVE = bool(os.environ.get("PROVE"))
MIB = 1024 * 1024
MOST_MEMORY = 700 * MIB
MOST_WAIT = 0.25
Serving = Callable[..., AbstractContextManager[Any]]
# So many connections may be open, so that filling them all is not a matter of the test's own descriptors.
CONNECTIONS = 4096 if PROVE else 128
SETTINGS = {
    "PARITY_LIMITS_CONNECTIONS": str(CONNECTIONS),
    "PARITY_SHADOW_REASK": "false",
    "PARITY_SHADOW_BREAKER_FAILURES": "0",
}
HEAD = b"GET /api/v1/json/data/%d HTTP/1.1\r\nHost: h\r\n"


class Attacked:
    """A proxy under attack, and how long somebody else waits meanwhile."""

    def __init__(self, proxy: Running) -> None:
        self.proxy = proxy
        self.waits: list[float] = []
        self.asked = 0
        self.highest = 0
        """Bytes that were seen; a process that is replaced takes its own peak with it."""
        self._over = threading.Event()
        self._turn = threading.Lock()
        self._bystander = threading.Thread(target=self._ask_on)

    def __enter__(self) -> "Attacked":
        self._bystander.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._bystander.join()

    def _ask_on(self) -> None:
        while not self._over.wait(0.02):
            with (
                self._turn,
                closing(http.client.HTTPConnection(*self.proxy.address, timeout=30)) as connection,
            ):
                started = time.monotonic()
                connection.request("GET", "/api/v1/json/tasktype/list")
                assert connection.getresponse().read() == b'{"a":1}'
            self.waits.append(time.monotonic() - started)
            self.asked += 1
            if self.asked % 5 == 0:
                self.highest = max(self.highest, self.proxy.memory())

    def totals(self) -> dict[str, Any]:
        """The counts, once nothing is pending; nobody asks meanwhile."""
        with self._turn:
            return self.proxy.totals()

    def connect(self) -> socket.socket:
        """A connection of the attacker."""
        return socket.create_connection(self.proxy.address, timeout=30)

    def sent(self, data: bytes, times: int) -> bytes:
        """Send something again and again until the proxy has enough; what it answers."""
        with self.connect() as connection:
            with suppress(OSError):
                for _ in range(times):
                    connection.sendall(data)
            answer = b""
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
            with suppress(OSError):
                while chunk := connection.recv(65536):
                    answer += chunk
            return answer

    @contextmanager
    def attack(self, name: str, most: int) -> Iterator[None]:
        """Something that may cost so many bytes at most, and others no more than a quarter of a second."""
        self.proxy.forget_peak()
        before, first = self.proxy.memory(), len(self.waits)
        self.highest = before
        started = time.monotonic()
        yield
        # So long that the clients beside it see what comes of it.
        while len(self.waits) < first + (100 if PROVE else 20) and time.monotonic() < started + 30:
            time.sleep(0.05)
        grown, waits = max(self.highest, self.proxy.memory()) - before, self.waits[first:]
        slowest = statistics.quantiles(waits, n=100)[98]
        totals = self.totals() if PROVE else {}
        counted = ", ".join(f"{what} {totals[what]}" for what in ("received", "served", "refused") if totals)
        peak = f"peak {(before + grown) // MIB} MiB (+{grown // MIB})"
        evidence(f"{name}: {peak}, p99 of others {slowest * 1000:.0f} ms; {counted}")
        assert grown <= most
        assert before + grown <= MOST_MEMORY
        # A loaded machine alone makes waits; only in full size nothing else runs beside.
        assert slowest <= (MOST_WAIT if PROVE else 4 * MOST_WAIT)


@pytest.fixture(scope="module")
def attacked(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """One proxy for all attacks; at the end everything is counted."""
    os.environ.update(SETTINGS)
    try:
        with (
            serving("tests.functional.long_keys") as side,
            proxied(serving, tmp_path_factory.mktemp("bounds"), side.url, side.url) as proxy,
        ):
            with Attacked(proxy) as found:
                found.sent(HEAD % 1 + b"Connection: close\r\n\r\n", 1)
                # Until its verdict is there, the process that compares may still be starting.
                found.totals()
                yield found
            totals = proxy.totals()
            assert totals["received"] == totals["served"] + totals["refused"] + totals["client_gone"]
            assert totals["served"] == sum(totals["verdicts"].values())
    finally:
        for name in SETTINGS:
            del os.environ[name]


def test_signatures_and_examples(attacked: Attacked) -> None:
    """Each answer has a key of its own that is as long as the answer."""
    megabytes = 7 if PROVE else 1
    number = 80 if PROVE else 10
    with attacked.attack("answers with one long key", 450 * MIB if PROVE else 60 * MIB):
        for _ in range(number):
            answer = attacked.sent(HEAD % (700 + megabytes) + b"Connection: close\r\n\r\n", 1)
            assert len(answer) > megabytes * MIB
            attacked.totals()
    with closing(sqlite3.connect(attacked.proxy.log)) as log:
        [(longest,)] = log.execute("SELECT max(length(signature) + length(example)) FROM difference")
    assert longest < 20_000
    assert attacked.proxy.log.stat().st_size < 40 * MIB


def test_trailers_and_chunk_extensions(attacked: Attacked) -> None:
    """Neither is body, so neither is bounded by the body's limit."""
    size = (157 if PROVE else 64) * MIB
    head = b"POST /api/v1/json/data/tag HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    with attacked.attack("trailers", 8 * MIB):
        field = b"X-A: " + b"x" * 1000 + b"\r\n"
        for data in (field, b"x" * 1000):
            with attacked.connect() as connection:
                connection.sendall(head + b"0\r\nX-A: ")
                with suppress(OSError):
                    for _ in range(size // len(data)):
                        connection.sendall(data)
                    pytest.fail("all of it was taken")
    with attacked.attack("chunk extensions", 8 * MIB):
        for data in (b"1;a=" + b"x" * 1000 + b"\r\na\r\n", b"1;" + b"x" * 1000):
            with attacked.connect() as connection:
                connection.sendall(head)
                with suppress(OSError):
                    for _ in range(size // len(data)):
                        connection.sendall(data)
                    pytest.fail("all of it was taken")


def test_heads_behind_others(attacked: Attacked) -> None:
    """Requests that wait for the answers before them stay bytes, few of those, and leave others their share."""
    connections = 200 if PROVE else 30
    most = 100 * MIB if PROVE else 16 * MIB
    flood = [
        sys.executable,
        "-m",
        "tests.functional.flood",
        *map(str, attacked.proxy.address),
        str(connections),
    ]
    with attacked.attack("pipelined heads", most):
        before = len(attacked.waits)
        # A process of its own, which goes on for as long as the others are looked at.
        with subprocess.Popen(flood, cwd=ROOT) as attacker:
            end = time.monotonic() + 30
            while len(attacked.waits) < before + (100 if PROVE else 20) and time.monotonic() < end:
                time.sleep(0.05)
            assert attacker.poll() is None
            attacker.kill()


def test_heads_that_do_not_end(attacked: Attacked) -> None:
    """Each is short enough; all together must be, too."""
    connections = 2000 if PROVE else 50
    with attacked.attack("heads that do not end", 150 * MIB), ExitStack() as stack:
        for _ in range(connections):
            one = stack.enter_context(attacked.connect())
            with suppress(OSError):
                one.sendall(HEAD % 1 + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 6000) for n in range(9)))


def test_bodies_that_do_not_end(attacked: Attacked) -> None:
    """What is kept of each for the shadow is kept of few, when there are many."""
    connections = 300 if PROVE else 50
    head = b"POST /api/v1/json/setup/exists HTTP/1.1\r\nHost: h\r\nContent-Length: 1048576\r\n\r\n"
    with attacked.attack("bodies that do not end", 200 * MIB), ExitStack() as stack:
        for _ in range(connections):
            one = stack.enter_context(attacked.connect())
            one.settimeout(0.2)
            with suppress(OSError):
                one.sendall(head + b"x" * 1_000_000)


def test_names_that_clients_choose(attacked: Attacked) -> None:
    """A name of a filter is a fact that is covered; there may be any number of names."""
    number = 20_000 if PROVE else 400
    with attacked.attack("names of filters", 40 * MIB):
        with attacked.connect() as connection:
            for start in range(0, number, 50):
                heads = [
                    b"GET /api/v1/json/data/list/own%d/1 HTTP/1.1\r\nHost: h\r\n\r\n" % (start + n)
                    for n in range(50)
                ]
                connection.sendall(b"".join(heads))
                answered = b""
                while answered.count(b'{"a":1}') < 50:
                    answered += connection.recv(65536)
        attacked.totals()
        time.sleep(1.5)
    with closing(sqlite3.connect(attacked.proxy.log)) as log:
        [(rows,)] = log.execute("SELECT count(*) FROM coverage WHERE route = 'dataset.list'")
        lost = dict(log.execute("SELECT what, exchanges FROM dropped"))
    assert rows == 200
    assert lost["new coverage"] > 0


def test_silent_connections(attacked: Attacked) -> None:
    """They are as many as there may be; whoever has something to say finds a place."""
    with attacked.attack("silent connections", 60 * MIB), ExitStack() as stack:
        for _ in range(CONNECTIONS + 10):
            one = stack.enter_context(attacked.connect())
            with suppress(OSError):
                one.sendall(b"\r\n")
        answer = attacked.sent(HEAD % 1 + b"Connection: close\r\n\r\n", 1)
    assert answer.startswith(b"HTTP/1.1 200")


def test_the_totals_say_what_came(attacked: Attacked) -> None:
    """Whatever was attacked, every request is accounted for."""
    totals = attacked.totals()
    shown = orjson.dumps(
        {key: totals[key] for key in ("received", "served", "refused", "client_gone", "verdicts")}
    )
    evidence(f"totals after all: {shown.decode()}")
    assert totals["served"] == sum(totals["verdicts"].values())
    assert totals["refused"] >= 4
