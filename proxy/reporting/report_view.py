"""A report for people, on a terminal."""

from rich.console import Console
from rich.table import Table

from proxy.reporting.console import markup
from proxy.reporting.report import SLOWEST, Report
from proxy.reporting.tables import (
    GLOSSARY,
    RECORDED_TIMES,
    deviations_table,
    plain_table,
    print_clusters,
    routes_table,
    summary,
)


def print_report(console: Console, report: Report, *, differences: int = 20) -> None:
    """Print a report.

    Args:
        report: What the log says.
        differences: Most signatures shown.
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
        if report.played:
            console.print(RECORDED_TIMES, soft_wrap=True)
    print_clusters(console, report.tally.clusters.values(), differences, report.told, report.closed)
    if report.standings:
        console.print(report.states_told())
    console.print(
        f"requests: received {counted_runs.received} = served {counted_runs.served} + refused {counted_runs.refused} "
        f"+ client gone {counted_runs.client_gone}; pending {counted_runs.pending}"
    )
    console.print(f"exchanges: {markup(summary(report.tally))}")
    for line in (*report.dialects_told(), *map(markup, report.fleet.told())):
        console.print(line)
    console.print(GLOSSARY, soft_wrap=True)


def _latency_table(report: Report) -> Table:
    table = plain_table()
    table.add_column("mean latency", overflow="fold")
    for title in ("compared", "legacy ms", "new ms", "paired new/legacy"):
        table.add_column(title, justify="right", no_wrap=True)
    for route, found in report.slowest[:SLOWEST]:
        table.add_row(markup(route), *found.told)
    if len(report.latency) > SLOWEST:
        table.add_row(f"… and {len(report.latency) - SLOWEST} that became less slow (--json)", *[""] * 4)
    return table
