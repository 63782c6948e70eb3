"""Documents of scores."""

from datetime import date

from backend.gamification import shapes
from backend.gamification.queries import Counts
from backend.gamification.windows import Window

WHOLE = Window("2019", date(2019, 1, 1))


def test_likes_and_downloads_count_one_half() -> None:
    """So an activity can have a fraction, and is always a float."""
    counts: Counts = {("uploads", None): 2, ("likes", None): 1, ("downloads", None): 2}
    assert shapes.activity(counts, WHOLE) == [
        {"activity": 3.5, "uploads": 2, "likes": 1, "downloads": 2, "date": "2019"}
    ]


def test_impact_is_rounded_down() -> None:
    """149 runs and a reach of 3 are 150."""
    counts: Counts = {("reuse", None): 149, ("reach", None): 3}
    assert shapes.impact(counts, WHOLE)[0]["impact"] == 150


def test_every_day_has_its_part() -> None:
    """Also one on which nothing happened."""
    window = Window("", date(2019, 1, 1), date(2019, 1, 3), per_day=True)
    parts = shapes.reach({("likes", "2019-01-02"): 1}, window)
    assert [(part["date"], part["reach"]) for part in parts] == [
        ("Tuesday 2019-01-01", 0),
        ("Wednesday 2019-01-02", 1),
    ]
