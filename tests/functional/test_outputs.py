"""Hostile documents through every output: each stays well-formed and bounded, and nobody obeys what is in it."""

import asyncio
import io
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html
from rich.console import Console

from config.routes import load_routes
from diffing.cluster import signature
from diffing.model import Asked, Comparison, Difference, Observation, Outcome
from proxy.checking.check import CheckResult
from proxy.checking.junit import junit
from proxy.checking.outputs import check_markdown
from proxy.checking.report import check_document, print_check
from proxy.checking.sarif import sarif
from proxy.compare.tally import Tally
from proxy.dashboard.about import About
from proxy.dashboard.page import csv_text
from proxy.dashboard.page import html as page_html
from proxy.dashboard.page import json as page_json
from proxy.dashboard.views import Views
from proxy.exchange.example import example, example_of, shortened
from proxy.exchange.judgement import Judgement, LazySample
from proxy.exchange.sample import SampleSide, sample, size_of
from proxy.har.entries import line
from proxy.inbound.access_log import AccessLog, AccessRecord
from proxy.log.clusters import read_cluster, read_clusters
from proxy.log.counters import Counters
from proxy.log.reading import reading
from proxy.log.writer import Recorder, open_log
from proxy.message.redact import Redactor
from proxy.message.translation import Request
from proxy.recordings.recording import RecordedRequest, Recording, entry, recording_of
from proxy.reporting.baseline import NOTHING
from proxy.reporting.cluster_view import cluster_markdown, print_cluster
from proxy.reporting.markdown import report_markdown
from proxy.reporting.report import read_report
from proxy.reporting.report_view import print_report
from proxy.reporting.tables import json_bytes
from tests.proxy.exchanges import judged_exchange

CONFIG = Path(__file__).parent.parent.parent / "config"
AT = datetime(2026, 11, 29, 12, tzinfo=UTC).replace(tzinfo=None)
MOST = 600_000
"""Bytes of one output of a few examples: a body is kept up to 64 KiB, as text and as a test."""
NASTY = (
    "\ud83d",
    "\x00\x1b[2J\x1b]0;title\x07\x9b31m",
    "\n::error file=a,line=1::b\n##[error]c\n##vso[task.complete]d",
    "@team #1 <script>alert(1)</script> | ` * _ [x](y) ~~~",
    "```\n# head\n```",
    "]]><x/> &amp; \ufffe",
    "\u202egnp.exe",
    "=cmd|' /C calc'!A0",
    '"""\nimport os',
    "k" * 50_000,
)
TEXTS = st.lists(
    st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=30),
    min_size=1,
    max_size=6,
)
OBEYED = re.compile(r"(?m)^\s*::[a-z]|##\w*\[")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(shown: str | bytes) -> str:
    """Text that was put out, which is UTF-8, bounded, and obeyed by nobody."""
    found = shown.decode() if isinstance(shown, bytes) else shown
    found.encode()
    assert not CONTROLS.search(found)
    assert not OBEYED.search(found)
    assert len(found) < MOST
    return found


def calls(markdown: str) -> list[str]:
    """Mentions in Markdown outside of code."""
    outside = re.sub(r"(?ms)^(`{3,})$.*?^\1$", "", markdown)
    return re.findall(r"@\w+", outside)


def raw(text: str) -> bytes:
    """The bytes of a text, half characters too."""
    return text.encode("utf-8", "surrogatepass")


def asking(texts: Sequence[str]) -> SampleSide:
    """One side of an exchange that has the texts everywhere."""
    body = b"".join(map(raw, texts))
    headers = tuple(("X-Odd", raw(text).decode("latin-1")) for text in texts)
    request = Request("POST", b"/x?" + body.replace(b" ", b"+"), headers, body)
    return SampleSide(
        request, Observation(200, (("Content-Type", "text/html"), *headers), body, 0.1, texts[0])
    )


def compared(texts: Sequence[str]) -> Comparison:
    """A mismatch that has them everywhere."""
    found = (Difference(f"$.{text}", "value", text, {text: [raw(text), 2**70]}, (text,)) for text in texts)
    return Comparison(Outcome.MISMATCH, differences=tuple(found))


def judged(texts: Sequence[str]) -> Judgement:
    """As the process that compares tells it."""
    side, found = asking(texts), compared(texts)
    return Judgement(shortened(found), signature("task.get", side.answer, side.answer, found.differences))


def terminal() -> Console:
    """What is printed where nobody looks, as in a CI job."""
    return Console(file=io.StringIO(), width=100, highlight=False)


def printed(console: Console) -> str:
    """What was."""
    assert isinstance(console.file, io.StringIO)
    return harmless(console.file.getvalue())


async def live(texts: Sequence[str], folder: Path) -> None:
    """An exchange in the diff log, and everything that is made of it."""
    side, judgement, redactor = asking(texts), judged(texts), Redactor(b"salt")
    shown = example_of(side.request, judgement.comparison, side.answer, side.answer, redactor, ())
    asked = Asked(None, "POST", {text: text for text in texts})
    kept = LazySample(
        size_of(side, side), lambda: sample(asked, AT, side, side, judgement.comparison, redactor)
    )
    counters = Counters(received=1, served=1)
    counters.add(judged_exchange(AT, "task.get", replace(judgement, example=shown, evidence=kept)))
    log = f"sqlite:///{folder}/log.db"
    recorder = Recorder(open_log(log), counters, now=lambda: AT)
    await recorder.open()
    await recorder.aclose()
    assert counters.dropped["rows"] == 0

    report = await read_report(log)
    console = terminal()
    print_report(console, report)
    assert "1×" in printed(console)
    assert calls(harmless(report_markdown(report))) == []
    assert orjson.loads(json_bytes(report.document()))["totals"]["mismatch"] == 1
    async with reading(log) as connection:
        [cluster] = await read_clusters(connection)
        found = await read_cluster(connection, cluster.id)
        page = await Views(CONFIG).cluster(connection, cluster.id)
    console = terminal()
    print_cluster(console, found)
    printed(console)
    assert calls(harmless(cluster_markdown(found))) == []
    assert len(json_bytes(found.document())) < MOST
    shown_page = page_html(page, "/clusters/x", {}, About("log", "config")).decode()
    assert not CONTROLS.search(shown_page)
    assert len(shown_page) < 2 * MOST
    assert all(script.get("src") for script in html.fromstring(shown_page).iter("script"))
    assert len(orjson.loads(page_json(page))["witness"]["differences"]) == len(texts)
    assert len(csv_text(page)) < MOST
    harmless(csv_text(page))


def check(texts: Sequence[str]) -> None:
    """A check that found it, and everything that is made of it."""
    tally = Tally()
    judgement, answer = judged(texts), asking(texts).answer
    tally.add(
        "task.get",
        compared(texts),
        lambda: judgement.signature,
        lambda: {"recording": texts[0], **example(texts[0], compared(texts), answer, answer)},
    )
    result = CheckResult(tally, (f"1 mismatch {texts[0]}",))
    console = terminal()
    print_check(console, result)
    printed(console)
    assert calls(harmless(check_markdown(result, NOTHING, [texts[0]]))) == []
    suites = junit(result)
    assert len(suites) < MOST
    assert etree.fromstring(suites).get("failures") == "2"
    document = orjson.loads(json_bytes(sarif(result, load_routes(CONFIG), CONFIG)))
    assert len(document["runs"][0]["results"]) == 1
    assert orjson.loads(json_bytes(check_document(result)))["compared"] == 1


async def logged(texts: Sequence[str], folder: Path) -> None:
    """A line of the access log for each."""

    async def send(_message: object) -> None:
        pass

    file = folder / "access.log"
    access = AccessLog(str(file))
    for text in texts:
        record = AccessRecord(text, raw(text), raw(text), send)
        record.facts["error"] = text
        access.add(record, text)
    access.close()
    lines = file.read_bytes().splitlines()
    assert [bool(orjson.loads(one)) for one in lines] == [True] * len(texts)
    assert not OBEYED.search(file.read_text())


def recorded(texts: Sequence[str]) -> None:
    """A recording, which holds the bytes that were there."""
    side = asking(texts)
    request = RecordedRequest("POST", "https://x", b"/x", side.request.headers, side.request.body)
    kept = Recording("r.1", "", "none", request, Observation(200, side.answer.headers, side.answer.body))
    read = recording_of(orjson.loads(line(entry(kept))), Path("x"), 1)
    assert (read.response.body, read.request.body) == (side.answer.body, side.request.body)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_every_output_stays_well_formed(texts: list[str]) -> None:
    """Diff log, report, terminal, Markdown, JUnit, SARIF, access log, recordings, dashboard."""
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(live(texts, Path(name)))
        asyncio.run(logged(texts, Path(name)))
    check(texts)
    recorded(texts)


def test_the_worst_of_all_together(tmp_path: Path) -> None:
    """All of them in one exchange."""
    asyncio.run(live(NASTY, tmp_path))
    asyncio.run(logged(NASTY, tmp_path))
    check(NASTY)
    recorded(NASTY)
