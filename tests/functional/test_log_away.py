"""A diff log that is away or hangs: one line when it goes, one when it comes, and nobody waits for it."""

import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.functional.proxies import Running
from tests.functional.sick import heads, side
from tests.functional.test_hostile_answers import PLAIN, answers, ask, logged, until

ROOT = Path(__file__).parent.parent.parent
Serving = Callable[..., AbstractContextManager[Any]]
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Gate:
    """A way to a server that can be held: bytes wait, connections stay open. ``port``: likewise."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open = threading.Event()
        self._open.set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Let everything through, and nobody in any more."""
        self.release()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(10)

    def hold(self) -> None:
        """Let nothing through."""
        self._open.clear()

    def release(self) -> None:
        """Let everything through."""
        self._open.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                server = socket.create_connection(self._target)
                for one, other in ((client, server), (server, client)):
                    self._threads.append(threading.Thread(target=self._copy, args=(one, other), daemon=True))
                    self._threads[-1].start()

    def _copy(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while chunk := one.recv(65536):
                self._open.wait()
                other.sendall(chunk)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)
        one.close()


@contextmanager
def serving_proxy(
    folder: Path, log: str, *options: str
) -> Iterator[tuple[Running, "subprocess.Popen[str]", Path]]:
    """A proxy whose standard error is kept in a file."""
    errors = folder / "errors"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        admin = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from proxy.cli import main; main()",
        "serve",
        "--port",
        "0",
        "--log",
        log,
    ]
    command += ["--admin-port", str(admin), *options]
    environment = {**os.environ, "PARITY_KILL_FILE": str(folder / "kill"), "PARITY_TIMEOUTS_DRAIN": "3"}
    with (
        errors.open("wb") as file,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=file, text=True, env=environment
        ) as process,
    ):
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening on ").strip()
            yield Running(url, admin, process.pid, folder / "log.db"), process, errors
        finally:
            process.kill()


def status_of(proxy: Running, path: str) -> tuple[int, bytes]:
    """What the admin side answers."""
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.admin, timeout=30)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()


def lines(errors: Path, pattern: str) -> list[str]:
    """Lines of the log that fit."""
    return [line for line in errors.read_text().splitlines() if re.search(pattern, line)]


def test_a_log_that_goes_and_comes_is_told_twice(tmp_path: Path) -> None:
    """With the verdicts that wait; later everything is there."""
    with (
        side(answers(lambda _: PLAIN)) as legacy,
        serving_proxy(tmp_path, f"sqlite:///{tmp_path}/log.db", "--legacy", legacy, "--new", legacy) as found,
    ):
        proxy, _, errors = found
        with closing(sqlite3.connect(proxy.log, timeout=30)) as log:
            log.execute("ALTER TABLE traffic RENAME TO away")
            log.commit()
            for _ in range(3):
                assert ask(proxy, "/api/v1/json/tasktype/list") == 200
            proxy.totals()
            until(lambda: len(lines(errors, "cannot be written")) == 1)
            assert status_of(proxy, "/")[0] == 503
            time.sleep(2.5)
            log.execute("ALTER TABLE away RENAME TO traffic")
            log.commit()
        until(lambda: sum(logged(proxy.log).values()) == 3)
        until(lambda: len(lines(errors, "is written again")) == 1)
        [gone], [back] = lines(errors, "cannot be written"), lines(errors, "is written again")
        assert re.match(
            TIME + r" ERROR proxy\.log\.writer: the diff log \S+ cannot be written: no such table", gone
        )
        assert re.match(TIME + r" WARNING proxy\.log\.writer: .* after \d+ s; 3 verdicts had waited", back)
        assert "Traceback" not in errors.read_text()


def test_a_log_that_hangs_delays_nobody(tmp_path: Path, mariadb_server: str) -> None:
    """Clients are served, the dashboard says 503 and why, SIGTERM takes no longer than the drain."""
    server = urlsplit(mariadb_server.replace("mysql+aiomysql", "mysql"))
    client = ["mariadb", "--host", "127.0.0.1", "--port", str(server.port), "--user", "root"]
    subprocess.run([*client, "--execute", "CREATE DATABASE IF NOT EXISTS hanging_log"], check=True)
    with (
        closing(Gate("127.0.0.1", server.port or 3306)) as gate,
        side(answers(lambda _: PLAIN)) as legacy,
        serving_proxy(
            tmp_path, f"mysql://root@127.0.0.1:{gate.port}/hanging_log", "--legacy", legacy, "--new", legacy
        ) as found,
    ):
        proxy, process, _ = found
        assert ask(proxy, "/api/v1/json/tasktype/list") == 200
        assert status_of(proxy, "/")[0] == 200
        gate.hold()
        started = time.monotonic()
        status, body = status_of(proxy, "/")
        assert (status, b"no answer within" in body) == (503, True)
        assert time.monotonic() - started < 8
        started = time.monotonic()
        assert status_of(proxy, "/")[0] == 503
        assert status_of(proxy, "/-/totals")[0] == 200
        assert ask(proxy, "/api/v1/json/tasktype/list") == 200
        assert time.monotonic() - started < 2
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - started < 3 + 3


def one_answer(connection: socket.socket) -> None:
    """A side whose connections do not outlive it."""
    for _ in heads(connection):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        connection.sendall(head + b"Content-Length: %d\r\n\r\n%s" % (len(PLAIN), PLAIN))
        return


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_legacy_side_that_goes_and_comes_is_told_twice(tmp_path: Path, workers: str) -> None:
    """One line each way with the time: at the start, and later when clients find out."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    away, back = (
        r"ERROR .* legacy side \S+ cannot be reached",
        r"WARNING .* legacy side \S+ can be reached again",
    )
    with (
        side(answers(lambda _: PLAIN)) as new,
        serving_proxy(
            tmp_path, f"sqlite:///{tmp_path}/log.db", "--legacy", url, "--new", new, "--workers", workers
        ) as found,
    ):
        proxy, _, errors = found
        for turn in (1, 2):
            until(lambda turn=turn: len(lines(errors, away)) == turn)  # type: ignore[misc]  # a default has no type
            for _ in range(5):
                assert ask(proxy, "/api/v1/json/tasktype/list") == 502
            with side(one_answer, port):
                until(lambda turn=turn: len(lines(errors, back)) == turn)  # type: ignore[misc]  # a default has no type
                assert ask(proxy, "/api/v1/json/tasktype/list") == 200
            if turn == 1:
                assert ask(proxy, "/api/v1/json/tasktype/list") == 502
        told = [line for line in lines(errors, "legacy side") if "reached" in line]
        assert len(told) == 4
        assert all(re.match(TIME + " ", line) for line in told)
