"""Documents of scores (legacy notes, flow 9): one part, or one per day."""

from collections.abc import Iterator
from typing import Literal

from typing_extensions import TypedDict

from backend.gamification.queries import Counts
from backend.gamification.windows import Window


class Activity(TypedDict):
    """What a user did: uploads count 1, likes and downloads one half."""

    activity: float
    uploads: int
    likes: int
    downloads: int
    date: str


class Reach(TypedDict):
    """What an item received."""

    reach: int
    likes: int
    downloads: int
    date: str


class Impact(TypedDict):
    """What others made of it: reuse counts 1, what that received one half, rounded down."""

    impact: int
    reuse: int
    reuse_reach: int
    recursive_impact: Literal[0]
    date: str


def activity(counts: Counts, window: Window) -> list[Activity]:
    """The activity of a user. ``counts``: of ``queries.activity``."""
    return [
        {
            "activity": uploads + (likes + downloads) / 2,
            "uploads": uploads,
            "likes": likes,
            "downloads": downloads,
            "date": label,
        }
        for label, (uploads, likes, downloads) in _parts(counts, window, "uploads", "likes", "downloads")
    ]


def reach(counts: Counts, window: Window) -> list[Reach]:
    """The reach of an item. ``counts``: of ``queries.reach``."""
    return [
        {"reach": likes + downloads, "likes": likes, "downloads": downloads, "date": label}
        for label, (likes, downloads) in _parts(counts, window, "likes", "downloads")
    ]


def impact(counts: Counts, window: Window) -> list[Impact]:
    """The impact of an item or a user; its recursive part is always 0. ``counts``: of ``queries.reuse_of_user`` or
    ``queries.reuse_of_item``.
    """
    return [
        {
            "impact": reuse + received // 2,
            "reuse": reuse,
            "reuse_reach": received,
            "recursive_impact": 0,
            "date": label,
        }
        for label, (reuse, received) in _parts(counts, window, "reuse", "reach")
    ]


def _parts(counts: Counts, window: Window, *kinds: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    if not window.per_day:
        yield window.label, tuple(counts.get((kind, None), 0) for kind in kinds)
        return
    for day in window.days():
        yield f"{day:%A} {day.isoformat()}", tuple(counts.get((kind, day.isoformat()), 0) for kind in kinds)
