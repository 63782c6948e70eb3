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
        report: What the log says.
        differences: Most signatures shown.
        recorded_legacy: Whether the legacy side was a player of recordings, whose times say nothing of PHP.
    """
    counted_runs = report.counted_runs
    if counted_runs.first is not None and counted_runs.last is not None:
        runs = f"{counted_runs.runs} run{'s' if counted_runs.runs != 1 else ''} of the proxy"
        first, last = (f"{time:%Y-%m-%d %H:%M:%S}" for time in (counted_runs.first, counted_runs.last))
        console.print(f"{runs}, {first} to {last} UTC")
    console.print(routes_table(report.tally))
    if report.tally.deviations:
        console.print(deviations_table(report.tally.deviations))
    if report.latency:
        console.print(_latency_table(report))
        if recorded_legacy:
            console.print("legacy is a player of recordings here: its times are not PHP's")
    print_clusters(console, report.tally.clusters.values(), differences, report.told, report.closed)
    if report.standings:
        console.print(report.states_told())
    console.print(
        f"requests: received {counted_runs.received} = served {counted_runs.served} + refused {counted_runs.refused} "
        f"+ client gone {counted_runs.client_gone}; pending {counted_runs.pending}"
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
