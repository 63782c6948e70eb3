"""Flame graphs of where the time goes: `make profile` writes one for each process under load, as SVG, to build/profile.

The proxy shadows a data set between two nginx, and the backend answers it from MariaDB: the loads of the benchmark.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from backend.database.load import load
from tests.benchmarks import targets
from tests.benchmarks.asking import address, answered, raw
from tests.benchmarks.processes import nginx
from tests.functional.proxies import proxied
from tests.functional.servers import serving
from tests.mariadb import free_port, running_server

PLACE: Final = Path("build/profile")
SECONDS: Final = 20
SAMPLES: Final = 400
"""In a second."""
_PROCESSES: Final = {
    "serving": "proxy.cli",
    "asking": "proxy.process.asking",
    "comparing": "proxy.process.comparing",
}


def run(place: Path = PLACE, seconds: int = SECONDS) -> list[Path]:
    """Write the graphs, and say where. ``place``: the directory. ``seconds``: of load for each."""
    place.mkdir(parents=True, exist_ok=True)
    written = [*of_the_proxy(place, seconds), *of_the_backend(place, seconds)]
    sys.stdout.write("".join(f"{file}\n" for file in written))
    return written


def of_the_proxy(place: Path, seconds: int) -> list[Path]:
    """A graph for each process of a proxy that shadows every request."""
    legacy, path = targets.recorded()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        answers = {"legacy": legacy, "new": targets.new_answer(folder)}
        ports = {name: free_port() for name in answers}
        sides = "".join(targets.side(folder, name, ports[name], answer) for name, answer in answers.items())
        stack.enter_context(nginx(folder / "sides", sides))
        urls = [f"http://127.0.0.1:{port}" for port in ports.values()]
        proxy = stack.enter_context(proxied(serving, folder / "proxy", *urls))
        request = raw(path.decode())
        load_round = targets.loaded(proxy.address, proxy.processes, request, seconds + 2)
        answered(proxy.address, request)
        proxy.totals()  # until then all processes are there
        pids = {name: proxy.process(module) for name, module in _PROCESSES.items()}
        return graphs(place, pids, seconds, load_round)


def of_the_backend(place: Path, seconds: int) -> list[Path]:
    """A graph for each of the requests that the benchmark asks of the backend."""
    found: list[Path] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(running_server(folder / "mariadb"))
        asyncio.run(load(Path("config/sample"), url))
        where, pid = stack.enter_context(targets.backend(url, Path("config/sample/files")))
        for name, path in {**targets.GETS, "dataset.list": targets.LIST}.items():
            one_round = targets.spending(address(where), [pid], path)
            found += graphs(place, {name: pid}, max(1, seconds // 4), one_round)
    return found


def graphs(place: Path, pids: Mapping[str, int], seconds: int, load_round: Callable[[], float]) -> list[Path]:
    """Sample processes while they are under load; the files, by their names."""
    program = shutil.which("py-spy", path=str(Path(sys.executable).parent))
    assert program is not None
    files = {name: place / f"{name}.svg" for name in pids}
    sampled = ("--duration", str(seconds), "--rate", str(SAMPLES))
    spies = [
        subprocess.Popen(
            [program, "record", *sampled, "--pid", str(pid), "--output", str(files[name])],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, pid in pids.items()
    ]
    while any(spy.poll() is None for spy in spies):
        load_round()
    for name, spy in zip(pids, spies, strict=True):
        if spy.returncode:
            raise SystemExit(f"py-spy could not sample {name}: it needs the right to trace other processes")
    return list(files.values())


if __name__ == "__main__":
    run()
