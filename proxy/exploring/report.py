"""What ``parity explore`` shows: what a check shows, how far it came, and each request as a line to send again."""

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table

from diffing.parity import percent
from proxy.checking.report import check_document, print_check
from proxy.exploring.counts import Counted
from proxy.exploring.explore import Explored
from proxy.recordings.recording import Recording
from proxy.recordings.request_lines import request_line
from proxy.reporting.console import markup
from proxy.reporting.tables import plain_table


def explore_document(explored: Explored) -> dict[str, Any]:
    """The JSON of an exploration: that of a check, ``seed``, ``same``, ``explored``, and each request's ``line``."""
    lines = {recording.id: request_line(recording.request) for recording in explored.requests}
    document = check_document(explored.result)
    for name in ("differences", "unjudged"):
        document[name] = [
            {**found, "requests": [{**item, "line": lines[item["recording"]]} for item in found["requests"]]}
            for found in document[name]
        ]
    return {
        **document,
        "seed": explored.seed,
        "same": explored.same,
        "explored": explored.counts.document(),
    }


def print_explored(console: Console, explored: Explored) -> None:
    """Print an exploration for people. ``explored``: what came of it."""
    print_check(console, explored.result)
    counts = explored.counts
    console.print(operations_table(counts))
    for kind in ("status", "role", "method", "format"):
        told = " · ".join(f"{value} {count}" for value, count in counts.total.of(kind).items())
        console.print(f"{kind}: {markup(told)}")
    if counts.unreached:
        console.print(f"[bold red]not reached:[/] {markup(', '.join(counts.unreached))}")
    total = counts.total
    share = percent(total.successes / total.requests) if total.requests else "none"
    sides = "PHP and the legacy face" if explored.dialect == "legacy" else "PHP and the new API"
    if explored.same:
        sides = "both sides speak the new API: any difference counts"
    console.print(f"seed {explored.seed} · sent {total.requests} · successes {share} · {sides}")


def operations_table(counts: Counted) -> Table:
    """Requests, status classes, roles and parameters of each operation. ``counts``: how far it came."""
    table = plain_table(show_footer=True)
    classes = sorted(counts.total.of("status"))
    table.add_column("operation", footer="all", overflow="fold")
    table.add_column("sent", footer=str(counts.total.requests), justify="right", no_wrap=True)
    for name in classes:
        table.add_column(name, footer=str(counts.total.of("status")[name]), justify="right", no_wrap=True)
    table.add_column("roles", overflow="fold")
    table.add_column("parameters", overflow="fold")
    for operation, found in sorted(counts.operations.items()):
        statuses = found.of("status")
        told = [
            ", ".join(f"{value} {count}" for value, count in found.of(kind).items())
            for kind in ("role", "parameter")
        ]
        table.add_row(
            markup(operation),
            str(found.requests),
            *(str(statuses.get(name, 0)) for name in classes),
            *map(markup, told),
        )
    return table


def saved(explored_requests: Iterable[Recording], seed: int) -> str:
    """Requests as a file that ``parity check --requests`` reads. ``seed``: what they were made from."""
    lines = [f"# made by parity explore --seed {seed}"]
    lines += [request_line(recording.request) for recording in explored_requests]
    return "\n".join(lines) + "\n"
