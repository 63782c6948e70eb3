"""What ``parity deviations lint`` tells, for people and for machines."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from diffing.lint import Finding
from diffing.parity import percent
from proxy.reporting.console import markup
from proxy.reporting.deviation_usage import EntryUse
from proxy.reporting.tables import plain_table


def lint_document(findings: Sequence[Finding], uses: Sequence[EntryUse]) -> dict[str, Any]:
    """Everything as JSON."""
    return {
        "findings": [
            {"deviation": item.deviation, "kind": item.kind, "text": item.text, "fails": item.fails}
            for item in findings
        ],
        "deviations": [use.document() for use in uses],
    }


def print_uses(console: Console, uses: Sequence[EntryUse]) -> None:
    """A table of all entries, the most used first."""
    table = plain_table()
    table.add_column("deviation", overflow="fold")
    for title in ("hits", "share"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("last hit", no_wrap=True)
    table.add_column("routes", overflow="fold")
    for use in sorted(uses, key=lambda use: (-use.hits, use.deviation)):
        last = f"{use.last:%Y-%m-%d %H:%M}" if use.last else "–"
        told = "stale" if use.stale else " ".join(use.routes)
        table.add_row(markup(use.deviation), str(use.hits), percent(use.share, 1), last, markup(told))
    console.print(table)
