"""The client does not notice the shadow: what clients wait without any shadow, with a sick one, and without again.

Each fault has a proxy of its own. The kill switch takes its shadow away for the rounds without (nobody else is asked
then) and gives it back for the rounds with it, so that one and the same process is compared with itself. Requests come
at random moments that do not wait for answers, from a process of their own, and are timed from the moment at which
they were due. Rounds alternate, so that the machine's mood hits all alike; the rule is that of the issue: the median
p99 with the fault is within 1.10 of that without, or no further above it than the two series without are apart.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.functional.proxies import Running, conserved, proxied
from tests.functional.sick import EXPECTED, REQUEST, SICK
from tests.prove.load import Found, Generator
from tests.prove.proof import Proof
from tests.prove.sides import WORK

ROUNDS: Final = int(os.environ.get("ROUNDS", "5"))
SECONDS: Final = float(os.environ.get("SECONDS", "1.6"))
RATE: Final = float(os.environ.get("RATE", "300"))
MOST: Final = 1.10
# Three processes with an interpreter each, twice the queue (shadow.queue_bytes), and the answers that are compared.
MEMORY: Final = 700 * 1024 * 1024
Imposed = Callable[[Running], AbstractContextManager[None]]


@contextmanager
def _nothing(_proxy: Running) -> Iterator[None]:
    yield


@contextmanager
def _locked(proxy: Running) -> Iterator[None]:
    with closing(sqlite3.connect(proxy.log, timeout=30)) as held:
        held.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def _full(proxy: Running) -> Iterator[None]:
    """No file may grow: what a full disk says to whoever writes."""
    before = resource.prlimit(proxy.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(proxy.pid, resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        yield
    finally:
        resource.prlimit(proxy.pid, resource.RLIMIT_FSIZE, before)


@contextmanager
def _gone(proxy: Running) -> Iterator[None]:
    for file in proxy.log.parent.glob(f"{proxy.log.name}*"):
        file.unlink()
    yield


def _killed(module: str) -> Imposed:
    @contextmanager
    def imposed(proxy: Running) -> Iterator[None]:
        over = threading.Event()

        def kill() -> None:
            while not over.wait(0.5):
                with suppress(ProcessLookupError):
                    os.kill(proxy.process(module), signal.SIGKILL)

        killing = threading.Thread(target=kill)
        killing.start()
        try:
            yield
        finally:
            over.set()
            killing.join()

    return imposed


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong.

    Args:
        new: Name of the new side's behaviour, or its URL.
        imposed: What is done to the proxy meanwhile.
    """

    new: str
    imposed: Imposed = _nothing


FAULTS: Final[Mapping[str, Fault]] = {
    "none: a healthy shadow": Fault("healthy"),
    "absent: no such name": Fault("http://shadow.invalid"),
    "nobody listens": Fault("http://127.0.0.1:1"),
    **{name: Fault(name) for name in SICK},
    "log full": Fault("healthy", _full),
    "log locked": Fault("healthy", _locked),
    "log gone": Fault("healthy", _gone),
    "comparer killed": Fault("healthy", _killed("proxy.leg.comparer")),
    "shadow leg killed": Fault("healthy", _killed("proxy.leg.process")),
}


@dataclass(slots=True)
class Measured:
    """What was found of one fault.

    Args:
        p99: Seconds by series: ``before``, ``with``, ``after``.
        requests: How many.
        errors: Requests without an answer.
        wrong: Answers with other bytes.
        memory: Most bytes of all processes of the proxy.
        conserved: Every request has its verdict.
        verdicts: How many of which.
    """

    p99: dict[str, list[float]] = field(default_factory=lambda: {"before": [], "with": [], "after": []})
    requests: int = 0
    errors: int = 0
    wrong: int = 0
    memory: int = 0
    conserved: bool = False
    verdicts: Mapping[str, int] = field(default_factory=dict)

    def add(self, series: str, found: Found) -> None:
        """Take a round in."""
        self.requests += len(found.seconds) + found.errors
        self.errors += found.errors
        self.wrong += found.wrong
        self.p99[series].append(statistics.quantiles(found.seconds, n=100)[98])

    @property
    def without(self) -> float:
        """The median p99 without the fault."""
        return statistics.median(self.p99["before"] + self.p99["after"])

    @property
    def median(self) -> float:
        """The median p99 with it."""
        return statistics.median(self.p99["with"])

    @property
    def apart(self) -> float:
        """How far the two series without it are apart."""
        return abs(statistics.median(self.p99["before"]) - statistics.median(self.p99["after"]))

    @property
    def holds(self) -> bool:
        """Whether clients noticed nothing."""
        unnoticed = self.median <= max(self.without * MOST, self.without + self.apart)
        return unnoticed and self.conserved and not self.errors and not self.wrong and self.memory < MEMORY

    def row(self, name: str) -> str:
        """A row of the table."""
        verdicts = ", ".join(f"{verdict} {count}" for verdict, count in self.verdicts.items())
        cells = (
            name.replace("_", " "),
            f"{self.without * 1e3:.2f}",
            f"{self.median * 1e3:.2f}",
            f"{self.median / self.without:.2f}",
            f"{self.apart * 1e3:.2f}",
            str(self.errors + self.wrong),
            str(self.memory >> 20),
            verdicts,
            "yes" if self.holds else "**no**",
        )
        return "| " + " | ".join(cells) + " |"


def measured(
    name: str, fault: Fault, rounds: int = ROUNDS, seconds: float = SECONDS, rate: float = RATE
) -> Measured:
    """One fault.

    Args:
        name: What it is called; it seeds the random moments.
        fault: What is wrong.
        rounds: Of each series.
        seconds: Of a round.
        rate: Requests per second.
    """
    result = Measured()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # Given up soon and few in number, so that nothing of a round with the fault is left for the next without it.
        for variable, value in (("PARITY_TIMEOUTS_SHADOW", "0.5"), ("PARITY_SHADOW_QUEUE", "50")):
            os.environ[variable] = value
            stack.callback(os.environ.pop, variable)
        legacy = stack.enter_context(_process("tests.prove.sides", "healthy", "0")).url
        new = fault.new
        if not new.startswith("http"):
            new = stack.enter_context(_process("tests.prove.sides", new, "19")).url
        proxy = stack.enter_context(proxied(_command, folder / "proxy", legacy, new))
        generator = Generator(REQUEST, EXPECTED)
        stack.callback(generator.close)
        warm = generator.run(proxy.address, rate, 1, 0)
        result.requests += len(warm.seconds)
        switch = folder / "proxy" / "kill"
        chance = random.Random(name)
        for _ in range(rounds):
            for series in ("before", "with", "after"):
                proxy.totals()
                _switch(proxy, switch, on=series != "with")
                with fault.imposed(proxy) if series == "with" else _nothing(proxy):
                    found = generator.run(proxy.address, rate, seconds, chance.randrange(2**31))
                result.add(series, found)
        totals = proxy.totals()
        result.memory = proxy.memory()
        result.verdicts = totals["verdicts"]
        result.conserved = conserved(totals, result.requests)
    return result


@dataclass(frozen=True, slots=True)
class _Started:
    url: str
    process: subprocess.Popen[str]


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[_Started]:
    with _run([sys.executable, "-m", module, *arguments]) as started:
        yield started


@contextmanager
def _command(module: str, *arguments: str) -> Iterator[_Started]:
    with _run([sys.executable, "-c", f"from {module} import main; main()", *arguments]) as started:
        yield started


@contextmanager
def _run(command: list[str]) -> Iterator[_Started]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=quiet, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on "), line
        try:
            yield _Started(line.removeprefix("listening on ").strip(), process)
        finally:
            process.kill()


def _switch(proxy: Running, file: Path, *, on: bool) -> None:
    file.touch() if on else file.unlink(missing_ok=True)
    while (b'"kill_switch": true' in proxy.told("/-/state")) != on:
        threading.Event().wait(0.05)


def prove() -> Proof:
    """All faults."""
    found: dict[str, Measured] = {}
    counted: dict[str, Measured] = {}
    for name, fault in FAULTS.items():
        counted[name] = found[name] = measured(name, fault)
        if not found[name].holds:
            # One of so many comparisons of noisy numbers may fail by chance; the second one counts, both are shown.
            counted[name] = found[f"{name}, again"] = measured(f"{name}, again", fault)
    served = sum(one.requests for one in found.values())
    errors, wrong = sum(one.errors for one in found.values()), sum(one.wrong for one in found.values())
    lines = (
        f"- {len(FAULTS)} faults, each {ROUNDS} rounds without, with and without it, {SECONDS:g} s a round, {RATE:g} "
        f"requests per second at random moments, a legacy side that takes {WORK * 1e3:g} ms; {served} requests, "
        f"{errors} client errors, {wrong} answers with another byte; every request has its verdict",
        f"- memory of all processes of the proxy together never over {max(o.memory for o in found.values()) >> 20} MiB "
        f"(bound: {MEMORY >> 20})",
        "",
        "| fault | p99 without, ms | with, ms | ratio | series without apart, ms | errors | MiB | verdicts | holds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |",
        *(one.row(name) for name, one in found.items()),
    )
    return Proof("The client does not notice the shadow", all(one.holds for one in counted.values()), lines)
