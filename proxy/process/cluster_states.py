"""Keeps the states of clusters up to date while a proxy runs, and tells of those that are new or have regressed.

Every proxy has one, on its admin side; a lease in the diff log says whose turn it is.
"""

import asyncio
import logging
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from config import text
from config.errors import ConfigError
from config.reports import load_report_settings
from proxy.log.clusters import StoredCluster, read_named
from proxy.log.states import ClusterState, count_states, note_told, settle_states, untold
from proxy.log.tables import rechecks
from proxy.log.writer import open_log, utc_now
from proxy.outbound.observe import observe
from proxy.outbound.upstream import Upstream
from proxy.rollout.gate_log import take_lease
from proxy.rollout.live_config import rules_digest
from proxy.runtime import child

_LOGGER = logging.getLogger(__name__)
EVERY: Final = 10.0
"""Seconds between two looks."""
_MOST: Final = 50
_LEASE: Final = "clusters"
_PATIENCE: Final = 20.0


class WebhookError(Exception):
    """Who was to be told did not take it."""


class StateKeeper:
    """One keeper of states.

    Args:
        engine: The diff log.
        clusters: How many clusters are in each state; written here.
        changes: How many were told as ``new`` and ``regressed``; counted here.
        now: Tells the time.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        config: Path,
        clusters: Counter[str],
        changes: Counter[str],
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self._config = config
        self._clusters = clusters
        self._changes = changes
        self._now = now
        self._name = uuid.uuid4().hex
        self._refused = ""

    async def look(self) -> None:
        """Look once.

        Raises:
            ConfigError: The configuration is wrong just now.
            SQLAlchemyError: The log cannot be read or written.
            OSError: Comparing again could not be started.
            WebhookError: Nobody could be told; that is tried again.
        """
        settings = load_report_settings(self._config).clusters
        now = self._now()
        async with self._engine.begin() as connection:
            mine = await take_lease(connection, self._name, now, 3 * EVERY, _LEASE)
        if mine:
            await self._recheck()
            # In a thread: ten thousand clusters take their time, in which clients are served.
            await asyncio.to_thread(asyncio.run, self._settle(settings.fixed_after, now))
            await self._tell(settings.webhook)
        async with self._engine.connect() as connection:
            counted = await count_states(connection, now.date())
        self._clusters.update({str(state): count - self._clusters[state] for state, count in counted.items()})

    async def _recheck(self) -> None:
        """Compare all clusters again where the rules have changed, in a process beside this one, which serves."""
        rules = await asyncio.to_thread(rules_digest, self._config)
        async with self._engine.connect() as connection:
            known = await connection.scalar(select(rechecks.c.config))
        if rules in (known, self._refused):
            return
        process = await asyncio.create_subprocess_exec(
            *child.command("proxy.process.rechecking", nice=5),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env=child.environment(),
        )
        url = self._engine.url.render_as_string(hide_password=False)
        try:
            await process.communicate(text.json_bytes([url, str(self._config.resolve())]))
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            # They will not do the next time, either; what is wrong stands in the log.
            self._refused = rules
            raise OSError(f"comparing clusters again ended with status {process.returncode}")

    async def _settle(self, fixed_after: int, now: datetime) -> None:
        engine = open_log(self._engine.url.render_as_string(hide_password=False))
        try:
            async with engine.begin() as connection:
                await settle_states(connection, now, fixed_after)
        finally:
            await engine.dispose()

    async def _tell(self, webhook: str) -> None:
        async with self._engine.begin() as connection:
            states = await untold(connection)
            if not states:
                return
            first = await read_named(connection, list(states)[:_MOST])
            if webhook:
                await _post(webhook, states, list(first.values()))
            await note_told(connection, list(states))
        for state in states.values():
            self._changes[_word(state)] += 1


async def keep_states(log: str, config: Path, clusters: Counter[str], changes: Counter[str]) -> None:
    """Look again and again, until cancelled; what goes wrong is told and tried again.

    Args:
        log: SQLAlchemy URL of the diff log.
        clusters: How many clusters are in each state.
        changes: How many were told as new and as regressed.
    """
    engine = open_log(log)
    keeper, told = StateKeeper(engine, config, clusters, changes), ""
    try:
        while True:
            try:
                await keeper.look()
                problem = ""
            except (ConfigError, SQLAlchemyError, OSError, WebhookError) as error:
                problem = str(error)
            if problem and problem != told:
                _LOGGER.error("the states of clusters are those of before: %s", problem)
            told = problem
            await asyncio.sleep(EVERY)
    finally:
        await engine.dispose()


def _word(state: ClusterState) -> str:
    return "regressed" if state is ClusterState.REGRESSED else "new"


async def _post(url: str, states: dict[str, ClusterState], first: list[StoredCluster]) -> None:
    """Tell a webhook.

    Raises:
        WebhookError: It did not take it.
    """
    counts = Counter(map(_word, states.values()))
    told = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    lines = [f"{_word(states[one.id])} {one.short} {one.signature}" for one in first]
    document = {
        # What chat systems show.
        "text": "\n".join([f"parity: {told} clusters of differences", *lines]),
        "counts": counts,
        "clusters": [{**one.document(), "change": _word(states[one.id])} for one in first],
    }
    address = httpx.URL(url)
    base = str(address.copy_with(raw_path=b"/"))
    async with Upstream(base, connections=1) as side:
        answer = await observe(
            side,
            "POST",
            address.raw_path,
            (("Content-Type", "application/json"),),
            text.json_bytes(document),
            deadline=_PATIENCE,
            body_cap=65_536,
        )
    if not 200 <= (answer.status or 0) < 300:
        raise WebhookError(f"[clusters] webhook was not told: {answer.error or answer.status}")
