"""``parity recheck`` and ``parity accept``: what becomes of the clusters of a diff log."""

import asyncio
import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from config.location import config_directory
from proxy.checking.check import CheckError, over_network
from proxy.commands.options import Config
from proxy.commands.output import say, waiting, wrote_json
from proxy.commands.report import Json, Log, log_url
from proxy.log.clusters import read_cluster
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing
from proxy.log.writer import utc_now
from proxy.recordings.caller_keys import read_keys
from proxy.rollout.live_config import load_live_config, rules_digest
from proxy.triage.decide import last_day, put_clusters
from proxy.triage.recheck import Recheck, Rechecked, bring_up_to_date, counted, recheck_clusters

_SHOWN = 20


def recheck_command(
    clusters: Annotated[
        list[str] | None, typer.Argument(help="Names of clusters; all without.", metavar="[CLUSTER]…")
    ] = None,
    new: Annotated[
        str | None, typer.Option(help="Ask this new side again what its sample was asked.", metavar="URL")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(help='With --new: keys by role: TOML, user = "KEY".', metavar="FILE")
    ] = None,
    log: Log = None,
    json: Json = None,
    config: Config = None,
) -> None:
    """Compare the samples of clusters again, by the rules in force; what they settle is closed."""
    if keys is not None and new is None:
        raise CheckError("--keys only goes with --new URL")
    directory, url = config_directory(config), log_url(log, config)
    found = asyncio.run(_rechecked(url, directory, clusters, new, keys))
    document = {"summary": counted(found), "clusters": [one.document() for one in found]}
    if wrote_json(document, json):
        return
    # What changed comes first: that is what one looks for.
    ordered = sorted(found, key=lambda one: not one.changed)
    for one in ordered[:_SHOWN]:
        was = f"{one.cluster.standing.state} → " if one.changed else ""
        say(f"{one.cluster.short} {was}{one.standing.state}: {one.remark}  {one.cluster.signature}")
    if len(ordered) > _SHOWN:
        say(f"… and {len(ordered) - _SHOWN} more (all of them with --json)")
    say(counted(found))


def accept_command(
    clusters: Annotated[
        list[str], typer.Argument(help="Names of clusters, or their beginnings.", metavar="CLUSTER…")
    ],
    reason: Annotated[str, typer.Option(help="Why the difference may stay.")] = "",
    expires: Annotated[str | None, typer.Option(help="The last day on which it may.", metavar="DATE")] = None,
    by: Annotated[str, typer.Option(help="Who accepts it; without, who is logged in.", metavar="NAME")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Accept it no longer: it is open.")] = False,
    log: Log = None,
    config: Config = None,
) -> None:
    """Accept differences for a time: their clusters count against nothing until then."""
    if withdraw:
        if reason or expires is not None:
            raise CheckError("--withdraw takes neither --reason nor --expires")
        standing = Standing(since=utc_now(), by=by or _somebody())
    else:
        if not reason.strip() or expires is None:
            raise CheckError("give --reason WHY and --expires DATE, or --withdraw")
        last = last_day(expires, "--expires")
        standing = Standing(ClusterState.ACCEPTED, utc_now(), reason, by or _somebody(), last)
    for found in asyncio.run(put_clusters(log_url(log, config), clusters, standing)):
        say(f"{found.short} {standing.told}  {found.signature}")


async def _rechecked(
    url: str, directory: Path, names: Sequence[str] | None, new: str | None, keys: Path | None
) -> list[Rechecked]:
    in_force, rules = load_live_config(directory), rules_digest(directory)
    known = read_keys(keys)
    async with reading(url) as connection:
        chosen = None if not names else [(await read_cluster(connection, name)).cluster.id for name in names]
    with waiting() as progress:
        bar = progress.add_task("comparing again", total=None)

        def show(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        if new is None:
            found = await recheck_clusters(url, Recheck(in_force, rules), chosen, progress=show)
        else:
            async with over_network(new) as side:
                check = Recheck(in_force, rules, side, known)
                found = await recheck_clusters(url, check, chosen, progress=show)
    await bring_up_to_date(url, directory)
    return found


def _somebody() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
