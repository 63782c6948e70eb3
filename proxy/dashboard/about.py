"""What stands on every page: product, log, configuration and time span."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection

from config.errors import ConfigError
from config.version import told
from proxy.log.reading import legacy_was_played
from proxy.log.tables import runs
from proxy.reporting.tables import RECORDED_TIMES
from proxy.rollout.live_config import digest

_SHORT = 12


@dataclass(frozen=True, slots=True)
class About:
    """What a page is about.

    Args:
        log: The diff log, without a password.
        digest: The beginning of its digest; empty where it cannot be read.
        span: When the first run began and when one wrote last; None for a log that is empty or away.
        played: The legacy side answered from recordings: its times are not PHP's.
    """

    log: str
    config: str
    digest: str = ""
    span: tuple[datetime, datetime] | None = None
    played: bool = False

    @property
    def remark(self) -> str:
        """What is to be said of its times, or nothing."""
        return RECORDED_TIMES if self.played else ""

    @property
    def product(self) -> str:
        """Which program, and which version."""
        return f"OpenML parity {told()}"

    async def of(self, log: AsyncConnection) -> "About":
        """The same with what the log says."""
        return replace(self, span=await span_of(log), played=await legacy_was_played(log))


async def span_of(log: AsyncConnection) -> tuple[datetime, datetime] | None:
    """When the first run began, and when one wrote last; None for an empty log."""
    row = (await log.execute(select(func.min(runs.c.started), func.max(runs.c.seen)))).one()
    return None if row[0] is None else (row[0], row[1])


def about(log: str, config: Path) -> About:
    """What is known without the log.

    Args:
        log: Its URL.
    """
    try:
        shown = make_url(log).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        shown = "(no URL of a log)"
    try:
        found = digest(config)[:_SHORT]
    except ConfigError:
        found = ""
    return About(shown, str(config), found)
