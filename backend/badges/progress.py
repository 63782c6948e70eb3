"""Which rank of a badge a user has reached (legacy notes, flow 8)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.badges import queries
from backend.gamification.queries import activity
from backend.gamification.shapes import activity as parts
from backend.gamification.windows import BEGINNING, Window

STREAKS = (6, 29, 364)
"""Days in a row of which more are needed, by rank."""

REACHES = (10, 100)
"""Reaches of which more is needed, by rank; the last one in every category makes one rank more."""

PARTNERS = (1, 10)
"""Numbers of people that are needed, by rank."""

CATEGORIES = "dftr"


async def reached(connection: AsyncConnection, user_id: int, badge_id: int, today: date) -> int:
    """The rank that a user has reached. ``badge_id``: one of the three badges. ``today``: the present day. Returns the
    rank, 0 for none.
    """
    match badge_id:
        case 0:
            window = Window("", today - timedelta(days=STREAKS[-1] + 1), today, per_day=True)
            counts = await activity(connection, user_id, window)
            return streak_rank([part["activity"] for part in parts(counts, window)])
        case 1:
            since = datetime.combine(BEGINNING, time())
            return reach_rank(await queries.best_reaches(connection, user_id, since))
        case _:
            return partner_rank(await queries.mutual_reuses(connection, user_id))


def streak_rank(activities: Sequence[float]) -> int:
    """The rank for activity on days in a row. ``activities``: of the last days, up to yesterday."""
    streak = next((days for days, value in enumerate(reversed(activities)) if value < 1), len(activities))
    return sum(streak > needed for needed in STREAKS)


def reach_rank(best: Mapping[str, int]) -> int:
    """The rank for the reach of uploads. ``best``: the best reach by category."""
    highest = max(best.values(), default=0)
    everywhere = all(best.get(category, 0) > REACHES[-1] for category in CATEGORIES)
    return sum(highest > needed for needed in REACHES) + everywhere


def partner_rank(partners: int) -> int:
    """The rank for mutual reuse. ``partners``: the number of people."""
    return sum(partners >= needed for needed in PARTNERS)
