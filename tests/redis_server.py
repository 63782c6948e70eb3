"""A private Redis server for tests: on a free port, with an append-only file in a folder of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.mariadb import free_port

INSTALL = "apt-get install --yes --no-install-recommends redis-server"
SKIP = "SKIP_REDIS"
START_SECONDS = 30.0


class RedisMissing(Exception):
    """The server is not installed; the message is the line that installs it."""


class RedisServer:
    """A server that can be ended and started again, and then knows what it knew.

    Args:
        folder: An empty folder for its data.
        further: Further options.
    """

    def __init__(self, folder: Path, *further: str) -> None:
        program = shutil.which("redis-server") or shutil.which("valkey-server")
        if program is None:
            raise RedisMissing(f"redis-server is not installed; as root: {INSTALL}")
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        # A test run that is killed takes the server along.
        setpriv = shutil.which("setpriv")
        along = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
        bound = ("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder))
        kept = ("--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction")
        self._command = [*along, program, *bound, *kept, *further]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "server.log").open("ab") as output:
            self.process = subprocess.Popen(self._command, stdout=output, stderr=subprocess.STDOUT)
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                told = (self.folder / "server.log").read_text("utf-8", "replace")[-2000:]
                raise RuntimeError(f"Redis does not start:\n{told}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as asked:
                asked.sendall(b"PING\r\n")
                return asked.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """Let it write everything and end."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)

    def kill(self) -> None:
        """End it as the kernel does for want of memory."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)

    def written(self) -> bytes:
        """Everything that is in its files."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return b"\0".join(path.read_bytes() for path in files)

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process = None


def skipped() -> bool:
    """Whether nothing is to be tested on Redis."""
    return bool(os.environ.get(SKIP))
