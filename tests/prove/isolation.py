"""The client does not notice the shadow: what clients wait with a sick shadow, beside what they wait without any.

Each fault has a proxy of its own. The kill switch takes its shadow away for the rounds without (nobody else is asked
then) and gives it back for the rounds with it, so that one and the same process is compared with itself. Requests come
at random moments that do not wait for answers, from a process of their own, and are timed from the moment at which
they were due. Rounds come in pairs, one with and one without, in turns one or the other first, so that the machine's
mood hits both alike. A row fails when it is sure that its ratio of p99 with to without has a median above 1.05: sure at
95 % over all rows together. No row is measured twice.
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from proxy.rollout.binomial import at_most
from tests.functional.proxies import Running, conserved, proxied
from tests.functional.sick import EXPECTED, REQUEST, SICK
from tests.prove.load import Found, Generator
from tests.prove.proof import Proof
from tests.prove.sides import WORK

PAIRS: Final = int(os.environ.get("PAIRS", "20"))
SECONDS: Final = float(os.environ.get("SECONDS", "1.6"))
RATE: Final = float(os.environ.get("RATE", "300"))
HEALTHY_RATE: Final = 2 * RATE
MOST: Final = 1.05
SURE: Final = 0.95
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
    """What is wrong. ``new``: name of the new side's behaviour, or its URL. ``imposed``: what is done to the proxy
    meanwhile.
    """

    new: str
    imposed: Imposed = _nothing


HEALTHY: Final = Fault("healthy")
FAULTS: Final[Mapping[str, Fault]] = {
    "none: a healthy shadow": HEALTHY,
    "absent: no such name": Fault("http://shadow.invalid"),
    "nobody listens": Fault("http://127.0.0.1:1"),
    **{name: Fault(name) for name in SICK},
    "log full": Fault("healthy", _full),
    "log locked": Fault("healthy", _locked),
    "log gone": Fault("healthy", _gone),
    "comparer killed": Fault("healthy", _killed("proxy.process.comparing")),
    "shadow killed": Fault("healthy", _killed("proxy.process.asking")),
}


@dataclass(slots=True)
class Measured:
    """What was found of one fault.

    Args:
        healthy: Nothing is wrong, so that every request must be compared, and found equal.
        p99: Seconds without and with the fault, a pair of rounds after the other.
        requests: How many.
        errors: Requests without an answer.
        wrong: Answers with other bytes.
        memory: Most bytes of all processes of the proxy.
        conserved: Every request has its verdict.
        verdicts: How many of which.
    """

    healthy: bool = False
    p99: list[tuple[float, float]] = field(default_factory=list)
    requests: int = 0
    errors: int = 0
    wrong: int = 0
    memory: int = 0
    conserved: bool = False
    verdicts: Mapping[str, int] = field(default_factory=dict)

    def add(self, found: Found) -> float:
        """Take a round in. Returns its p99."""
        self.requests += len(found.seconds) + found.errors
        self.errors += found.errors
        self.wrong += found.wrong
        return statistics.quantiles(found.seconds, n=100)[98]

    @property
    def ratios(self) -> list[float]:
        """With to without, of each pair."""
        return [with_fault / without for without, with_fault in self.p99]

    @property
    def bound(self) -> float:
        """What the median of the ratios is at least."""
        return lower_bound(self.ratios, 1 - (1 - SURE) / len(FAULTS))

    @property
    def unnoticed(self) -> bool:
        """Whether the median of the ratios may be as small as it must be."""
        return self.bound <= MOST

    @property
    def holds(self) -> bool:
        """Whether clients noticed nothing, and a healthy shadow everything."""
        whole = not self.healthy or set(self.verdicts) <= {"match", "explained", "skipped:kill_switch"}
        kept = self.conserved and not self.errors and not self.wrong and self.memory < MEMORY
        return self.unnoticed and kept and whole

    def row(self, name: str) -> str:
        """A row of the table."""
        verdicts = ", ".join(f"{verdict} {count}" for verdict, count in self.verdicts.items())
        without, with_fault = (statistics.median(series) * 1e3 for series in zip(*self.p99, strict=True))
        cells = (
            name.replace("_", " "),
            f"{without:.2f}",
            f"{with_fault:.2f}",
            f"{statistics.median(self.ratios):.2f}",
            f"{self.bound:.2f}",
            str(self.errors + self.wrong),
            str(self.memory >> 20),
            verdicts,
            "yes" if self.holds else "**no**",
        )
        return "| " + " | ".join(cells) + " |"


def lower_bound(values: Sequence[float], confidence: float) -> float:
    """The largest of some values that their median is at least, with a confidence: an order statistic.

    As many of them as are below the median are a binomial number with p = 1/2. Raises ValueError: there are too few
    values for so much confidence.
    """
    below = [rank for rank in range(len(values)) if at_most(rank, len(values), 0.5) <= 1 - confidence]
    if not below:
        raise ValueError(f"{len(values)} values are too few to be {confidence:.2%} sure of their median")
    return sorted(values)[below[-1]]


def measured(
    name: str, fault: Fault, pairs: int = PAIRS, seconds: float = SECONDS, rate: float = RATE
) -> Measured:
    """One fault.

    Args:
        name: What it is called; it seeds the random moments.
        fault: What is wrong.
        pairs: Of rounds without and with it.
        seconds: Of a round.
        rate: Requests per second.
    """
    result = Measured(fault == HEALTHY)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # Given up soon and few in number, so that nothing of a round with the fault is left for the next without it.
        short = (("PARITY_TIMEOUTS_SHADOW", "0.5"), ("PARITY_SHADOW_QUEUE", "50"))
        for variable, value in () if result.healthy else short:
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
        for pair in range(pairs):
            found = dict[bool, float]()
            for sick in (pair % 2 == 1, pair % 2 == 0):
                proxy.totals()
                _switch(proxy, switch, on=not sick)
                with fault.imposed(proxy) if sick else _nothing(proxy):
                    found[sick] = result.add(
                        generator.run(proxy.address, rate, seconds, chance.randrange(2**31))
                    )
            result.p99.append((found[False], found[True]))
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
    found = {
        name: measured(name, fault, rate=HEALTHY_RATE if fault == HEALTHY else RATE)
        for name, fault in FAULTS.items()
    }
    served = sum(one.requests for one in found.values())
    errors, wrong = sum(one.errors for one in found.values()), sum(one.wrong for one in found.values())
    lines = (
        f"- {len(FAULTS)} faults, each {PAIRS} pairs of rounds without and with it, {SECONDS:g} s a round, {RATE:g} "
        f"requests per second at random moments ({HEALTHY_RATE:g} "
        f"without a fault), a legacy side that takes {WORK * 1e3:g} ms; {served} requests, "
        f"{errors} client errors, {wrong} answers with another byte; every request has its verdict",
        f"- memory of all processes of the proxy together never over {max(o.memory for o in found.values()) >> 20} MiB "
        f"(bound: {MEMORY >> 20})",
        f"- a row fails when the lower bound of its median ratio, {SURE:.0%} sure over all rows, is above {MOST}",
        "",
        "| fault | p99 without, ms | with, ms | ratio | its lower bound | errors | MiB | verdicts | holds |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |",
        *(one.row(name) for name, one in found.items()),
    )
    return Proof("The client does not notice the shadow", all(one.holds for one in found.values()), lines)
