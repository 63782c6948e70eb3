"""What was found goes back to the process that serves in batches, so that it is not woken for each."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from proxy.exchange.exchange import Exchange
from proxy.exchange.judgement import Judgement
from proxy.log.smallest import SmallestSamples
from proxy.runtime.channel import frame
from proxy.runtime.telemetry import Telemetry
from proxy.shadow.messages import JudgedNumber, ShadowReport

_LOGGER = logging.getLogger(__name__)
_EVERY: Final = 0.1


class Outbox:
    """Collects judgements and tells them now and then: the counters, as the shadow sees them. ``writer``: the channel.
    ``telemetry``: what is counted beside them.
    """

    def __init__(self, writer: asyncio.StreamWriter, telemetry: Telemetry) -> None:
        self._writer = writer
        self._telemetry = telemetry
        self._judged: list[tuple[str, JudgedNumber]] = []
        self._told: Counter[str] = Counter()
        self._samples = SmallestSamples()
        self._timer: asyncio.TimerHandle | None = None
        self.open_breakers: Callable[[], list[str]] = list
        self.failing: Callable[[], dict[str, float]] = dict

    def add(self, exchange: Exchange) -> None:
        """Tell what came of an exchange."""
        judgement = exchange.judgement
        assert judgement is not None
        sample = self._samples.of(judgement)
        if judgement.evidence is not None:
            judgement = replace(judgement, evidence=None)
        self._judged.append((exchange.name, (exchange.number, judgement, sample)))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_EVERY, self.flush)

    def flush(self, using: Path | None = None) -> None:
        """Tell everything now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._writer.is_closing():
            # The proxy is gone: there is nobody to tell.
            return
        now = Counter({"reasked": self._telemetry.reasked, "comparers": self._telemetry.comparers})
        now.update({f"breaker {side}": n for side, n in self._telemetry.breaker_opened.items()})
        now.update({f"recorded {what}": n for what, n in self._telemetry.recorded.items()})
        now.update({f"shed {reason}": n for reason, n in self._telemetry.shed.items()})
        now.update({f"task {name}": n for name, n in self._telemetry.task_failures.items()})
        judged, self._judged = self._judged, []
        durations, self._telemetry.durations = self._telemetry.durations, {}
        found = ShadowReport(
            [found for _, found in judged],
            dict(now - self._told),
            self.open_breakers(),
            using,
            self.failing(),
            durations,
        )
        try:
            message = frame(found)
        except Exception:
            _LOGGER.exception("verdicts cannot be told as they are")
            self._telemetry.task_failures["verdicts"] += 1
            message = frame(replace(found, judged=[_tellable(*one) for one in judged]))
        self._writer.write(message)
        self._told = now


def _tellable(name: str, found: JudgedNumber) -> JudgedNumber:
    """What was found as it is, or without what keeps it from being told. ``name``: how signatures call the route."""
    try:
        frame(found)
    except Exception:
        number, told, _ = found
        comparison = replace(told.comparison, differences=())
        return number, Judgement(comparison, f"{name} {comparison.verdict}", seconds=told.seconds), None
    return found
