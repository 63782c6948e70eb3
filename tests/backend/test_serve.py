"""Serving over a real socket."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from backend.serve import bind, url_of
from config.errors import ListenError

COMMAND = [sys.executable, "-c", "from backend.cli import main; main()", "serve", "--port", "0", "--database"]


@contextmanager
def backend(database: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The backend as a process of its own, and its URL."""
    with subprocess.Popen([*COMMAND, database], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, line.removeprefix("listening on ").strip()
        finally:
            process.kill()


def test_it_says_where_it_listens_and_stops_when_told(sqlite_url: str) -> None:
    """The first line is the URL that answers; SIGTERM is no failure."""
    with backend(sqlite_url) as (process, url):
        assert httpx.get(f"{url}/datasets/61").json()["name"] == "petal-marks"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_what_it_logs_has_time_and_level_and_obeys_nobody(sqlite_url: str) -> None:
    """A client that leaves within its body is no incident."""
    with subprocess.Popen(
        [*COMMAND, sqlite_url], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().removeprefix("listening on ").strip()
        host, _, port = url.removeprefix("http://").partition(":")
        form = b"Host: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\na"
        for target in (b"/datasets/tag", b"/api/v1/json/data/tag"):
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(b"POST " + target + b" HTTP/1.1\r\n" + form)
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"no request\r\n\r\n")
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    assert re.fullmatch(r"[-0-9T:]{19}Z WARNING uvicorn\.error: Invalid HTTP request received\.\n", said), (
        said
    )


def test_the_raw_path_decides(sqlite_url: str) -> None:
    """Over HTTP, too, %31 is not 1."""
    with backend(sqlite_url) as (_, url):
        assert httpx.get(f"{url}/datasets/%31").status_code == 422


def test_a_taken_port_is_named() -> None:
    """Who cannot listen is told where and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ListenError, match=rf"127\.0\.0\.1:{port}: Address already in use; choose another"
        ):
            bind("127.0.0.1", port)


def test_a_bound_socket_knows_its_url() -> None:
    """Port 0 becomes the port that was found."""
    with bind("127.0.0.1", 0) as bound:
        assert url_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
