"""Reports as GitHub-flavoured Markdown: for a pull request, a chat, or the summary of a CI job."""

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from config import text
from diffing.cluster import cluster_id
from diffing.model import Outcome
from diffing.parity import percent
from proxy.compare.tally import Cluster, Tally
from proxy.reporting.report import SLOWEST, Report
from proxy.reporting.tables import GLOSSARY, RECORDED_TIMES, in_order, summary
from proxy.reporting.values import sides

_LONGEST = 200
_CALL = re.compile(r"@(?=\w)|#(?=\d)")


def table(titles: Sequence[str], rows: Iterable[Sequence[object]], numbers: int = 0) -> str:
    """A table.

    Args:
        titles: Of the columns.
        rows: Cells as values; what Markdown would take for its own is escaped.
        numbers: How many of the last columns are numbers, set to the right.
    """
    marks = ["---"] * (len(titles) - numbers) + ["---:"] * numbers
    lines = [_line(titles), _line(marks)]
    lines += [_line([cell(value) for value in row]) for row in rows]
    return "\n".join(lines) + "\n"


def cell(value: object) -> str:
    """A value as the content of a cell, on one line."""
    found = text.line(" ".join(text.clean(value, _LONGEST).split()))
    for mark in ("&", "<"):
        found = found.replace(mark, {"&": "&amp;", "<": "&lt;"}[mark])
    for mark in ("\\", "|", "`", "*", "_", "[", "~"):
        found = found.replace(mark, f"\\{mark}")
    # Nobody is called, and no other issue is linked: a blank without width stands behind the mark.
    return _CALL.sub("\\g<0>\u200b", found)


def code(content: str) -> str:
    """Text as a block of code, whatever it contains."""
    content = text.block(content)
    longest = max((len(run) for run in content.split() if set(run) == {"`"}), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{content}\n{fence}\n"


def routes(tally: Tally) -> str:
    """Counts per route, and the totals."""
    titles = (
        "route",
        "received",
        "compared",
        "match",
        "explained",
        "mismatch",
        "skipped",
        "parity",
        "coverage",
    )
    verdicts = (Outcome.MATCH, Outcome.EXPLAINED, Outcome.MISMATCH, Outcome.SKIPPED)
    rows = [
        (
            name,
            counts.received,
            counts.compared,
            *(counts.of(verdict) for verdict in verdicts),
            percent(counts.parity.share),
            percent(counts.parity.coverage),
        )
        for name, counts in [*sorted(tally.routes.items()), ("all", tally.totals)]
    ]
    return table(titles, rows, numbers=8)


def clusters(
    found: Iterable[Cluster],
    most: int,
    told: Callable[[str], str] = lambda _name: "",
    closed: Collection[str] = (),
) -> str:
    """The most frequent clusters, each with a request to paste. ``told``: what else there is to say of one, by its
    name. ``closed``: names of those that come last.
    """
    ordered = in_order(found, closed)
    parts = []
    for cluster in ordered[:most]:
        example, name = cluster.example, cluster_id(cluster.signature)
        told_sides = ", ".join(f"{side} {cell(value)}" for side, value in sides(example))
        until = told(name)
        parts.append(
            f"### {cluster.count}× {cell(cluster.signature)}\n\n"
            f"`{name[:10]}` at {cell(example.get('path'))} ({cell(example.get('what'))}): "
            f"{told_sides}\n\n"
            + (f"{cell(until)}\n\n" if until else "")
            + code(str(example.get("curl") or example.get("request")))
            + "".join(f"\n- {cell(sentence)}" for sentence in example.get("nearly", ()))
        )
    if len(ordered) > most:
        parts.append(f"… and {len(ordered) - most} more.\n")
    return "\n".join(parts)


def report_markdown(report: Report, differences: int = 20) -> str:
    """A whole report. ``report``: what the log says. ``differences``: most clusters shown."""
    counted_runs = report.counted_runs
    parts = ["# Parity report\n"]
    if counted_runs.first is not None and counted_runs.last is not None:
        first, last = f"{counted_runs.first:%Y-%m-%d %H:%M:%S}", f"{counted_runs.last:%Y-%m-%d %H:%M:%S}"
        parts.append(f"{first} to {last} UTC, {counted_runs.runs} run(s)\n")
    told = (*report.dialects_told(), *report.fleet.told())
    parts += [summary(report.tally) + "\n", *(f"- {cell(line)}" for line in told)]
    parts.append(("\n" if told else "") + routes(report.tally))
    if report.tally.clusters:
        parts += (
            ["## Differences\n", f"{report.states_told()}\n"] if report.standings else ["## Differences\n"]
        )
        parts.append(clusters(report.tally.clusters.values(), differences, report.told, report.closed))
    if report.tally.deviations:
        hits = sorted(report.tally.deviations.items(), key=lambda item: (-item[1], item[0]))
        parts += ["## Deviations\n", table(("deviation", "exchanges"), hits, numbers=1)]
    if report.latency:
        parts += ["## Latency\n", *([f"{RECORDED_TIMES}\n"] if report.played else [])]
        titles = ("route", "compared", "legacy ms", "new ms", "paired new/legacy")
        rows = ((route, *found.told) for route, found in report.slowest[:SLOWEST])
        parts.append(table(titles, rows, numbers=4))
        if len(report.latency) > SLOWEST:
            parts.append(f"… and {len(report.latency) - SLOWEST} that became less slow.\n")
    parts.append(f"{GLOSSARY}\n")
    return "\n".join(parts)


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(item) for item in cells) + " |"
