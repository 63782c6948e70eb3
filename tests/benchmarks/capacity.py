"""What one exchange costs each process of the proxy, and the diff log: the numbers of docs/capacity.md.

Every recorded read that is a GET, once: no two are the same, so that no verdict is remembered.
"""

from __future__ import annotations

import contextlib
import http.client
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from proxy.recordings.recording import read_recordings
from tests.benchmarks.processes import cpu
from tests.functional.proxies import Running, proxied
from tests.functional.servers import serving

RECORDINGS: Final = Path("tests/recordings/read")
PROCESSES: Final = {
    "serves": "proxy.cli",
    "asks": "proxy.process.asking",
    "compares": "proxy.process.comparing",
}
_PUBLIC: Final = ("--public-url", "https://openml.test/", "--object-store-url", "https://minio.openml.test/")


def used(proxy: Running) -> dict[str, float]:
    """Seconds of processor time of each process so far; each is the parent of the next."""
    trees = [cpu(proxy.process(module)) for module in PROCESSES.values()]
    below = [*trees[1:], 0.0]
    return dict(zip(PROCESSES, (own - rest for own, rest in zip(trees, below, strict=True)), strict=True))


def size(log: Path) -> int:
    """Bytes of the log and of what is still beside it."""
    return sum(file.stat().st_size for file in log.parent.glob(f"{log.name}*"))


def ask(proxy: Running, targets: list[bytes]) -> None:
    """One after the other on one connection."""
    connection = http.client.HTTPConnection(*proxy.address, timeout=60)
    with contextlib.closing(connection):
        for target in targets:
            connection.putrequest("GET", target.decode("latin-1"), skip_host=True)
            connection.putheader("Host", "openml.test")
            connection.endheaders()
            connection.getresponse().read()


def told(costs: Mapping[str, float], judged: int, bytes_: int) -> str:
    """A table."""
    lines = [f"{judged} exchanges, each compared once"]
    lines += [
        f"{f'the process that {what}':<28} {1e6 * cost / judged:>7,.0f} µs" for what, cost in costs.items()
    ]
    return "\n".join((*lines, f"{'diff log':<28} {bytes_ / judged:>7,.0f} bytes"))


def run(database: str) -> None:
    """Measure and print. ``database``: the sample in SQLite."""
    reads = (recording.request for recording in read_recordings([RECORDINGS]))
    sent = (one.target for one in reads if one.method == "GET" and one.target.decode("latin-1").isprintable())
    targets = list(dict.fromkeys(target for target in sent if target.isascii() and b" " not in target))
    new = ("serve", "--database", database, "--files", "config/sample/files", *_PUBLIC, "--port", "0")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        legacy = stack.enter_context(serving("proxy.cli", "legacy", "--recordings", str(RECORDINGS)))
        backend = stack.enter_context(serving("backend.cli", *new))
        proxy = stack.enter_context(proxied(serving, Path(name) / "proxy", legacy.url, backend.url))
        ask(proxy, targets[:50])
        judged = sum(proxy.totals()["verdicts"].values())
        before, first = used(proxy), size(proxy.log)
        ask(proxy, targets[50:])
        judged = sum(proxy.totals()["verdicts"].values()) - judged
        costs = {what: seconds - before[what] for what, seconds in used(proxy).items()}
        print(told(costs, judged, size(proxy.log) - first))


if __name__ == "__main__":
    import asyncio

    from backend.database.load import load

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(load(Path("config/sample"), f"sqlite:///{folder}/sample.db"))
        run(f"sqlite:///{folder}/sample.db")
