"""Clusters for people, on a terminal and as Markdown."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from diffing.parity import percent
from proxy.log.clusters import Shown, State, StoredCluster
from proxy.reporting import markdown
from proxy.reporting.cluster_words import causes_of, common_of, title_of
from proxy.reporting.console import markup, markup_block
from proxy.reporting.pytest_case import pytest_case
from proxy.reporting.tables import plain_table
from proxy.reporting.values import both, legacy_raw, short, sides

_MARKS = {
    State.NEW: "red",
    State.STILL: "yellow",
    State.FIXED: "green",
    State.UNSEEN: "cyan",
    State.UNASKED: "dim",
}
_DIFFERENCES = 20
_REQUESTS = 5
DIFFERENCE_TITLES = ("path", "what", "expected", "legacy", "new")


def print_clusters(console: Console, clusters: Sequence[StoredCluster], most: int = 50) -> None:
    """A table of clusters, and how many of each state there are."""
    table = plain_table()
    for title, justify in (("cluster", "left"), ("state", "left"), ("count", "right"), ("share", "right")):
        table.add_column(title, justify=justify, no_wrap=True)  # type: ignore[arg-type]  # rich's literals
    table.add_column("signature", overflow="fold")
    for cluster in clusters[:most]:
        state = f"[{_MARKS[cluster.state]}]{cluster.became}[/]" if cluster.state else ""
        table.add_row(
            cluster.short, state, str(cluster.exchanges), percent(cluster.share, 1), markup(cluster.signature)
        )
    console.print(table)
    if len(clusters) > most:
        console.print(f"… and {len(clusters) - most} more (all of them with --json)")
    console.print(states(clusters))


def states(clusters: Sequence[StoredCluster]) -> str:
    """One line: how many clusters there are in each state."""
    counts = Counter(cluster.state for cluster in clusters)
    told = " · ".join(f"{state} {counts[state]}" for state in State)
    return f"clusters {len(clusters)}: {told}"


def print_cluster(console: Console, found: Shown) -> None:
    """Everything about one cluster: history, differences, both requests, and the test to paste."""
    cluster, sample = found.cluster, found.sample
    console.print(f"[bold red]{cluster.exchanges}×[/] [bold]{markup(title_of(found))}[/]")
    console.print(f"{markup(cluster.signature)}")
    console.print(f"{cluster.id}  {cluster.verdict}  {percent(cluster.share, 1)} of {markup(cluster.route)}")
    console.print(f"first {cluster.first:%Y-%m-%d %H:%M:%S}, last {cluster.last:%Y-%m-%d %H:%M:%S} UTC")
    console.print(markup(cluster.standing.told), soft_wrap=True)
    for sentence in causes_of(found):
        console.print(f"likely cause: {markup(sentence)}")
    if found.requests:
        common = ", ".join(common_of(found.requests))
        shown = f" ({common})" if common else ""
        console.print(f"requests that are kept: {len(found.requests)}{markup(shown)}, such as")
        for item in found.requests[:_REQUESTS]:
            console.print(f"   {markup(item['request'])}", soft_wrap=True)
    for difference in found.differences[:_DIFFERENCES]:
        console.print(f"\n[bold]{markup(difference['path'])}[/] ({markup(difference['what'])})")
        for side, value in sides(difference):
            console.print(f"   {side:<8} {markup(short(value))}")
        for sentence in difference["nearly"]:
            console.print(f"   [dim]{markup(sentence)}[/]")
    if sample is None:
        request = found.example["curl"] or found.example["request"]
        console.print(f"\nno sample was kept; the request was\n{markup_block(request)}", soft_wrap=True)
        return
    console.print(f"\nthe caller's role was {markup(role_told(sample['asked']))}", highlight=False)
    if sample.get("trace"):
        console.print(f"trace {markup(sample['trace'])}", highlight=False)
    for side in ("legacy", "new"):
        told = sample[side]["error"] or sample[side]["status"]
        console.print(f"\n[bold]{side}[/] answered {markup(told)}", highlight=False)
        console.print(markup_block(sample[side]["curl"]), soft_wrap=True)
    test = pytest_case(cluster.short, cluster.signature, sample)
    if test:
        console.print("\n[bold]as a test[/]")
        console.print(markup_block(test), soft_wrap=True)


def role_told(asked: Mapping[str, Any]) -> str:
    """The role of a sample's caller, and that it is a guess where it is one."""
    return (
        f"{asked['role']} (guessed: nobody has named the key)" if asked.get("guessed") else str(asked["role"])
    )


def difference_rows(found: Shown) -> list[tuple[str, str, str, str, str]]:
    """A table of the differences of a cluster; its titles are ``DIFFERENCE_TITLES``."""
    rows = []
    for item in found.differences:
        expected, new = both(item)
        rows.append((item["path"], item["what"], short(expected), short(legacy_raw(item)), short(new)))
    return rows


def clusters_markdown(title: str, clusters: Sequence[StoredCluster]) -> str:
    """A table of clusters as Markdown."""
    rows = [
        (cluster.short, cluster.became, cluster.signature, percent(cluster.share, 1), cluster.exchanges)
        for cluster in clusters
    ]
    head = markdown.table(("cluster", "state", "signature", "share", "count"), rows, numbers=2)
    return f"# {title}\n\n{states(clusters)}\n\n{head}"


def cluster_markdown(found: Shown) -> str:
    """One cluster as Markdown: to paste into an issue."""
    cluster, sample = found.cluster, found.sample
    first, last = f"{cluster.first:%Y-%m-%d %H:%M:%S}", f"{cluster.last:%Y-%m-%d %H:%M:%S}"
    parts = [
        f"# {markdown.cell(cluster.signature)}\n",
        f"{markdown.cell(title_of(found))}.\n",
        f"Cluster `{cluster.short}`: {cluster.exchanges} exchanges, {percent(cluster.share, 1)} of "
        f"{markdown.cell(cluster.route)}, first {first}, last {last} UTC; {markdown.cell(cluster.standing.told)}.\n",
        markdown.table(
            DIFFERENCE_TITLES,
            difference_rows(found),
        ),
    ]
    if sample is not None:
        parts.append(f"The caller's role was {role_told(sample['asked'])}.\n")
        if sample.get("trace"):
            parts.append(f"Trace {markdown.cell(sample['trace'])}.\n")
        for side in ("legacy", "new"):
            parts.append(
                f"{side} answered {markdown.cell(sample[side]['error'] or sample[side]['status'])}:\n"
            )
            parts.append(markdown.code(sample[side]["curl"]))
        test = pytest_case(cluster.short, cluster.signature, sample)
        parts += [markdown.code(test)] if test else []
    return "\n".join(parts)
