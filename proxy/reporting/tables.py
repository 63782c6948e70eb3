"""Numbers and clusters of a check or a diff log, as people read them on a terminal."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from config import text
from diffing.cluster import cluster_id
from diffing.model import RULES_ONLY, UNDOCUMENTED, Outcome
from diffing.parity import percent
from proxy.compare.tally import Cluster, Counts, Tally
from proxy.reporting.console import markup, markup_block
from proxy.reporting.values import sides

_ERRORS = (
    Outcome.NEW_ERROR,
    Outcome.BOTH_ERROR,
    Outcome.TIMEOUT,
    Outcome.TOO_LARGE,
    Outcome.TOO_EXPENSIVE,
    Outcome.SHED,
)
_LONGEST = 300
RECORDED_TIMES: Final = (
    "Legacy answers, or answered, from recordings here: its times, and with them new/legacy, are not PHP's."
)

GLOSSARY: Final = "All verdicts, reasons and stages: docs/glossary.md, or /glossary of the dashboard."


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """A document as indented JSON; what JSON cannot say is shown as text."""
    return text.json_bytes(document, indent=True)


def summary(tally: Tally) -> str:
    """One line that states the numbers, and that they add up."""
    totals = tally.totals
    reasons = {Outcome.SKIPPED: ", ".join(f"{count} {reason}" for reason, count in totals.skipped.items())}
    if undocumented := totals.of(UNDOCUMENTED):
        reasons[Outcome.LEGACY_ERROR] = f"{undocumented} undocumented"
    if by_rules := tally.deviations[RULES_ONLY]:
        reasons[Outcome.EXPLAINED] = f"{by_rules} by rules only"
    parts = [
        f"received {totals.received}",
        f"compared {totals.compared}",
        *(
            f"{outcome} {totals.of(outcome)}" + (f" ({reasons[outcome]})" if outcome in reasons else "")
            for outcome in Outcome
            if totals.of(outcome)
        ),
    ]
    found = totals.parity
    if found.share is not None:
        parts.append(f"parity {percent(found.share)} of {found.judged} · coverage {percent(found.coverage)}")
    return " · ".join(parts)


def routes_table(tally: Tally) -> Table:
    """Counts per route; the last line is the total. Fits 100 columns; narrower, names are folded, numbers never cut."""
    table = plain_table(show_footer=True)
    names = ("received", "compared", "match", "explained", "mismatch", "legacy\nerror", "errors", "skipped")
    total = _numbers(tally.totals)
    table.add_column("route", footer="all", overflow="fold")
    for name, number in zip(names, total, strict=True):
        table.add_column(name, footer=number, justify="right", no_wrap=True)
    for route, counts in sorted(tally.routes.items()):
        table.add_row(markup(route), *_numbers(counts))
    return table


def plain_table(*, show_footer: bool = False) -> Table:
    """A table whose columns are set apart by blanks, so that more of them fit."""
    return Table(box=SIMPLE_HEAD, header_style="bold", show_footer=show_footer, pad_edge=False, padding=0)


def deviations_table(deviations: Mapping[str, int], most: int = 20) -> Table:
    """How many exchanges each deviation explained a part of, most first."""
    table = plain_table()
    table.add_column("deviation", overflow="fold")
    table.add_column("exchanges", justify="right", no_wrap=True)
    ordered = sorted(deviations.items(), key=lambda item: (-item[1], item[0]))
    for name, hits in ordered[:most]:
        table.add_row(markup(name), str(hits))
    if len(ordered) > most:
        table.add_row(f"… and {len(ordered) - most} more (all of them with --json)", "")
    return table


def in_order(clusters: Iterable[Cluster], closed: Collection[str] = ()) -> list[Cluster]:
    """Clusters, the most frequent first; those that are closed, by their names, come last."""

    def place(cluster: Cluster) -> tuple[bool, int, str]:
        return bool(closed) and cluster_id(cluster.signature) in closed, -cluster.count, cluster.signature

    return sorted(clusters, key=place)


def print_clusters(
    console: Console,
    clusters: Iterable[Cluster],
    most: int,
    told: Callable[[str], str] = lambda _name: "",
    closed: Collection[str] = (),
) -> None:
    """Print the most frequent signatures, each with an example that shows it.

    Args:
        most: Most that are shown.
        told: What else there is to say of one, by its name.
        closed: Names of those that come last.
    """
    ordered = in_order(clusters, closed)
    for cluster in ordered[:most]:
        example = cluster.example
        name = cluster_id(cluster.signature)
        console.print(
            f"[bold red]{cluster.count}×[/] [bold]{markup(cluster.signature, _LONGEST)}[/] [dim]{name[:10]}[/]"
        )
        if more := told(name):
            console.print(f"   {markup(more)}", soft_wrap=True)
        shown = (example.get("recording"), example.get("curl") or example["request"])
        console.print(f"   {markup_block('  '.join(str(item) for item in shown if item))}", soft_wrap=True)
        if str(example.get("role")).endswith("(guessed)"):
            console.print(f"   the caller's role was {markup(example['role'])}: nobody has named the key")
        console.print(f"   {markup(example['path'])} ({markup(example['what'])})")
        for side, value in sides(example):
            console.print(f"   {side:<8} {markup(value, _LONGEST)}")
        for sentence in example["nearly"]:
            console.print(f"   [dim]{markup(sentence)}[/]")
    if len(ordered) > most:
        console.print(f"… and {len(ordered) - most} more signatures (all of them with --json)")


def _numbers(counts: Counts) -> list[str]:
    errors = sum(counts.of(outcome) for outcome in _ERRORS)
    numbers = (
        counts.received,
        counts.compared,
        *(counts.of(outcome) for outcome in (Outcome.MATCH, Outcome.EXPLAINED, Outcome.MISMATCH)),
        counts.of(Outcome.LEGACY_ERROR),
        errors,
        counts.of(Outcome.SKIPPED),
    )
    return [str(number) for number in numbers]
