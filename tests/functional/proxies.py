"""A running proxy and its processes, as tests of its promises look at them."""

import http.client
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

Serving = Callable[..., AbstractContextManager[Any]]


class Running:
    """A running proxy and its admin port.

    Args:
        url: Where it serves.
        pid: Its process.
        log: The file of its diff log.
    """

    def __init__(self, url: str, admin: int, pid: int, log: Path) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self.address = (host, int(port))
        self.pid = pid
        self.admin = admin
        self.log = log
        self.kill_file = log.parent / "kill"

    def totals(self, patience: float = 60) -> dict[str, Any]:
        """The counts, once nothing is under way or pending, or after a while."""
        end = time.monotonic() + patience
        while True:
            found: dict[str, Any] = orjson.loads(self.told("/-/totals"))
            over = found["served"] + found["refused"] + found["client_gone"]
            if (found["received"] == over and not found["pending"]) or time.monotonic() > end:
                return found
            time.sleep(0.1)

    def told(self, path: str) -> bytes:
        """What the admin side answers."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.admin, timeout=30)) as connection:
            connection.request("GET", path)
            return connection.getresponse().read()

    def processes(self) -> list[int]:
        """Itself, the shadow, and the one that compares."""
        found = [self.pid]
        for pid in found:
            with suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    found += [int(one) for one in (task / "children").read_text().split()]
        return found

    def process(self, module: str) -> int:
        """The one that runs a module."""
        for pid in self.processes():
            with suppress(OSError):
                if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
        raise ProcessLookupError(module)

    def forget_peak(self) -> None:
        """Let ``memory`` tell of moments from now on only."""
        for pid in self.processes():
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")

    def memory(self) -> int:
        """The most bytes that it and its processes held at any moment so far."""
        total = 0
        for pid in self.processes():
            with suppress(OSError):
                told = re.search(r"^VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)
                total += int(told[1]) * 1024 if told else 0  # one that has just ended has no memory
        return total


@contextmanager
def proxied(serving: Serving, folder: Path, legacy: str, new: str, *further: str) -> Iterator[Running]:
    """A proxy between two sides.

    Args:
        serving: The fixture, or what runs a command like it.
        folder: Where log and kill file are.
        legacy: URL of the legacy side.
        new: URL of the new side.
        further: Further options of the command.
    """
    folder.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        admin = free.getsockname()[1]
    log = folder / "log.db"
    options = ("--port", "0", "--admin-port", str(admin), "--log", f"sqlite:///{log}", *further)
    os.environ["PARITY_KILL_FILE"] = str(folder / "kill")
    try:
        with serving("proxy.cli", "serve", "--legacy", legacy, "--new", new, *options) as server:
            yield Running(server.url, admin, server.process.pid, log)
            server.process.kill()
    finally:
        os.environ.pop("PARITY_KILL_FILE", None)


def conserved(totals: dict[str, Any], requests: int) -> bool:
    """Every request was served and has its verdict."""
    served = totals["received"] == totals["served"] == requests
    return bool(served and sum(totals["verdicts"].values()) == requests and not totals["pending"])
