"""What a request costs beside what it is measured against: the table of docs/performance.md, with its targets.

Everything is started here: nginx as both sides and as the proxy that ours is compared with, MariaDB, the backend, the
proxy. CPU is that of all processes of whoever is measured, by the scheduler's clock; cases take turns. The proxy
and nginx have a processor of their own, where there are two; backend and database take turns anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import httpx

from backend.database.load import load
from diffing.headers import compared
from diffing.model import Observation
from proxy.recordings.recording import read_recordings
from tests.benchmarks.asking import address, answered, one, raw, reachable
from tests.benchmarks.processes import apart, cpu, nginx, pin, tree
from tests.functional.proxies import Running, proxied
from tests.functional.servers import serving
from tests.mariadb import free_port, running_server
from tests.prove.load import Generator

RATE, SECONDS, ROUNDS = 300.0, 3.0, 5
GETS: Final = {
    "dataset.get": "/datasets/61",
    "task.get": "/tasks/59",
    "run.get": "/run/79",
    "flow.get": "/flows/34",
    "tasktype.get": "/tasktype/1",
}
LIST: Final = "/datasets/list?limit=100"
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table.

    Args:
        what: Is measured.
        value: With its unit.
        against: What it is compared with, with its own value; nothing where the target is a number.
        ratio: The ratio, or the number itself.
        target: It should be at most this; at least, where it is a rate.
        rate: More is better.
    """

    what: str
    value: str
    against: str
    ratio: float
    target: float
    rate: bool = False

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.ratio >= self.target if self.rate else self.ratio <= self.target


def recorded() -> tuple[Observation, bytes]:
    """PHP's answer for a data set, and the path it is asked by."""
    path = b"/api/v1/json/data/61"
    [legacy, *_] = [
        one.response
        for one in read_recordings([Path("tests/recordings/read/data.jsonl.gz")])
        if one.request.target == path and one.response.status == 200
    ]
    return legacy, path


def new_answer(folder: Path, database: str | None = None) -> Observation:
    """The new side's answer for that data set. ``database``: with the sample; None loads it into the folder."""
    if database is None:
        database = f"sqlite:///{folder}/sample.db"
        asyncio.run(load(Path("config/sample"), database))
    with backend(database, Path("config/sample/files")) as (url, _):
        found = httpx.get(f"{url}/datasets/61").raise_for_status()
        return Observation(found.status_code, tuple(found.headers.items()), found.content)


def side(folder: Path, name: str, port: int, answer: Observation) -> str:
    """The server block of a side that always gives an answer, with the headers that are compared."""
    (folder / f"{name}.json").write_bytes(answer.body)
    headers = "".join(
        f'add_header {key} "{value}";'
        for key, value in compared(answer).headers
        if key.lower() != "content-type"
    )
    kind = answer.header("content-type")
    return (
        f"server {{ listen 127.0.0.1:{port}; types {{ }} location / {{ root {folder}; {headers} "
        f'default_type "{kind}"; try_files /{name}.json =404; }} }}'
    )


@contextlib.contextmanager
def backend(database: str, folder: Path) -> Iterator[tuple[str, int]]:
    """The backend on a database; gives its URL and process."""
    with serving(
        "backend.cli",
        "serve",
        "--database",
        database,
        "--files",
        str(folder),
        "--port",
        "0",
        "--public-url",
        "https://openml.test/",
        "--object-store-url",
        "https://minio.openml.test/",
    ) as server:
        yield server.url, server.process.pid


def loaded(
    where: tuple[str, int], pids: Callable[[], list[int]], request: bytes, seconds: float = SECONDS
) -> Callable[[], float]:
    """A round of load, and the CPU seconds of a request in it."""
    generator = Generator(request, answered(where, request))

    def run() -> float:
        before = cpu(*pids())
        found = generator.run(where, RATE, seconds, 1)
        time.sleep(0.5)  # what is compared a little later is part of it
        assert not found.errors, found.errors
        return (cpu(*pids()) - before) / len(found.seconds)

    return run


def in_turn(cases: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median of each case; the cases take turns, after one round that does not count."""
    found: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, case in cases.items():
            value = case()
            if number:
                found[name].append(value)
    return {name: statistics.median(values) for name, values in found.items()}


UPSTREAM: Final = "upstream legacy {{ server 127.0.0.1:{legacy}; keepalive 64; }}"
PASSING: Final = """server {{ listen 127.0.0.1:{port}; location / {{
  proxy_pass http://legacy; proxy_http_version 1.1; proxy_set_header Connection ""; {mirror} }}
  location = /shadow {{ internal; proxy_pass http://new$request_uri; proxy_http_version 1.1;
  proxy_set_header Connection ""; }} }}"""


def proxying(folder: Path, new: Observation) -> Iterator[Row]:
    """The proxy beside nginx: shadowed, passed through, and what it adds to one request."""
    legacy, path = recorded()
    ports = {name: free_port() for name in ("legacy", "new", "mirror", "plain")}
    upstreams = UPSTREAM.format(**ports) + UPSTREAM.replace("legacy", "new").format(**ports)
    mirror = PASSING.format(port=ports["mirror"], mirror="mirror /shadow;")
    plain = PASSING.format(port=ports["plain"], mirror="")
    request = raw(path.decode())
    both = side(folder, "legacy", ports["legacy"], legacy) + side(folder, "new", ports["new"], new)
    sides = {name: f"http://127.0.0.1:{ports[name]}" for name in ("legacy", "new")}
    with contextlib.ExitStack() as stack, contextlib.ExitStack() as pinned:
        enter = stack.enter_context
        move = pinned.enter_context(apart())
        enter(nginx(folder / "sides", both))
        mirroring = enter(nginx(folder / "mirror", upstreams + mirror))
        passing = enter(nginx(folder / "plain", upstreams + plain))
        shadowing = enter(proxied(serving, folder / "shadowing", sides["legacy"], sides["new"]))
        bare = enter(proxied(serving, folder / "bare", sides["legacy"], sides["new"]))
        bare.kill_file.touch()
        answered(shadowing.address, request)
        shadowing.totals()  # until then all processes are there
        time.sleep(1.5)  # the kill switch is seen within a second
        move(mirroring, passing, shadowing.pid, bare.pid)
        nginx_at = {name: ("127.0.0.1", ports[name]) for name in ("legacy", "mirror", "plain")}
        costs = in_turn(
            {
                "shadow": loaded(shadowing.address, shadowing.processes, request),
                "mirror": loaded(nginx_at["mirror"], lambda: [mirroring], request),
                "bare": loaded(bare.address, bare.processes, request),
                "plain": loaded(nginx_at["plain"], lambda: [passing], request),
            }
        )
        yield costing(
            "proxy: served, mirrored, compared", costs["shadow"], "nginx with mirror", costs["mirror"], 6
        )
        yield costing("proxy: passed through", costs["bare"], "nginx proxy_pass", costs["plain"], 6)
        waits = in_turn(
            {
                name: waiting(where, request)
                for name, where in {**nginx_at, "shadow": shadowing.address}.items()
                if name != "plain"
            }
        )
        ours, theirs = waits["shadow"] - waits["legacy"], waits["mirror"] - waits["legacy"]
        yield Row(
            "latency added, one connection, p50",
            micro(ours),
            f"nginx with mirror {micro(theirs)}",
            ours / theirs,
            4,
        )
        judged = set(shadowing.totals()["verdicts"])
        assert judged == {"explained"}, judged  # else something else was measured
        pinned.close()
        pin(os.sched_getaffinity(0), shadowing.pid)
        rate = saturated(shadowing, request)
        yield Row("shadow at saturation", f"{rate:,.0f} exchanges/s", "", rate, 2000, rate=True)


def costing(what: str, value: float, against: str, base: float, target: float) -> Row:
    """A row of CPU per request."""
    return Row(what, micro(value), f"{against} {micro(base)}", value / base, target)


def micro(seconds: float) -> str:
    """Seconds as microseconds."""
    return f"{seconds * 1e6:,.0f} µs"


def waiting(where: tuple[str, int], request: bytes, requests: int = 400) -> Callable[[], float]:
    """Median seconds of a request on one connection."""

    def run() -> float:
        took = []
        with socket.create_connection(where, 30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(requests):
                begun = time.perf_counter()
                one(connection, request)
                took.append(time.perf_counter() - begun)
        return statistics.median(took)

    return run


def saturated(proxy: Running, request: bytes, seconds: float = 8.0) -> float:
    """Exchanges that are compared in a second, when more are served."""

    def compared() -> int:
        verdicts = json.loads(proxy.told("/-/totals"))["verdicts"]
        return int(
            sum(count for name, count in verdicts.items() if name in ("match", "explained", "mismatch"))
        )

    generator = Generator(request, answered(proxy.address, request))
    proxy.totals()
    before, begun = compared(), time.perf_counter()
    generator.run(proxy.address, 2400.0, seconds, 2)
    after, ended = compared(), time.perf_counter()
    generator.close()
    return (after - before) / (ended - begun)


def database_rows(folder: Path) -> Iterator[Row]:
    """The backend on MariaDB beside an endpoint with one SELECT: CPU of the server and the database."""
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        url = enter(running_server(folder / "mariadb"))
        database = next(
            pid for pid in tree(os.getpid()) if b"mariadbd" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        asyncio.run(load(Path("config/sample"), url))
        where, pid = enter(backend(url, Path("config/sample/files")))
        bare = enter(one_select(url))
        cases = {
            name: spending(address(where), [pid, database], path)
            for name, path in {**GETS, "list": LIST}.items()
        }
        found = in_turn({**cases, "bare": spending(address(bare[0]), [bare[1], database], "/")})
        base = found.pop("bare")
        for name, value in found.items():
            what = f"backend: {'list of 100 data sets' if name == 'list' else name}"
            target = 3.0 if name == "list" else 1.2 if name == "tasktype.get" else 1.8
            yield costing(what, value, "one SELECT", base, target)


@contextlib.contextmanager
def one_select(url: str) -> Iterator[tuple[str, int]]:
    """The Starlette endpoint that the backend is measured against; gives its URL and process."""
    port = free_port()
    command = [sys.executable, str(_HERE / "one_select.py"), url, str(port)]
    with subprocess.Popen(command) as process:
        try:
            reachable(("127.0.0.1", port))
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def spending(where: tuple[str, int], pids: list[int], path: str, requests: int = 200) -> Callable[[], float]:
    """CPU seconds of a request, one after the other on one connection."""
    request = raw(path)

    def run() -> float:
        with socket.create_connection(where, 30) as connection:
            assert one(connection, request).startswith(b"HTTP/1.1 200"), path
            before = cpu(*pids)
            for _ in range(requests):
                one(connection, request)
            return (cpu(*pids) - before) / requests

    return run


def starting(folder: Path, database: str) -> Iterator[Row]:
    """From the start of a process to its first answer."""

    def backend_started() -> float:
        begun = time.perf_counter()
        with backend(database, Path("config/sample/files")) as (url, _):
            answered(address(url), raw("/datasets/61"))
            return time.perf_counter() - begun

    def proxy_started() -> float:
        begun = time.perf_counter()
        with backend_url(folder) as legacy, proxied(serving, folder / "starting", legacy, legacy) as proxy:
            answered(proxy.address, raw("/api/v1/json/data/61"))
            return time.perf_counter() - begun

    for what, took in in_turn({"backend": backend_started, "proxy": proxy_started}, 3).items():
        yield Row(f"start to first answer: {what}", f"{took:.2f} s", "", took, 1.0)


@contextlib.contextmanager
def backend_url(folder: Path) -> Iterator[str]:
    """A side that answers at once."""
    port = free_port()
    name = f"quick-{port}"
    with nginx(folder / name, f"server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{{}}'; }} }}"):
        reachable(("127.0.0.1", port))
        yield f"http://127.0.0.1:{port}"


def run(database: str, document: Path | None = None) -> None:
    """Measure, and print the table.

    Args:
        database: With the sample, in SQLite.
        document: Where the rows go as JSON.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        new = new_answer(folder, database)
        rows = [*proxying(folder, new), *database_rows(folder), *starting(folder, database)]
    print("\n| what | cost | beside | ratio | target | |\n| --- | ---: | --- | ---: | ---: | --- |")
    for row in rows:
        sign, mark = ("≥" if row.rate else "≤"), ("met" if row.met else "missed")
        told = f"{row.ratio:,.0f}" if row.rate else f"{row.ratio:.2f}"
        print(f"| {row.what} | {row.value} | {row.against} | {told} | {sign} {row.target:g} | {mark} |")
    if document is not None:
        document.write_text(json.dumps([{**asdict(row), "met": row.met} for row in rows], indent=2) + "\n")
