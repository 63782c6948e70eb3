"""The demo shows the whole line."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from config.routes import load_routes
from diffing.cluster import cluster_id
from proxy.compare.tally import Cluster, Tally
from proxy.process.demo import RECORDINGS, asked_for, demo, next_steps, plain_command, to_try
from proxy.process.seeded import not_as_seeded
from proxy.recordings.recording import read_recordings
from proxy.reporting.report import CountedRuns, Report

pytestmark = pytest.mark.anyio


async def test_the_demo_compares_what_its_clients_ask(config: Path, tmp_path: Path) -> None:
    """Every request has a verdict, most are compared, and the report states the numbers."""
    console = Console(file=io.StringIO(), width=160)
    report = await demo(tmp_path, config, console, once=True)
    counted_runs, totals = report.counted_runs, report.tally.totals
    sent = asked_for(list(read_recordings([RECORDINGS])), load_routes(config))
    assert counted_runs.received == counted_runs.served == totals.received == len(sent) > 500
    assert (counted_runs.pending, totals.compared > len(sent) * 0.9, totals.of("shed")) == (0, True, 0)
    assert isinstance(console.file, io.StringIO)
    told = console.file.getvalue()
    assert f"received {totals.received} · compared {totals.compared}" in told
    assert (not_as_seeded(report.tally.clusters.values()), "found: exactly these" in told) == ([], True)


def test_the_next_steps_begin_with_the_most_frequent_difference() -> None:
    """Without one, the report is all there is."""
    report = Report(CountedRuns(1, None, None, 0, 0, 0, 0, 0), Tally(), {})
    assert list(next_steps(report, "sqlite:///x.db")) == ["report"]
    for name, count in (("rare", 1), ("frequent", 2)):
        report.tally.clusters[name] = Cluster(name, "task.get", count, {"path": "$"})
    steps = next_steps(report, "sqlite:///x.db")
    assert steps["what differs"] == ["show", cluster_id("frequent")[:10], "--log", "sqlite:///x.db"]
    assert plain_command(steps["report"]) == "parity report --log sqlite:///x.db"


def test_the_demo_only_reads(config: Path) -> None:
    """Writes have scenarios of their own."""
    routes = load_routes(config)
    sent = asked_for(list(read_recordings([RECORDINGS])), routes)
    assert all(item.scenario is None and not item.volatile for item in sent)


def test_what_the_demo_tells_people_to_try_is_recorded(config: Path) -> None:
    """The first thing that a newcomer does by hand works, in both dialects."""
    entries = asked_for(list(read_recordings([RECORDINGS])), load_routes(config))
    legacy, new = to_try(entries, load_routes(config))
    assert legacy.startswith("/api/v1/json/data/")
    assert new == legacy.replace("/api/v1/json/data/", "/datasets/")
    assert b"/api/v1/json/data/61" in {
        entry.request.target for entry in entries if entry.request.method == "GET"
    }
