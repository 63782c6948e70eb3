"""Documents of badges."""

from backend.badges import shapes
from backend.badges.catalogue import BADGES, TOP_RANK


def test_a_badge_tells_this_rank_and_the_next() -> None:
    """Above the highest there is none."""
    badge = shapes.badge(BADGES[2], 2)
    assert (badge["description_current"], badge["description_next"]) == (BADGES[2].ranks[1], TOP_RANK)


def test_a_listed_badge_has_its_number() -> None:
    """Besides what the badge alone shows."""
    assert shapes.badges([BADGES[1]], {}) == [{"id": 1, **shapes.badge(BADGES[1], 0)}]
