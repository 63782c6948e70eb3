"""Which rank a user has reached."""

from datetime import date

import pytest

from backend.badges.progress import partner_rank, reach_rank, reached, streak_rank
from backend.database.connections import Database

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(("days", "rank"), [(6, 0), (7, 1), (29, 1), (30, 2), (365, 3)])
def test_streaks(days: int, rank: int) -> None:
    """A week, 30 days, a year."""
    assert streak_rank([0.5, *([1.0] * days)]) == rank


def test_a_day_off_ends_the_streak() -> None:
    """Only the last days in a row count."""
    assert streak_rank([1.0] * 30 + [0.5]) == 0


@pytest.mark.parametrize(
    ("best", "rank"),
    [
        ({}, 0),
        ({"d": 10}, 0),
        ({"d": 11}, 1),
        ({"d": 101, "f": 101, "t": 101}, 2),
        ({"d": 101, "f": 101, "t": 101, "r": 101}, 3),
    ],
)
def test_reaches(best: dict[str, int], rank: int) -> None:
    """More than 10, more than 100, more than 100 everywhere."""
    assert reach_rank(best) == rank


@pytest.mark.parametrize(("partners", "rank"), [(0, 0), (1, 1), (9, 1), (10, 2)])
def test_partners(partners: int, rank: int) -> None:
    """One, ten."""
    assert partner_rank(partners) == rank


@pytest.mark.parametrize(
    ("user", "badge", "rank"), [(2, 0, 0), (2, 1, 0), (16, 2, 1), (1, 2, 1), (402, 0, 0)]
)
async def test_what_php_found(database: Database, user: int, badge: int, rank: int) -> None:
    """The ranks of the recorded checks (recordings, misc.badges)."""
    async with database.read() as connection:
        assert await reached(connection, user, badge, TODAY) == rank
