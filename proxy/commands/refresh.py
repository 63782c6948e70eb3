"""Before a command says where clusters stand: compare them again, where the rules have changed since."""

import asyncio
from pathlib import Path

from config.errors import ConfigError
from proxy.commands.output import say, waiting
from proxy.log.schema import LogAway
from proxy.triage.recheck import bring_up_to_date, counted


def refresh(url: str, config: Path) -> None:
    """Bring the states of the clusters of a log up to date; what hinders that is told, and they stay as they were.

    Args:
        url: The diff log.

    Raises:
        LogError: There is no diff log.
    """
    with waiting() as progress:
        bar = progress.add_task("comparing again", total=None)
        try:
            found = asyncio.run(
                bring_up_to_date(
                    url,
                    config,
                    progress=lambda done, total: progress.update(bar, completed=done, total=total),
                )
            )
        except (ConfigError, LogAway) as error:
            say(f"parity: the states of clusters are those of before: {error}", error=True)
            return
    if any(one.changed for one in found):
        say(f"parity: the rules have changed: {counted(found)}", error=True)
