"""PHP's documents of badges."""

from backend.badges import legacy
from backend.badges.catalogue import BADGES
from backend.legacy.tree import to_json


def test_a_badge_has_two_ranks() -> None:
    """The one there is, and the next one."""
    assert to_json(legacy.badge(BADGES[2], 2)) == (
        b'{"badge":{"name":"Team Player","rank":"2","description_current":"Reuse a dataset, flow or task from 10 '
        b'people who have reused a dataset, flow or task from you","description_next":"There is no higher rank for '
        b'this badge.","image":"img\\/team_player_2.svg"}}'
    )


def test_a_badge_that_there_is_not_is_empty() -> None:
    """All but its rank."""
    assert to_json(legacy.no_badge(0)) == (
        b'{"badge":{"name":[],"rank":"0","description_current":[],"description_next":[],"image":[]}}'
    )


def test_badges_of_a_user() -> None:
    """Without a rank it is 0."""
    made = to_json(legacy.badges(BADGES, {1: 2}))
    assert [made.count(b'"rank":"%d"' % rank) for rank in (0, 2)] == [2, 1]
    assert made.startswith(b'{"badges":{"badge":[{"id":"0","name":')


def test_the_rank_of_a_check() -> None:
    """A pair."""
    assert to_json(legacy.check(1)) == b'{"simplepair":{"key":"rank","value":"1"}}'
