"""A report for people, on a terminal."""

from rich.console import Console
from rich.table import Table

from proxy.reporting.console import markup
from proxy.reporting.report import Latency, Report
from proxy.reporting.tables import deviations_table, plain_table, print_clusters, routes_table, summary

_SLOWEST = 10


def print_report(
    console: Console, report: Report, *, differences: int = 20, recorded_legacy: bool = False
) -> None:
    """Print a report.

    Args:
        console: Where to.
        report: What the log says.
        differences: Most signatures shown.
        recorded_legacy: Whether the legacy side was a player of recordings, whose times say nothing of PHP.
    """
    ledgers = report.ledgers
    if ledgers.first is not None and ledgers.last is not None:
        console.print(
            f"{ledgers.runs} run{'s' if ledgers.runs != 1 else ''} of the proxy, {ledgers.first:%Y-%m-%d %H:%M:%S} "
            f"to {ledgers.last:%Y-%m-%d %H:%M:%S} UTC"
        )
    console.print(routes_table(report.tally))
    if report.tally.deviations:
        console.print(deviations_table(report.tally.deviations))
    if report.latency:
        console.print(_latency_table(report))
        if recorded_legacy:
            console.print("legacy is a player of recordings here: its times are not PHP's")
    print_clusters(console, list(report.tally.clusters.values()), differences)
    console.print(
        f"requests: received {ledgers.received} = served {ledgers.served} + refused {ledgers.refused} "
        f"+ client gone {ledgers.client_gone}; pending {ledgers.pending}"
    )
    console.print(f"exchanges: {markup(summary(report.tally))}")
    for line in report.dialects_told():
        console.print(line)


def slowest(report: Report) -> list[tuple[str, Latency]]:
    """The routes, those first that became slowest compared with the legacy side."""
    return sorted(
        report.latency.items(), key=lambda item: (-(item[1].ratio.median if item[1].ratio else 0), item[0])
    )


def _latency_table(report: Report) -> Table:
    table = plain_table()
    table.add_column("mean latency", overflow="fold")
    for title in ("compared", "legacy ms", "new ms", "paired new/legacy"):
        table.add_column(title, justify="right", no_wrap=True)
    ordered = slowest(report)
    for route, found in ordered[:_SLOWEST]:
        numbers = (f"{found.legacy * 1000:.1f}", f"{found.new * 1000:.1f}", str(found.ratio or "–"))
        table.add_row(markup(route), str(found.exchanges), *numbers)
    if len(ordered) > _SLOWEST:
        table.add_row(f"… and {len(ordered) - _SLOWEST} that became less slow (--json)", *[""] * 4)
    return table
