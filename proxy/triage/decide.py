"""Decide about clusters: accept them for a time, or document them in the registry."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from config.errors import BadInput
from proxy.log.clusters import Shown, StoredCluster, read_cluster
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, put
from proxy.log.writer import utc_now
from proxy.outbound.upstream import Upstream
from proxy.rollout.live_config import load_live_config, rules_digest
from proxy.triage.entry_file import write_entries
from proxy.triage.entry_toml import with_why
from proxy.triage.file_cluster import TriageError, TriageVerdict, file_cluster
from proxy.triage.recheck import Recheck, bring_up_to_date, recheck_clusters

DECISIONS: Final = ("accept", "withdraw", "document", "recheck")
"""What can be decided about a cluster where only its page is at hand."""


class DecisionError(BadInput):
    """This cannot be decided about a cluster; the message says why and what would be right."""


def last_day(given: str, name: str) -> date:
    """The last day on which something is accepted.

    Args:
        given: As ``2026-12-31``.
        name: What it is called where it was given.

    Raises:
        DecisionError: It is no day, or has passed.
    """
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise DecisionError(f"{name} wants a date like 2026-12-31, not {given!r}") from error
    today = utc_now().date()
    if day < today:
        raise DecisionError(f"{name} {day} has passed; give a day from {today} on")
    return day


async def put_clusters(url: str, names: Sequence[str], standing: Standing) -> list[StoredCluster]:
    """Accept clusters, or open them again. ``url``: the diff log. Returns them in their state of before.

    Raises:
        DecisionError: One is closed already.
        LogError: There is no such cluster, or no log.
    """
    async with reading(url) as connection:
        found = [(await read_cluster(connection, name)).cluster for name in names]
        for cluster in found:
            if cluster.standing.state in (ClusterState.DOCUMENTED, ClusterState.RESOLVED):
                raise DecisionError(f"{cluster.short} is closed already: {cluster.standing.told}")
        await put(connection, {cluster.id: standing for cluster in found})
        await connection.commit()
    return found


def document_cluster(found: Shown, verdict: TriageVerdict, why: str, config: Path) -> str:
    """Write the entry that a cluster proposes into its file of the registry. Returns what was done.

    Raises:
        DecisionError: No entry can be made of it, or nobody says why.
        ConfigError: The registry would not be right with it; nothing was written.
    """
    if not why.strip():
        raise DecisionError("say why the difference is intended")
    try:
        filed = file_cluster(found, verdict, load_live_config(config))
    except TriageError as error:
        raise DecisionError(str(error)) from error
    if filed.file is None:
        raise DecisionError("a fault of the new side is mended there; nothing of the registry changes")
    file = config / "deviations" / Path(filed.file).name
    write_entries(with_why(filed.text, why), file, config)
    return f"wrote {file}; the lint finds nothing wrong; {filed.tried}"


async def decide(
    log: str, config: Path, new: str | None, name: str, decision: str, fields: Mapping[str, str]
) -> str:
    """Decide about one cluster as its page asks. Returns what came of it, in one sentence.

    Args:
        new: The new side, to be asked again by a recheck; None to compare what was kept.
        fields: What the page's form holds: ``reason``, ``expires``, ``by``, ``why``, ``as``.

    Raises:
        BadInput: It cannot be done; nothing has changed.
    """
    by = fields.get("by", "").strip() or "somebody at the dashboard"
    done = ""
    if decision == "accept":
        reason = fields.get("reason", "")
        if not reason.strip():
            raise DecisionError("say why the difference may stay")
        last = last_day(fields.get("expires", ""), "the last day")
        await put_clusters(log, [name], Standing(ClusterState.ACCEPTED, utc_now(), reason, by, last))
    elif decision == "withdraw":
        await put_clusters(log, [name], Standing(since=utc_now(), by=by))
    elif decision == "document":
        wanted = fields.get("as") or TriageVerdict.DOCUMENTED.value
        if wanted not in TriageVerdict.__members__.values():
            raise DecisionError(f"as is {', '.join(TriageVerdict)}, not {wanted!r}")
        done = document_cluster(await _shown(log, name), TriageVerdict(wanted), fields.get("why", ""), config)
        await bring_up_to_date(log, config)
    else:
        done = await _rechecked(log, config, new, (await _shown(log, name)).cluster.id)
    cluster = (await _shown(log, name)).cluster
    return f"{done}{'; ' if done else ''}the cluster is {cluster.standing.told}"


async def _shown(log: str, name: str) -> Shown:
    async with reading(log) as connection:
        return await read_cluster(connection, name)


async def _rechecked(log: str, config: Path, new: str | None, cluster: str) -> str:
    in_force, rules = load_live_config(config), rules_digest(config)
    if new is None:
        found = await recheck_clusters(log, Recheck(in_force, rules), [cluster])
    else:
        async with Upstream(new) as side:
            found = await recheck_clusters(log, Recheck(in_force, rules, side), [cluster])
    await bring_up_to_date(log, config)
    return f"compared again: {found[0].remark}"
