"""The badges and their ranks."""

from backend.badges.catalogue import BADGES, NO_RANK, TOP_RANK


def test_every_rank_is_described() -> None:
    """From none to one above the highest."""
    team_player = BADGES[2]
    texts = [team_player.described(rank) for rank in range(4)]
    assert texts == [NO_RANK, *team_player.ranks, TOP_RANK]


def test_images_are_named_by_badge_and_rank() -> None:
    """In snake case."""
    assert BADGES[0].image(3) == "img/clockwork_scientist_3.svg"
