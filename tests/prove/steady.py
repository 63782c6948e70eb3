"""Memory of a proxy that goes on: the same after 200,000 exchanges, a part of them different, as after the first."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from diffing.model import Observation
from tests.benchmarks.asking import answered, raw
from tests.benchmarks.processes import nginx
from tests.benchmarks.targets import new_answer, recorded, side
from tests.functional.proxies import Running, proxied
from tests.functional.servers import serving
from tests.mariadb import free_port
from tests.prove.load import Generator
from tests.prove.proof import Proof

REQUESTS: Final = 200_000
FIRST: Final = 20_000
RATE: Final = 600.0
STEPS: Final = 10
MOST_GROWTH: Final = 1.02
# Every tenth request is about a data set that the two sides describe differently.
DIFFERENT: Final = 10


def resident(proxy: Running) -> int:
    """Bytes that a proxy and its processes hold now."""
    total = 0
    for pid in proxy.processes():
        with suppress(OSError):
            told = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.M)
            total += int(told[1]) * 1024 if told else 0
    return total


def measured(folder: Path, requests: int, first: int, rate: float = RATE) -> tuple[list[int], dict[str, int]]:
    """Bytes held after the first requests, and at each further step until the last; the verdicts.

    Args:
        folder: For files.
        requests: How many.
        first: So many of them come before the first measurement.
        rate: Requests per second.
    """
    legacy, path = recorded()
    new = new_answer(folder)
    ports = [free_port() for _ in range(2)]
    other = replace(new, body=new.body.replace(b'"name":"', b'"name":"another '))
    with ExitStack() as stack:
        sides = side(folder, "legacy", ports[0], legacy) + _mostly(folder, ports[1], new, other)
        stack.enter_context(nginx(folder / "sides", sides))
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        proxy = stack.enter_context(proxied(serving, folder / "proxy", *urls))
        request = raw(path.decode())
        generator = Generator(request, answered(proxy.address, request))
        stack.callback(generator.close)
        held: list[int] = []
        steps = [first, *[(requests - first) // STEPS] * STEPS]
        for seed, count in enumerate(steps):
            found = generator.run(proxy.address, rate, count / rate, seed)
            assert not found.errors, found.errors
            proxy.totals()
            held.append(resident(proxy))
        return held, proxy.totals()["verdicts"]


def _mostly(folder: Path, port: int, usual: Observation, other: Observation) -> str:
    """A side that gives another answer to a part of the requests."""
    ports = [free_port() for _ in range(2)]
    both = side(folder, "usual", ports[0], usual) + side(folder, "other", ports[1], other)
    return both + (
        f"split_clients $http_x_request_id $which {{ {100 / DIFFERENT:g}% {ports[1]}; * {ports[0]}; }}"
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:$which$request_uri; }} }}"
    )


def holds(held: Sequence[int]) -> bool:
    """Whether no more is held at the end than after the first requests."""
    return held[-1] <= MOST_GROWTH * held[0]


def prove() -> Proof:
    """At full size."""
    with tempfile.TemporaryDirectory() as folder:
        held, verdicts = measured(Path(folder), REQUESTS, FIRST)
    told = ", ".join(f"{name} {count:,}" for name, count in sorted(verdicts.items()))
    lines = (
        f"- {sum(verdicts.values()):,} requests at {RATE:g} a second, all of them asked of both sides: {told}",
        f"- resident memory of all processes after the first {FIRST:,}: {held[0] / 2**20:.1f} MiB; at the end: "
        f"{held[-1] / 2**20:.1f} MiB: {held[-1] / held[0] - 1:+.1%} (at most +{MOST_GROWTH - 1:.0%})",
        f"- in between: {', '.join(f'{step / 2**20:.1f}' for step in held[1:-1])} MiB",
    )
    return Proof("Memory does not grow with what has gone through", holds(held), lines)
