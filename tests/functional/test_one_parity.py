"""Parity is one number: check, report, readiness, gate, pages, metrics and Markdown say the same of the same."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from config.reports import ReadinessSettings as Thresholds
from config.rollout import Dialect
from config.routes import load_routes
from diffing.model import Comparison, Difference, Outcome, SkipReason
from proxy.checking.check import CheckResult
from proxy.checking.report import check_document
from proxy.compare.tally import Tally
from proxy.dashboard.about import About
from proxy.dashboard.page import html
from proxy.dashboard.views import Views
from proxy.exchange.judgement import Judgement
from proxy.log.counters import Counters
from proxy.log.reading import reading
from proxy.log.writer import Recorder, open_log
from proxy.process.metrics import prometheus, snapshot
from proxy.reporting.markdown import report_markdown
from proxy.reporting.report import Report, read_report
from proxy.reporting.tables import summary
from proxy.rollout.gate_log import read_evidence
from proxy.rollout.readiness_log import read_readiness
from proxy.runtime.telemetry import Telemetry
from tests.functional.frozen.verdicts import CONFIG, ROOT
from tests.functional.sick import heads, side
from tests.proxy.exchanges import judged_exchange

AT = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)
ROUTE = "task.get"
PARITY = (sys.executable, "-c", "from proxy.cli import main; main()")
DIFFERS = (Difference("$", "value", 1, 2),)
MIXED = (
    Comparison(Outcome.MATCH),
    Comparison(Outcome.EXPLAINED, deviations=("some-entry",)),
    Comparison(Outcome.LEGACY_ERROR, deviations=("some-defect",)),
    Comparison(Outcome.LEGACY_ERROR),
    Comparison(Outcome.MISMATCH, differences=DIFFERS),
    Comparison(Outcome.NEW_ERROR),
    Comparison(Outcome.BOTH_ERROR),
    Comparison(Outcome.TIMEOUT),
    Comparison(Outcome.SKIPPED, SkipReason.SAMPLED),
    Comparison(Outcome.SHED),
    Comparison(Outcome.TOO_LARGE),
    Comparison(Outcome.TOO_EXPENSIVE),
)
FAILED = (Comparison(Outcome.NEW_ERROR),) * 3 + (Comparison(Outcome.BOTH_ERROR),)
SETS = {"mixed": (MIXED, 3 / 8, 8 / 12), "only failures": (FAILED, 0.0, 1.0)}


async def recorded(url: str, found: tuple[Comparison, ...]) -> Counters:
    """A counters of the exchanges, which a log keeps."""
    counters = Counters(received=len(found), served=len(found))
    for number, comparison in enumerate(found):
        judgement = Judgement(comparison, f"{ROUTE} {number}", example=EXAMPLE)
        counters.add(judged_exchange(AT, ROUTE, judgement))
    recorder = Recorder(open_log(url), counters, now=lambda: AT)
    await recorder.open()
    await recorder.aclose()
    return counters


EXAMPLE = {"request": "GET /", "path": "$", "what": "value", "legacy": 1, "new": 2, "nearly": []}


def told(text: str) -> tuple[float, float]:
    """Parity and coverage that a text tells, in hundredths of a per cent."""
    parity = re.search(r"parity ([0-9.]+)%", text)
    coverage = re.search(r"coverage ([0-9.]+)%", text)
    assert parity is not None
    assert coverage is not None
    return float(parity[1]), float(coverage[1])


async def shown(folder: Path, found: tuple[Comparison, ...]) -> dict[str, tuple[float | None, float | None]]:
    """Parity and coverage by the place that shows it."""
    url = f"sqlite:///{folder / 'log.db'}"
    counters = await recorded(url, found)
    tally = Tally()
    for number, comparison in enumerate(found):
        tally.add(ROUTE, comparison, f"{number}".format, lambda: EXAMPLE)
    places: dict[str, tuple[float | None, float | None]] = {}
    report: Report = await read_report(url)
    for name, document in (
        ("check", check_document(CheckResult(tally, ()))),
        ("report", report.document()),
    ):
        places[name] = document["parity"], document["coverage"]
        of_route = document["parities"][ROUTE]
        places[f"{name}, route"] = of_route["parity"], of_route["coverage"]
    async with reading(url) as log:
        [ready] = await read_readiness(log, {ROUTE: frozenset()}, Thresholds(), route=ROUTE)
        places["readiness"] = ready.document()["parity"], ready.document()["judged"]
        evidence = (await read_evidence(log))[ROUTE, Dialect.NEW]
        places["gate"] = evidence.numbers()["parity"], evidence.parity.coverage
        overview = await Views(CONFIG).overview(log, {})
        page = await Views(CONFIG).route(log, ROUTE)
    [row] = [dict(zip(overview.titles, row, strict=True)) for row in overview.rows]
    places["overview, row"] = row["parity"], ready.parity.coverage  # type: ignore[assignment]  # a cell
    assert page.document is not None
    places["page of the route"] = page.document["parity"], page.document["judged"]
    state = {
        "queue": 0,
        "breakers": [],
        "kill_switch": False,
        "config": "",
        "config_error": "",
        "lag": 2.5,
        "log_away": False,
        "ready": True,
    }
    scraped = prometheus(snapshot(counters, Telemetry(), {**state, "access_dropped": 0})).decode()
    gauges = {
        (sample.name, sample.labels["route"]): sample.value
        for family in families(scraped)
        for sample in family.samples
        if sample.name in ("parity_ratio", "parity_coverage_ratio")
    }
    for name in ("(all)", ROUTE):
        places[f"metrics, {name}"] = gauges["parity_ratio", name], gauges["parity_coverage_ratio", name]
    texts = {
        "summary": summary(report.tally),
        "Markdown": report_markdown(report),
        "overview, page": html(overview, "/", {}, About(url, "config")).decode(),
    }
    for name, text in texts.items():
        parity, coverage = told(text)
        places[name] = parity / 100, coverage / 100
    return places


@pytest.mark.parametrize("name", SETS)
def test_every_place_says_the_same(tmp_path: Path, name: str) -> None:
    """Parity and coverage; a text says them in hundredths of a per cent."""
    found, parity, coverage = SETS[name]
    places = asyncio.run(shown(tmp_path, found))
    assert len(places) >= 12
    assert places == {place: pytest.approx((parity, coverage), abs=0.00005) for place in places}


def failing(connection: socket.socket) -> None:
    """Answer 500 to everything."""
    for _ in heads(connection):
        connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n")


def test_a_backend_that_only_fails_has_no_parity() -> None:
    """Against recordings of PHP, its defects included; the check fails."""
    recordings = ROOT / "tests" / "recordings" / "read" / "user.jsonl.gz"
    with side(failing) as url:
        command = [*PARITY, "check", "--recordings", str(recordings), "--new", url, "--json", "-"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    document = orjson.loads(done.stdout)
    totals = document["totals"]
    assert (document["parity"], done.returncode) == (0.0, 1)
    assert (totals["match"], totals["explained"], totals["legacy_error"]) == (0, 0, 0)
    assert totals["both_error"] > 0
    assert set(load_routes(CONFIG).routes) >= set(document["parities"]) - {"(no route)"}


def test_an_undocumented_legacy_error_fails_a_check(sqlite_url: str, tmp_path: Path) -> None:
    """PHP that dies where no entry says why: nobody knows whether the new side is right, so somebody has to look."""
    died = {
        "_id": "died.1",
        "_as": "none",
        "request": {"method": "GET", "url": "https://openml.test/api/v1/json/tasktype/1", "headers": []},
        "response": {
            "status": 500,
            "headers": [{"name": "Content-Type", "value": "text/html"}],
            "content": {"text": "", "size": 0, "mimeType": "text/html"},
        },
    }
    file = tmp_path / "died.jsonl"
    file.write_bytes(orjson.dumps(died) + b"\n")
    command = [*PARITY, "check", "--recordings", str(file), "--database", sqlite_url]
    done = subprocess.run([*command, "--json", "-"], cwd=ROOT, capture_output=True, check=False)
    document = orjson.loads(done.stdout)
    assert done.returncode == 1
    assert (document["totals"]["legacy_error"], document["undocumented_legacy_errors"]) == (1, 1)
    assert document["parity"] == 0.0
    assert "1 legacy_error:undocumented" in document["breaches"]
    [cluster] = document["differences"]
    assert (cluster["count"], cluster["example"]["recording"]) == (1, "died.1")
