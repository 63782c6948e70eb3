"""Diff logs that tests of reports read: two runs of a proxy, with clusters, samples, coverage and timings."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from diffing.model import Asked, Comparison, Difference, Observation, Outcome
from diffing.usage import Fact
from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement, LazySample
from proxy.exchange.sample import SampleSide, sample, size_of
from proxy.log.counters import Counters
from proxy.log.writer import Recorder, open_log
from proxy.message.redact import Redactor
from proxy.message.translation import Request
from tests.proxy.exchanges import judged_exchange

FIRST = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)
SECOND = FIRST + timedelta(days=1)
OLD, KEPT, NEW = "study.get 200→200 $.old", "task.get 200→200 $.kept", "task.get 200→200 $.new"
MATCH = Comparison(Outcome.MATCH)
KEY = "ab" * 16


def asking(side: str, body: bytes, status: int = 200) -> SampleSide:
    """One side of an exchange."""
    prefix = b"/api/v1/json/task/1" if side == "legacy" else b"/tasks/1"
    headers = (("Content-Type", "application/json"),)
    return SampleSide(
        Request("GET", prefix + b"?api_key=" + KEY.encode()), Observation(status, headers, body, 0.1)
    )


def evidence(at: datetime, comparison: Comparison, padding: str = "") -> LazySample:
    """A whole exchange: the new side answers another type."""
    legacy = asking("legacy", b'{"task":{"task_id":"1","new":"a' + padding.encode() + b'"}}')
    new = asking("new", b'{"task_id":1,"new":null}')
    asked = Asked(None, "GET", {"task_id": "1"})
    return LazySample(
        size_of(legacy, new), lambda: sample(asked, at, legacy, new, comparison, Redactor(b"salt"))
    )


def mismatch(signature: str) -> Comparison:
    """A comparison with one difference."""
    path = signature.rpartition(" ")[2]
    nearly = ("task-name does not apply: it is about texts.",)
    return Comparison(Outcome.MISMATCH, differences=(Difference(path, "value", "<b>a</b>", None, nearly),))


def finding(
    at: datetime,
    signature: str | None = None,
    *,
    route: str | None = None,
    seconds: tuple[float, float] = (0.2, 0.1),
    padding: str = "",
) -> Exchange:
    """A verdict: a mismatch with a signature, a match without."""
    comparison = mismatch(signature) if signature else MATCH
    name = route or (signature or "task.get").partition(" ")[0]
    first = comparison.differences[0] if comparison.differences else None
    example = {
        "request": "GET /api/v1/json/task/1",
        "curl": 'curl "$LEGACY"/api/v1/json/task/1',
        "path": first.path if first else None,
        "what": first.what if first else "match",
        "legacy": first.legacy if first else None,
        "new": None,
        "nearly": list(first.nearly) if first else [],
        "differences": len(comparison.differences),
    }
    facts = (("status", "2xx"), ("role", "none"), ("format", "json"), ("parameter", "task_id"))
    judgement = Judgement(
        comparison,
        signature or f"{name} match",
        (),
        seconds,
        example,
        facts,
        evidence(at, comparison, padding),
    )
    return judged_exchange(at, name, judgement)


def explained(at: datetime, route: str, *deviations: str, usage: tuple[Fact, ...] = ()) -> Exchange:
    """A verdict: entries of the registry explained the exchange."""
    comparison = Comparison(Outcome.EXPLAINED, deviations=deviations)
    return judged_exchange(at, route, Judgement(comparison, f"{route} explained", usage))


async def write_run(url: str, at: datetime, *findings: Exchange) -> str:
    """Write one run with these verdicts; gives its id."""
    counters = Counters(received=len(findings) + 1, served=len(findings), refused=1)
    for item in findings:
        counters.add(item)
    recorder = Recorder(open_log(url), counters, now=lambda: at)
    await recorder.open()
    await recorder.aclose()
    return recorder.run


async def two_runs(folder: Path) -> tuple[str, str, str]:
    """A log of two runs a day apart: one cluster went, one stayed, one came. Gives URL and both ids."""
    url = f"sqlite:///{folder}/log.db"
    first = await write_run(
        url,
        FIRST,
        finding(FIRST, OLD),
        finding(FIRST, KEPT, padding="xxxx"),
        finding(FIRST, route="study.get"),
    )
    second = await write_run(
        url,
        SECOND,
        *(finding(SECOND) for _ in range(7)),
        finding(SECOND, KEPT, padding="x"),
        finding(SECOND, NEW),
        finding(SECOND, NEW, padding="xx"),
        finding(SECOND, route="study.get"),
    )
    return url, first, second
