"""PHP's documents of badges (legacy notes, flow 8)."""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.badges import shapes
from backend.badges.catalogue import Badge
from backend.legacy.tree import Element, element


def badge(kind: Badge, rank: int) -> Element:
    """A badge of a user."""
    return element("badge", _described(kind, rank))


def no_badge(rank: int) -> Element:
    """A badge that there is not: it has a rank all the same."""
    names = ("name", "rank", "description_current", "description_next", "image")
    return element("badge", (element(name, rank if name == "rank" else None) for name in names))


def badges(kinds: Iterable[Badge], ranks: Mapping[int, int]) -> Element:
    """Badges of a user."""
    return element(
        "badges",
        (element("badge", element("id", kind.id), _described(kind, ranks.get(kind.id, 0))) for kind in kinds),
    )


def _described(kind: Badge, rank: int) -> Iterable[Element]:
    shown: Mapping[str, Any] = shapes.badge(kind, rank)
    return (element(name, value) for name, value in shown.items())


def check(rank: int) -> Element:
    """The rank that a check found."""
    return element("simplepair", element("key", "rank"), element("value", rank))
