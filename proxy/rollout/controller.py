"""The automatic gate at work: looks again and again, decides, and moves routes in config/rollout.toml.

Every proxy has one, on its admin side. A lease in the diff log says whose turn it is to decide; all of them carry out
what was decided, each in the configuration directory of its own machine.
"""

import asyncio
import logging
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from config.errors import ConfigError
from config.reports import Gate, ReportSettings, load_report_settings
from config.rollout import Dialect, Placement, Rollout, Stage, load_rollout
from config.routes import RouteMap, load_routes
from proxy.exchange.decision import AskedRoute
from proxy.log.clusters import open_clusters
from proxy.log.writer import open_log, utc_now
from proxy.rollout.coverage import Fact, coverage, known_of_routes
from proxy.rollout.edit import held_because, with_step, write_rollout
from proxy.rollout.gate import GateDecision, Move, RouteEvidence, Situation, decide, step_of
from proxy.rollout.gate_log import (
    Decided,
    last_number,
    read_decisions,
    read_evidence,
    read_seen,
    standing,
    take_lease,
    write_decision,
)

_LOGGER = logging.getLogger(__name__)
_NOTHING = RouteEvidence()
_PAUSE = 5.0
"""Seconds until the next look after one that went wrong."""


class RolloutController:
    """One gate.

    Args:
        engine: The diff log.
        killed: Whether the kill switch is on; the gate then leaves everything as it is.
        now: Tells the time.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        config: Path,
        *,
        killed: Callable[[], bool] = lambda: False,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engine = engine
        self._config = config
        self._killed = killed
        self._now = now
        self._name = uuid.uuid4().hex
        self._looks: deque[tuple[datetime, Mapping[AskedRoute, RouteEvidence]]] = deque()
        self._applied: int | None = None

    async def look(self) -> float:
        """Look once: decide if it is this gate's turn, carry out what was decided. Returns seconds until the next
        look.

        Raises:
            ConfigError: The configuration is wrong just now.
            SQLAlchemyError: The log cannot be read or written.
            OSError: rollout.toml cannot be written.
        """
        settings = load_report_settings(self._config)
        gate = settings.gate
        if not gate.enabled or self._killed():
            self._looks.clear()
            return gate.interval
        routes = load_routes(self._config)
        rollout = load_rollout(self._config, routes)
        if rollout.kill_switch:
            return gate.interval
        now = self._now()
        async with self._engine.begin() as connection:
            if self._applied is None:
                self._applied = await last_number(connection)
            decides = await take_lease(connection, self._name, now, max(3 * gate.interval, 1))
            evidence = await read_evidence(connection)
            if decides:
                await self._decide(connection, settings, routes, rollout, evidence, now)
            found = await read_decisions(connection, after=self._applied)
        self._remember(now, evidence, gate)
        for decided in reversed(found):
            self._carry_out(decided, routes)
            self._applied = decided.number
        return gate.interval

    async def _decide(
        self,
        connection: AsyncConnection,
        settings: ReportSettings,
        routes: RouteMap,
        rollout: Rollout,
        evidence: Mapping[AskedRoute, RouteEvidence],
        now: datetime,
    ) -> None:
        stands = await standing(connection)
        seen, known = await read_seen(connection), known_of_routes(routes)
        text = (self._config / "rollout.toml").read_text(encoding="utf-8")
        for name, dialect, placement in self._moving(settings.gate, rollout):
            place = name, placement.evidence(dialect)
            counted, here = evidence.get(place, _NOTHING), step_of(placement)
            begun = stands.get((name, dialect))
            if begun is None or str(begun.step) != str(here):
                decision = GateDecision(Move.BEGIN, here, "what is counted from now on decides", {})
            elif held_because(text, name, dialect) is not None:
                continue
            else:
                clusters = await open_clusters(connection, begun.at, place[1])
                situation = Situation(
                    name,
                    placement,
                    begun.at,
                    now,
                    counted.since(begun.baseline),
                    counted.since(self._before_window(place, begun, now, settings.gate)),
                    coverage(known.get(name, frozenset[Fact]()), seen.get(place, set())),
                    clusters.get(name, 0),
                )
                decision = decide(situation, settings.gate, settings.readiness, settings.rollout.canary)
            await write_decision(connection, name, dialect, here, decision, now, counted)

    def _moving(self, gate: Gate, rollout: Rollout) -> list[tuple[str, Dialect, Placement]]:
        """The routes that it may move: somebody has begun with them, and they are not at the end."""
        return [
            (name, dialect, placement)
            for (name, dialect), placement in sorted(rollout.placements.items(), key=lambda item: item[0])
            if dialect in gate.dialects
            and placement.stage not in (Stage.LEGACY, Stage.NEW)
            and any(fnmatchcase(name, pattern) for pattern in gate.routes)
        ]

    def _before_window(self, place: AskedRoute, begun: Decided, now: datetime, gate: Gate) -> RouteEvidence:
        """What had been counted when the window began, or when the route came where it stands, if that was later."""
        start = now - timedelta(seconds=gate.window)
        if begun.at >= start:
            return begun.baseline
        earlier = [counted for at, counted in self._looks if at <= start]
        if earlier:
            return earlier[-1].get(place, _NOTHING)
        # This gate has not looked for so long yet.
        return self._looks[0][1].get(place, _NOTHING) if self._looks else begun.baseline

    def _remember(self, now: datetime, evidence: Mapping[AskedRoute, RouteEvidence], gate: Gate) -> None:
        self._looks.append((now, evidence))
        start = now - timedelta(seconds=gate.window)
        while len(self._looks) > 1 and self._looks[1][0] <= start:
            self._looks.popleft()

    def _carry_out(self, decided: Decided, routes: RouteMap) -> None:
        """Move a route in this machine's rollout.toml, unless it stands elsewhere already."""
        if decided.kind not in (Move.PROMOTE, Move.RETURN):
            return
        text = (self._config / "rollout.toml").read_text(encoding="utf-8")
        placement = load_rollout(self._config, routes).placements.get((decided.route, decided.dialect))
        if placement is None or str(step_of(placement)) != decided.was:
            return
        held = None
        if decided.kind is Move.RETURN:
            held = f"returned by the gate at {decided.at:%Y-%m-%d %H:%M:%S} UTC: {decided.reason}"
        changed = with_step(text, decided.route, decided.dialect, decided.step, held=held)
        write_rollout(self._config, changed, routes)
        _LOGGER.warning(
            "the gate moves %s (%s) from %s to %s: %s",
            decided.route,
            decided.dialect,
            decided.was,
            decided.step,
            decided.reason,
        )


async def keep_gate(log: str, config: Path, killed: Callable[[], bool]) -> None:
    """Look again and again, until cancelled; what goes wrong is told and tried again. ``log``: SQLAlchemy URL of the
    diff log. ``killed``: whether the kill switch is on.
    """
    engine = open_log(log)
    keeper, told = RolloutController(engine, config, killed=killed), ""
    try:
        while True:
            try:
                pause, problem = await keeper.look(), ""
            except (ConfigError, SQLAlchemyError, OSError) as error:
                pause, problem = _PAUSE, str(error)
            if problem and problem != told:
                _LOGGER.error("the gate leaves all routes where they are: %s", problem)
            told = problem
            await asyncio.sleep(pause)
    finally:
        await engine.dispose()
