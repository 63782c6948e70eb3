"""Whose scores may be seen (legacy notes, flow 9)."""

from typing import TypeVar

from backend.gamification import queries
from backend.input.parameters import Parameters
from backend.operations import Call
from backend.problems import ProblemCase

P = TypeVar("P", bound=Parameters)

UNKNOWN_USER = ProblemCase("user-not-found", "901")
HIDDEN = ProblemCase("gamification-hidden", "902")

SHOWN = "show"


async def may_see_scores(call: Call[P], user_id: int) -> None:
    """Let the caller see the scores of a user, or not; one round trip, none for one's own.

    Args:
        call: The call.
        user_id: Whose scores.

    Raises:
        Problem: 404 for an unknown user, 403 for one who hides scores, from administrators too.
    """
    if user_id == call.user.id:
        return
    visibility = await queries.visibility(call.connection, user_id)
    if visibility is None:
        raise UNKNOWN_USER.because(f"No user with id {user_id} found.")
    if visibility != SHOWN:
        raise HIDDEN.because(f"User {user_id} does not show scores to others.")
