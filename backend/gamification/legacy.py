"""PHP's documents of scores (legacy notes, flow 9): the parts of the new API, as text."""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.gamification import shapes
from backend.gamification.queries import Counts
from backend.gamification.windows import Window
from backend.legacy.tree import Element, alike, element


def activity(counts: Counts, window: Window) -> Element:
    """The activity of a user."""
    return _progress("activity", shapes.activity(counts, window))


def reach(counts: Counts, window: Window) -> Element:
    """The reach of an item."""
    return _progress("reach", shapes.reach(counts, window))


def impact(counts: Counts, window: Window) -> Element:
    """The impact of an item or a user."""
    return _progress("impact", shapes.impact(counts, window))


def _progress(score: str, parts: Iterable[Mapping[str, Any]]) -> Element:
    found = list(parts)
    names = tuple(found[0]) if found else ()
    return element(
        f"{score}-progress", alike("progresspart", names, [tuple(part.values()) for part in found])
    )
