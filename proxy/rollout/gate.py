"""The automatic gate: should a route take its next step, stay, or go back? Numbers in, a decision out."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from config.reports import Gate, ReadinessSettings
from config.rollout import SERVED_BY_NEW, Placement, Stage
from diffing.model import Outcome
from diffing.parity import Parity, parity
from proxy.compare.tally import Counts
from proxy.rollout.coverage import Coverage
from proxy.rollout.edit import StageShare, next_step
from proxy.rollout.readiness import paired_latency, readiness

_ORDER = list(Stage)
_BROKEN = (Outcome.MISMATCH, Outcome.NEW_ERROR, Outcome.TIMEOUT)
"""What speaks against serving by the new side. That legacy failed does not: its clients would only be worse off."""


class Move(StrEnum):
    """What the gate decides."""

    BEGIN = "begin"
    """It has found a route at a step: from here on it collects evidence."""
    PROMOTE = "promote"
    """The route takes its next step."""
    HOLD = "hold"
    """The route stays."""
    RETURN = "return"
    """The route goes back to legacy, and stays there until somebody promotes it."""


@dataclass(frozen=True, slots=True)
class RouteEvidence:
    """What the diff log has counted for a route. ``verdicts``: exchanges by verdict. ``ratios``: exchanges by ratio of
    both sides' times, in buckets (proxy.runtime.histogram).
    """

    verdicts: Mapping[str, int] = field(default_factory=dict)
    ratios: Mapping[int, int] = field(default_factory=dict)

    def since(self, before: "RouteEvidence") -> "RouteEvidence":
        """What came after an earlier look; hours that the log has forgotten meanwhile count as nothing."""
        return RouteEvidence(
            Counter(dict(self.verdicts)) - Counter(dict(before.verdicts)),
            Counter(dict(self.ratios)) - Counter(dict(before.ratios)),
        )

    @property
    def parity(self) -> Parity:
        """Of the exchanges."""
        return parity(self.verdicts)

    @property
    def failed(self) -> int:
        """Exchanges in which the new side answered something else, or nothing, while legacy answered."""
        return sum(self.verdicts.get(verdict, 0) for verdict in _BROKEN)

    def numbers(self) -> dict[str, Any]:
        """What a decision is made of, as JSON."""
        latency = paired_latency(self.ratios)
        return {
            "matched": self.parity.good,
            "failed": self.failed,
            "parity": self.parity.share,
            "verdicts": dict(sorted(self.verdicts.items())),
            "latency_ratio": None
            if latency is None
            else {"median": latency.median, "low": latency.low, "high": latency.high},
        }


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a route stands, and what is known of it.

    Args:
        placement: Its stage.
        begun: When it came there.
        step: What was counted since it came there.
        window: What was counted of late.
        coverage: What of it was compared.
        clusters: Open clusters since it came there.
    """

    route: str
    placement: Placement
    begun: datetime
    now: datetime
    step: RouteEvidence
    window: RouteEvidence
    coverage: Coverage
    clusters: int


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What becomes of a route.

    Args:
        step: Where it stands then.
        reason: Why, as a sentence.
        numbers: What it was decided by.
    """

    kind: Move
    step: StageShare
    reason: str
    numbers: Mapping[str, Any]


def decide(
    found: Situation, gate: Gate, thresholds: ReadinessSettings, canary: tuple[float, ...]
) -> GateDecision:
    """Decide about one route.

    Args:
        found: Where it stands.
        gate: When routes move, and when they return.
        thresholds: What readiness wants; every step needs it of the exchanges since the step before.
        canary: Percentages of the canary's steps.
    """
    here = step_of(found.placement)
    numbers = {"step": found.step.numbers(), "window": found.window.numbers()}
    broken = _broken(found, gate)
    if broken:
        return GateDecision(Move.RETURN, StageShare(Stage.LEGACY), broken, numbers)
    following = next_step(found.placement, canary)
    if following is None or _ORDER.index(following.stage) > _ORDER.index(gate.until):
        return GateDecision(Move.HOLD, here, f"{here} is the last step of the gate", numbers)
    ready = readiness(
        found.route,
        Counts(Counter(dict(found.step.verdicts))),
        found.coverage,
        paired_latency(found.step.ratios),
        found.clusters,
        thresholds,
    )
    reasons = list(ready.reasons)
    until = found.begun + timedelta(seconds=gate.hold)
    if found.now < until:
        reasons.append(
            f"it stays at each step until {gate.hold:g} s are over ({until:%Y-%m-%d %H:%M:%S} UTC)"
        )
    if reasons:
        return GateDecision(
            Move.HOLD, here, f"not promoted to {following} because {', and '.join(reasons)}", numbers
        )
    reason = f"matched {ready.matched} of {ready.trials} at {here}, mismatches at most {ready.bound:.2%}"
    return GateDecision(Move.PROMOTE, following, reason, numbers)


def step_of(placement: Placement) -> StageShare:
    """Where a placement is on the way."""
    share = placement.percentage if placement.stage is Stage.CANARY else None
    return StageShare(placement.stage, share)


def _broken(found: Situation, gate: Gate) -> str:
    """Why clients of a route must not be served by the new side any more; empty when they may."""
    if found.placement.stage not in SERVED_BY_NEW:
        return ""
    window = found.window
    trials = window.parity.good + window.failed
    if window.failed >= gate.min_failures and window.failed > gate.max_failure_rate * trials:
        return (
            f"{window.failed} of the last {trials} exchanges failed, more than {gate.max_failure_rate:.2%} "
            f"within {gate.window:g} s"
        )
    latency = paired_latency(window.ratios)
    if latency is not None and latency.low > gate.max_latency_ratio:
        return (
            f"the new side takes at least {latency.low:.1f} times as long, more than {gate.max_latency_ratio:g} times "
            f"within {gate.window:g} s"
        )
    return ""
