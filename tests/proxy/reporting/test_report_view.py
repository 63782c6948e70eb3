"""A report for people."""

import io
from dataclasses import replace
from datetime import UTC, datetime

from rich.console import Console

from proxy.compare.tally import Cluster, Tally
from proxy.reporting.report import CountedRuns, Latency, Report
from proxy.reporting.report_view import print_report
from proxy.reporting.tables import GLOSSARY, RECORDED_TIMES
from proxy.rollout.readiness import PairedLatency

AT = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)


def printed() -> str:
    """What people see of a log with one mismatch."""
    tally = Tally()
    tally.count("dataset.get", "match", 3)
    tally.count("dataset.get", "mismatch")
    example = {
        "request": "GET /api/v1/json/data/1",
        "curl": 'curl "$LEGACY"/api/v1/json/data/1',
        "path": "$.format",
        "what": "value",
        "legacy": "arff",
        "new": "ARFF",
        "nearly": [],
    }
    tally.clusters["s"] = Cluster("dataset.get 200→200 $.format", "dataset.get", 1, example)
    tally.deviations["dataset-envelope"] = 3
    counted_runs = CountedRuns(1, AT, AT, 6, 4, 1, 1, 0)
    console = Console(file=io.StringIO(), width=180)
    print_report(
        console,
        Report(
            counted_runs, tally, {"dataset.get": Latency(4, 0.0301, 0.0042, PairedLatency(0.14, 0.1, 0.25))}
        ),
    )
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_requests_add_up_before_the_readers_eyes() -> None:
    """Nobody has to believe the denominators."""
    assert "received 6 = served 4 + refused 1 + client gone 1; pending 0" in printed()


def test_a_difference_is_shown_with_a_request_to_paste() -> None:
    """Count, curl line, path, both values."""
    text = printed()
    shown = [
        "1×",
        'curl "$LEGACY"/api/v1/json/data/1',
        "$.format (value)",
        'expected "arff"',
        'new      "ARFF"',
    ]
    assert [item for item in shown if item not in text] == []


def test_latencies_have_a_table_of_their_own() -> None:
    """In milliseconds, for both sides, and how they compare."""
    after = printed().partition("mean latency")[2]
    line = next(line for line in after.splitlines() if "dataset.get" in line)
    assert line.split() == ["dataset.get", "4", "30.1", "4.2", "0.14", "(0.10", "to", "0.25)"]


def test_times_of_recordings_are_called_so() -> None:
    """Nobody takes them for PHP's."""
    report = Report(CountedRuns(1, AT, AT, 4, 4, 0, 0, 0), Tally(), {"dataset.get": Latency(4, 0.2, 0.1)})
    shown = []
    for played in (True, False):
        console = Console(file=io.StringIO(), width=80)
        print_report(console, replace(report, played=played))
        assert isinstance(console.file, io.StringIO)
        shown.append(f"{RECORDED_TIMES}\n" in console.file.getvalue())
        assert console.file.getvalue().endswith(f"\n{GLOSSARY}\n")
    assert shown == [True, False]


def test_large_numbers_and_long_names_are_not_cut() -> None:
    """A hundred columns are enough for ten million exchanges of the longest route."""
    tally = Tally()
    tally.count("dataset.qualities_unprocessed", "explained", 10_000_000)
    counted_runs = CountedRuns(1, AT, AT, 10_000_000, 10_000_000, 0, 0, 0)
    out = io.StringIO()
    print_report(Console(file=out, width=100), Report(counted_runs, tally, {}))
    line = next(line for line in out.getvalue().splitlines() if "dataset" in line)
    assert line.split()[:3] == ["dataset.qualities_unprocessed", "10000000", "10000000"]


def test_deviations_say_how_much_they_explain() -> None:
    """By the number of exchanges."""
    assert "dataset-envelope" in printed()
