"""The decisions of the automatic gate."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.reports import Gate, ReadinessSettings
from config.rollout import Placement, Stage
from proxy.rollout.coverage import Coverage
from proxy.rollout.edit import StageShare
from proxy.rollout.gate import GateDecision, Move, RouteEvidence, Situation, decide, step_of
from proxy.runtime.histogram import bucket
from tests.proxy.logs import FIRST

GATE = Gate(enabled=True, hold=60, window=30, max_failure_rate=0.01, min_failures=3, max_latency_ratio=3)
WANTED = ReadinessSettings(min_compared=300)
CANARY = (1.0, 10.0)
GOOD = RouteEvidence({"explained": 299, "match": 1, "skipped:limited": 5})
HERE = Situation(
    "task.get",
    Placement(Stage.CANARY, 1),
    FIRST,
    FIRST + timedelta(seconds=61),
    GOOD,
    GOOD,
    Coverage(frozenset(), frozenset()),
    0,
)


def decided(found: Situation = HERE, gate: Gate = GATE) -> GateDecision:
    """The decision."""
    return decide(found, gate, WANTED, CANARY)


def slow(ratio: float) -> RouteEvidence:
    """The new side takes so many times as long."""
    return RouteEvidence({"match": 300}, {bucket(ratio): 300})


@pytest.mark.parametrize(
    ("placement", "step"),
    [
        (Placement(Stage.SHADOW), StageShare(Stage.CANARY, 1)),
        (Placement(Stage.SHADOW, 50), StageShare(Stage.CANARY, 1)),
        (Placement(Stage.CANARY, 1), StageShare(Stage.CANARY, 10)),
        (Placement(Stage.CANARY, 10), StageShare(Stage.NEW_VERIFIED)),
    ],
)
def test_a_ready_route_takes_one_step(placement: Placement, step: StageShare) -> None:
    """After the least time at the step before, by the exchanges of that step; the numbers are told."""
    found = decided(replace(HERE, placement=placement))
    assert (found.kind, found.step) == (Move.PROMOTE, step)
    assert found.reason == f"matched 300 of 300 at {step_of(placement)}, mismatches at most 0.99%"
    assert found.numbers["step"]["matched"] == 300


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"now": FIRST + timedelta(seconds=59)}, "it stays at each step until 60 s are over"),
        ({"step": RouteEvidence({"match": 299})}, "only 299 of at least 300 exchanges were compared"),
        ({"step": RouteEvidence({"match": 3000, "mismatch": 40})}, "40 of 3040 failed"),
        ({"step": slow(2.5)}, "the new side may take 2."),
        ({"clusters": 1}, "1 clusters are open"),
        ({"coverage": Coverage(frozenset({("parameter", "id")}), frozenset())}, "0 of 1 known facts"),
    ],
)
def test_what_is_not_ready_stays(changed: dict[str, object], why: str) -> None:
    """And the decision says why."""
    found = decided(replace(HERE, **changed))  # type: ignore[arg-type]  # fields of a situation, chosen by the test
    assert (found.kind, found.step) == (Move.HOLD, StageShare(Stage.CANARY, 1))
    assert found.reason.startswith("not promoted to canary 10 % because ")
    assert why in found.reason


@pytest.mark.parametrize("until", [Stage.CANARY, Stage.NEW_VERIFIED])
def test_it_goes_no_further_than_it_may(until: Stage) -> None:
    """However ready a route is; beyond people decide."""
    placement = Placement(Stage.CANARY, 10) if until is Stage.CANARY else Placement(Stage.NEW_VERIFIED)
    found = decided(replace(HERE, placement=placement), replace(GATE, until=until))
    assert (found.kind, found.reason) == (Move.HOLD, f"{step_of(placement)} is the last step of the gate")


@pytest.mark.parametrize(
    ("window", "why"),
    [
        (
            RouteEvidence({"match": 200, "mismatch": 1, "new_error": 1, "timeout": 1}),
            "3 of the last 203 exchanges failed",
        ),
        (RouteEvidence({"new_error": 3}), "3 of the last 3 exchanges failed"),
        (slow(4), "the new side takes at least 4.1 times as long, more than 3 times within 30 s"),
    ],
)
@pytest.mark.parametrize("stage", [Stage.CANARY, Stage.NEW_VERIFIED])
def test_a_route_whose_numbers_break_returns(stage: Stage, window: RouteEvidence, why: str) -> None:
    """At once, whatever its step has shown so far."""
    found = decided(replace(HERE, placement=Placement(stage, 10), now=FIRST, window=window))
    assert (found.kind, found.step) == (Move.RETURN, StageShare(Stage.LEGACY))
    assert why in found.reason


@pytest.mark.parametrize(
    "window",
    [
        RouteEvidence({"match": 2, "mismatch": 2}),
        RouteEvidence({"match": 997, "mismatch": 3}),
        RouteEvidence({"match": 300, "legacy_error": 50, "shed": 50}),
        RouteEvidence({"match": 30, "legacy_error:undocumented": 300, "both_error": 20}),
        slow(2.9),
    ],
)
def test_little_is_no_reason_to_return(window: RouteEvidence) -> None:
    """Few failures, a small share of them, failures of the other side, a little slower."""
    assert decided(replace(HERE, window=window)).kind is not Move.RETURN


def test_a_route_that_legacy_serves_has_nothing_to_return_from() -> None:
    """It is not promoted."""
    bad = RouteEvidence({"mismatch": 50})
    found = decided(replace(HERE, placement=Placement(Stage.SHADOW), step=bad, window=bad))
    assert (found.kind, found.step) == (Move.HOLD, StageShare(Stage.SHADOW))


def test_only_what_came_since_counts() -> None:
    """What the log has forgotten meanwhile counts as nothing."""
    later, earlier = (
        RouteEvidence({"match": 5, "mismatch": 1}, {3: 4}),
        RouteEvidence({"match": 3, "mismatch": 2}, {3: 1}),
    )
    assert later.since(earlier) == RouteEvidence({"match": 2}, {3: 3})
