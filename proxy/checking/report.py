"""What ``parity check`` shows: counts per route, differences, deviations, and why it failed."""

from typing import Any

from rich.console import Console

from diffing.cluster import cluster_id
from proxy.checking.check import CheckResult
from proxy.checking.effect_tally import Effects
from proxy.reporting.baseline import NOTHING, Acceptance
from proxy.reporting.console import markup
from proxy.reporting.tables import GLOSSARY, deviations_table, print_clusters, routes_table, summary
from proxy.reporting.values import as_json

_LONGEST = 300
_ROWS = 5


def check_document(
    result: CheckResult, effects: Effects | None = None, accepted: Acceptance = NOTHING
) -> dict[str, Any]:
    """The JSON of a check: totals, routes, deviations, differences, and what the exit status is made of.

    Each difference lists all of its requests; ``unjudged`` lists those of documented legacy errors and skipped ones.
    """
    document = result.tally.document()
    entries = accepted.entries
    baseline = {} if accepted is NOTHING else {"accepted": len(entries), "expire_soon": accepted.soon}

    def entry(signature: str) -> dict[str, str]:
        found = entries.get(cluster_id(signature))
        return {} if found is None else {"accepted": found.reason, "expires": found.expires.isoformat()}

    return {
        **document,
        "differences": [
            {
                **found,
                **entry(found["signature"]),
                "requests": result.tally.clusters[found["signature"]].requests,
            }
            for found in document["differences"]
        ],
        **({"baseline": baseline} if baseline else {}),
        "unjudged": [
            {"verdict": verdict, "route": route, "count": len(requests), "requests": requests}
            for (verdict, route), requests in sorted(result.tally.unjudged.items())
        ],
        **({} if effects is None else {"effects": effects.document()}),
        "breaches": list(result.breaches),
    }


def print_check(
    console: Console,
    result: CheckResult,
    effects: Effects | None = None,
    *,
    differences: int = 20,
    accepted: Acceptance = NOTHING,
) -> None:
    """Print a check for people.

    Args:
        result: What the check found.
        effects: What the steps of scenarios changed.
        differences: Most signatures shown.
        accepted: What the baseline accepts.
    """
    console.print(routes_table(result.tally))
    print_clusters(console, result.tally.clusters.values(), differences, accepted.told)
    if result.tally.deviations:
        console.print(deviations_table(result.tally.deviations))
    console.print(summary(result.tally))
    console.print(GLOSSARY, soft_wrap=True)
    if effects is not None:
        print_effects(console, effects, differences)
    for breach in result.breaches:
        console.print(f"[bold red]✗[/] {markup(breach)}")
    if accepted is not NOTHING:
        console.print(markup(accepted.sentence))
    if not result.breaches:
        whole = not result.tally.clusters
        console.print("[bold green]✓[/] parity" if whole else markup(headline(result, accepted)))


def headline(result: CheckResult, accepted: Acceptance = NOTHING) -> str:
    """Whether there is parity; without it, whether what differs is accepted or merely passed over."""
    if result.breaches:
        return "Parity: no"
    clusters = result.tally.clusters.values()
    if not clusters:
        return "Parity: yes"
    passed = [cluster for cluster in clusters if cluster_id(cluster.signature) not in accepted.entries]
    if not passed:
        return f"Parity: no, but all {len(clusters)} clusters are in the baseline"
    exchanges = sum(cluster.count for cluster in passed)
    return f"Parity: no, but this check does not fail on the {exchanges} exchanges of {len(passed)} open clusters"


def print_effects(console: Console, effects: Effects, most: int) -> None:
    """Print the first steps that changed something else than recorded, and the numbers."""
    for difference in effects.different[:most]:
        shown = difference.document()
        console.print(f"[bold red]{markup(shown['recording'])}[/] {markup(shown['request'])}", soft_wrap=True)
        statuses = f"legacy {shown['legacy_status']}, new {shown['new_status']}"
        console.print(f"   {statuses}{'; ' + markup(shown['why']) if shown['why'] else ''}")
        for row in shown["rows"][:_ROWS]:
            console.print(
                f"   {markup(row['what'])} in {markup(row['table'])}: {markup(as_json(row['row']), _LONGEST)}"
            )
        if shown["differing_rows"] > _ROWS:
            console.print(f"   … and {shown['differing_rows'] - _ROWS} more rows")
        for file in shown["files"]:
            console.print(f"   file {markup(file['path'])}: legacy {file['legacy']}, new {file['new']}")
    if len(effects.different) > most:
        console.print(f"… and {len(effects.different) - most} more effects (all of them with --json)")
    realigned = "".join(f" · {name} {count}" for name, count in sorted(effects.realigned.items()))
    console.print(
        f"effects compared {effects.compared} · equal {effects.equal} · different {len(effects.different)} · "
        f"realigned {effects.realigned.total()}{realigned}"
    )
