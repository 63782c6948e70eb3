"""Processes of a benchmark: what they cost, and nginx."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

_CPU_CLOCK: Final = 2
"""In the number of a clock: it shows what the scheduler has given to a process, ended threads included."""


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def cpu(*pids: int) -> float:
    """Seconds of processor time that processes, and all below them, have had."""
    total = 0.0
    for pid in {one for root in pids for one in tree(root)}:
        with contextlib.suppress(OSError):
            # As clock_getcpuclockid(3) has it; /proc shows hundredths of a second only.
            total += time.clock_gettime(~pid << 3 | _CPU_CLOCK)
    return total


def pin(processors: Iterable[int], *pids: int) -> None:
    """Let processes, and all below them, run on some processors only."""
    for pid in {one for root in pids for one in tree(root)}:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), processors)


@contextlib.contextmanager
def apart() -> Iterator[Callable[..., None]]:
    """Keep one processor free; gives what moves processes there. With a single one, nothing is moved."""
    all_of_them = os.sched_getaffinity(0)
    measured, *others = sorted(all_of_them)
    if others:
        os.sched_setaffinity(0, others)
    try:
        yield lambda *pids: pin([measured], *pids)
    finally:
        os.sched_setaffinity(0, all_of_them)


@contextlib.contextmanager
def nginx(folder: Path, servers: str) -> Iterator[int]:
    """An nginx of one worker; gives its process.

    Args:
        folder: For its files.
        servers: Its ``server`` blocks.
    """
    folder.mkdir()
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        raise SystemExit("nginx is not installed; as root: apt-get install nginx-light")
    conf = folder / "nginx.conf"
    paths = " ".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Its worker gives up the rights of root otherwise, and may not read what is in a folder of ours.
    user = "user root; " if os.geteuid() == 0 else ""
    conf.write_text(
        f"{user}daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 1024; }}\n"
        f"http {{ access_log off; {paths} keepalive_requests 1000000;\n{servers}\n}}\n"
    )
    with subprocess.Popen([program, "-e", f"{folder}/error.log", "-c", str(conf)]) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
