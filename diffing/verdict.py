"""From differences to a verdict."""

from __future__ import annotations

from dataclasses import replace

from diffing.model import UNDOCUMENTED, Comparison, Demand, Difference, Outcome


def verdict(
    differences: tuple[Difference, ...], deviations: tuple[str, ...], demanded: Demand | None = None
) -> Comparison:
    """A mismatch where something differs; else explained by what explained it, or a match."""
    clean = Outcome.EXPLAINED if deviations else Outcome.MATCH
    outcome = Outcome.MISMATCH if differences else clean
    return Comparison(outcome, differences=differences, deviations=deviations, demand=demanded)


def with_further(found: Comparison, differences: tuple[Difference, ...]) -> Comparison:
    """A comparison of which the new answer has further faults; a verdict that is no better stays. ``found``: what came
    of comparing. ``differences``: the faults; one at a place that differs already is not said twice.
    """
    known = found.outcome in (Outcome.MATCH, Outcome.EXPLAINED, Outcome.MISMATCH) or (
        found.outcome is Outcome.LEGACY_ERROR and found.verdict != UNDOCUMENTED
    )
    if not differences or not known:
        return found
    told = {one.path for one in found.differences}
    further = tuple(one for one in differences if one.path not in told)
    return replace(found, outcome=Outcome.MISMATCH, differences=(*found.differences, *further))
