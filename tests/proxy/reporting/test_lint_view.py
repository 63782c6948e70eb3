"""What the lint tells."""

import io
from datetime import UTC, datetime

from rich.console import Console

from diffing.lint import Finding
from proxy.reporting.deviation_usage import EntryUse
from proxy.reporting.lint_view import lint_document, print_uses

LAST = datetime(2026, 11, 22, 12, tzinfo=UTC).replace(tzinfo=None)
USED = EntryUse("a-used", "transform", "t", 5, LAST, ("x.get", "x.list"), 10, False)
STALE = EntryUse("b-stale", "status", "t", 0, None, (), 2000, True)


def test_the_table_fits_a_terminal() -> None:
    """The most used first; of a stale one that is said."""
    out = io.StringIO()
    print_uses(Console(file=out, width=80), [STALE, USED])
    lines = [line.split() for line in out.getvalue().splitlines() if "-" in line]
    assert lines == [
        ["a-used", "5", "50.0%", "2026-11-22", "12:00", "x.get", "x.list"],
        ["b-stale", "0", "0.0%", "–", "stale"],
    ]


def test_machines_get_findings_and_uses() -> None:
    """With what fails."""
    document = lint_document([Finding("b-stale", "stale", "no hit")], [USED, STALE])
    assert document["findings"] == [
        {"deviation": "b-stale", "kind": "stale", "text": "no hit", "fails": False}
    ]
    assert [item["share"] for item in document["deviations"]] == [0.5, 0.0]
