"""Whose scores may be seen (legacy notes, flow 9)."""

from collections.abc import Sequence
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.access import User
from backend.gamification import queries
from backend.gamification.windows import BEGINNING, read_window
from backend.input.parameters import Parameters
from backend.input.pasted_ids import PastedId
from backend.operations import Call
from backend.problems import ProblemCase

P = TypeVar("P", bound=Parameters)

UNKNOWN_USER = ProblemCase("user-not-found", "901")
HIDDEN = ProblemCase("gamification-hidden", "902")

SHOWN = "show"
USER = "u"
_SHORTEST: Final = 4
"""Segments of the shortest path of a score."""


async def may_see_scores(call: Call[P], user_id: int) -> None:
    """Let the caller see the scores of a user, or not. Raises Problem: 404 for an unknown user, 403 for one who hides
    scores, from administrators too.
    """
    await _may_see(call.connection, call.user, user_id)


async def before_unknown_score(connection: AsyncConnection, user: User, segments: Sequence[str]) -> None:
    """What PHP checks of a path of scores before it calls the score. ``connection``: to the database. ``segments``: of
    the path: gamification, the score, a type, an id, a window. Raises Problem: as of ``may_see_scores``.
    """
    if len(segments) < _SHORTEST or segments[2] != USER:
        return
    if read_window(segments[_SHORTEST:], BEGINNING) is not None:
        await _may_see(connection, user, int(PastedId().from_php(segments[3])))


async def _may_see(connection: AsyncConnection, user: User, user_id: int) -> None:
    if user_id == user.id:
        return
    visibility = await queries.visibility(connection, user_id)
    if visibility is None:
        raise UNKNOWN_USER.because(f"No user with id {user_id} found.")
    if visibility != SHOWN:
        raise HIDDEN.because(f"User {user_id} does not show scores to others.")
