"""``parity baseline``: the file of accepted differences, of what a check found, or out of and into a diff log."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from diffing.cluster import cluster_id
from proxy.checking.check import CheckError
from proxy.commands.options import Config
from proxy.commands.output import say, wrote
from proxy.commands.report import Log, log_url
from proxy.log.clusters import read_clusters, read_named
from proxy.log.reading import reading
from proxy.log.states import ClusterState, put
from proxy.log.writer import utc_now
from proxy.reporting.baseline import Baseline, baseline_text, exported, load_baseline, updated
from proxy.triage.decide import last_day


def baseline_command(
    result: Annotated[
        Path | None,
        typer.Argument(
            help="What `parity check --json FILE` wrote; without it the diff log says what is accepted.",
            metavar="[FILE]",
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(help="With FILE: why the differences that are new in it may stay.")
    ] = "",
    expires: Annotated[
        str | None, typer.Option(help="With FILE: the last day on which they may.", metavar="DATE")
    ] = None,
    to: Annotated[
        Path, typer.Option(help="The baseline; what is in it keeps its reason.", metavar="FILE")
    ] = Path("parity-baseline.toml"),
    keep: Annotated[bool, typer.Option("--keep", help="Also keep entries that did not come again.")] = False,
    taken: Annotated[
        Path | None,
        typer.Option("--import", help="Accept in the diff log what this baseline accepts.", metavar="FILE"),
    ] = None,
    log: Log = None,
    config: Config = None,
) -> None:
    """Write a baseline: `parity check --baseline FILE` then fails on new differences only."""
    if result is None:
        if reason or expires is not None or keep:
            raise CheckError("--reason, --expires and --keep go with FILE; parity accept CLUSTER accepts one")
        url = log_url(log, config)
        if taken is not None:
            say(asyncio.run(_imported(url, load_baseline(taken))))
            return
        accepted = asyncio.run(_exported(url))
        wrote(baseline_text(accepted), str(to))
        say(f"{to}: {len(accepted.entries)} accepted in the diff log")
        return
    if taken is not None or log is not None:
        raise CheckError("FILE goes with neither --import nor --log")
    if not reason.strip() or expires is None:
        raise CheckError("--reason must say why the differences may stay, and --expires until when")
    last, today = last_day(expires, "--expires"), utc_now().date()
    before = load_baseline(to) if to.exists() else Baseline({})
    after = updated(before, _clusters(result), reason, last, today=today, prune=not keep)
    wrote(baseline_text(after), str(to))
    renewed = sum(
        after.entries[name] != entry for name, entry in before.entries.items() if name in after.entries
    )
    gone = len(before.entries.keys() - after.entries.keys())
    say(
        f"{to}: {len(after.entries)} accepted, {len(after.entries) - len(before.entries) + gone} new, {gone} gone"
        + (f", {renewed} that had ended renewed" if renewed else "")
    )


async def _exported(url: str) -> Baseline:
    async with reading(url) as connection:
        return exported(await read_clusters(connection, standing=[ClusterState.ACCEPTED]))


async def _imported(url: str, baseline: Baseline) -> str:
    """Accept what a baseline accepts today, unless it is closed by something better; says how much that is."""
    entries = baseline.on(utc_now().date()).entries
    async with reading(url) as connection:
        found = await read_named(connection, list(entries))
        closed = (ClusterState.DOCUMENTED, ClusterState.RESOLVED)
        chosen = {
            name: entry.standing
            for name, entry in entries.items()
            if name not in found or found[name].standing.state not in closed
        }
        await put(connection, chosen)
        await connection.commit()
    ended = len(baseline.entries) - len(entries)
    return f"{len(chosen)} accepted, {len(entries) - len(chosen)} closed already, {ended} had ended"


def _clusters(file: Path) -> dict[str, str]:
    try:
        document: Any = orjson.loads(file.read_bytes())
        signatures = [str(item["signature"]) for item in document["differences"]]
    except OSError as error:
        raise CheckError(f"{file} cannot be read: {error.strerror}") from error
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise CheckError(f"{file} is not what parity check --json writes") from error
    return {cluster_id(signature): signature for signature in signatures}
