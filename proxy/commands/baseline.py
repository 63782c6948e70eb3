"""``parity baseline``: accept what a check found, for a time and with a reason."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from diffing.cluster import cluster_id
from proxy.checking.check import CheckError
from proxy.commands.output import say, wrote
from proxy.log.writer import utc_now
from proxy.reporting.baseline import Baseline, baseline_text, load_baseline, updated


def baseline_command(
    result: Annotated[Path, typer.Argument(help="What `parity check --json FILE` wrote.", metavar="FILE")],
    reason: Annotated[str, typer.Option(help="Why the differences that are new in it may stay.")],
    expires: Annotated[str, typer.Option(help="The last day on which they may.", metavar="DATE")],
    to: Annotated[
        Path, typer.Option(help="The baseline; what is in it keeps its reason.", metavar="FILE")
    ] = Path("parity-baseline.toml"),
    keep: Annotated[bool, typer.Option("--keep", help="Also keep entries that did not come again.")] = False,
) -> None:
    """Write a baseline: `parity check --baseline FILE` then fails on new differences only."""
    if not reason.strip():
        raise CheckError("--reason must say why the differences may stay")
    try:
        last = date.fromisoformat(expires)
    except ValueError as error:
        raise CheckError(f"--expires wants a date like 2026-12-31, not {expires!r}") from error
    today = utc_now().date()
    if last < today:
        raise CheckError(f"--expires {last} has passed; give a day from {today} on")
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


def _clusters(file: Path) -> dict[str, str]:
    try:
        document: Any = orjson.loads(file.read_bytes())
        signatures = [str(item["signature"]) for item in document["differences"]]
    except OSError as error:
        raise CheckError(f"{file} cannot be read: {error.strerror}") from error
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise CheckError(f"{file} is not what parity check --json writes") from error
    return {cluster_id(signature): signature for signature in signatures}
