"""Reports as Markdown."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from proxy.compare.tally import Cluster, Tally
from proxy.reporting.markdown import cell, code, report_markdown, table
from proxy.reporting.report import CountedRuns, Latency, Report
from proxy.reporting.tables import GLOSSARY, RECORDED_TIMES
from proxy.rollout.readiness import PairedLatency

AT = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC).replace(tzinfo=None)


def test_numbers_are_set_to_the_right() -> None:
    """The last columns."""
    assert table(("a", "n"), [("x", 1)], numbers=1) == "| a | n |\n| --- | ---: |\n| x | 1 |\n"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a|b", "a\\|b"),
        ("<i>", "&lt;i>"),
        ("a\nb", "a b"),
        ("`x`", "\\`x\\`"),
        ("[a](b)", "\\[a](b)"),
        ("\\|", "\\\\\\|"),
    ],
)
def test_a_cell_shows_what_it_holds(value: str, expected: str) -> None:
    """No value ends its cell or becomes markup."""
    assert cell(value) == expected


def test_a_long_cell_is_cut() -> None:
    """A whole document does not fit into a cell."""
    assert cell("x" * 500) == "x" * 200 + "… (500 characters)"


def test_code_ends_where_it_ends() -> None:
    """Backticks in it do not end the block."""
    assert code("a\n```\nb") == "````\na\n```\nb\n````\n"


def test_a_report_has_its_totals_routes_and_differences() -> None:
    """What a pull request needs to see."""
    tally = Tally()
    tally.count("dataset.get", "match", 3)
    tally.count("dataset.get", "mismatch")
    example = {
        "curl": "curl x",
        "path": "$.a",
        "what": "value",
        "legacy": 1,
        "new": 2,
        "nearly": ["Because."],
    }
    tally.clusters["s"] = Cluster("dataset.get $.a", "dataset.get", 1, example)
    tally.deviations["envelope"] = 3
    report = Report(CountedRuns(1, AT, AT, 4, 4, 0, 0, 0), tally, {"dataset.get": Latency(4, 0.2, 0.1)})
    text = report_markdown(report)
    assert text.endswith(f"\n{GLOSSARY}\n")
    expected = [
        "received 4 · compared 4",
        "| dataset.get | 4 | 4 | 3 | 0 | 1 | 0 |",
        "### 1× dataset.get $.a",
        "curl x",
        "- Because.",
        "| envelope | 3 |",
    ]
    assert [part for part in expected if part not in text] == []


def test_times_have_a_table_which_says_whose_they_are() -> None:
    """The slowest first; those of recordings are called so."""
    latency = {
        "dataset.get": Latency(4, 0.2, 0.1),
        "task.get": Latency(9, 0.1, 0.2, PairedLatency(2, 1.9, 2.1)),
    }
    report = Report(CountedRuns(1, AT, AT, 4, 4, 0, 0, 0), Tally(), latency)
    rows = "| task.get | 9 | 100.0 | 200.0 | 2.00 (1.90 to 2.10) |\n| dataset.get | 4 | 200.0 | 100.0 | – |\n"
    assert rows in report_markdown(report)
    assert "from recordings" not in report_markdown(report)
    assert f"## Latency\n\n{RECORDED_TIMES}\n" in report_markdown(replace(report, played=True))
