"""Recorded scenarios for tests that take few of them."""

from __future__ import annotations

from collections.abc import Iterable

from proxy.recordings.scenarios import Scenario


def usual_first(plays: Iterable[Scenario]) -> list[Scenario]:
    """Scenarios of usual clients before those with generated requests, of which many are odd."""
    return sorted(plays, key=lambda play: play.name.startswith("live."))
