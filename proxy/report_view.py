"""A report for people, on a terminal."""

from rich.console import Console
from rich.markup import escape

from proxy.check_report import deviations_table, print_clusters, routes_table, summary
from proxy.report import Report


def print_report(console: Console, report: Report, *, differences: int = 20) -> None:
    """Print a report.

    Args:
        console: Where to.
        report: What the log says.
        differences: Most signatures shown.
    """
    ledgers = report.ledgers
    if ledgers.first is not None and ledgers.last is not None:
        console.print(
            f"{ledgers.runs} run{'s' if ledgers.runs != 1 else ''} of the proxy, {ledgers.first:%Y-%m-%d %H:%M:%S} "
            f"to {ledgers.last:%Y-%m-%d %H:%M:%S} UTC"
        )
    console.print(routes_table(report.tally, _latency_columns(report)))
    if report.tally.deviations:
        console.print(deviations_table(report.tally.deviations))
    print_clusters(console, list(report.tally.clusters.values()), differences)
    console.print(
        f"requests: received {ledgers.received} = served {ledgers.served} + refused {ledgers.refused} "
        f"+ client gone {ledgers.client_gone}; pending {ledgers.pending}"
    )
    console.print(f"exchanges: {escape(summary(report.tally.totals))}")


def _latency_columns(report: Report) -> dict[str, dict[str, str]]:
    return {
        "legacy ms": {route: f"{found.legacy * 1000:.1f}" for route, found in report.latency.items()},
        "new ms": {route: f"{found.new * 1000:.1f}" for route, found in report.latency.items()},
    }
