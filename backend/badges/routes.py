"""Endpoints of badges."""

from typing import Annotated, Any

from backend.access import WRITER_UNLESS_GET
from backend.badges import queries, shapes
from backend.badges.catalogue import BADGES, Badge
from backend.badges.progress import reached
from backend.gamification.access import HIDDEN, UNKNOWN_USER, may_see_scores
from backend.input.parameters import Parameters, PathId
from backend.operations import Call, Document, Operation, operation
from backend.problems import ProblemCase
from backend.writing_reads import keeps

UNKNOWN = ProblemCase("badge-not-found", "950")

NOBODY = 0
"""An unknown user is no error and has rank 0 everywhere; so has the path without a user."""


class UserPath(Parameters):
    """A user by id."""

    user_id: Annotated[int, PathId()] = NOBODY


class BadgePath(UserPath):
    """A badge of a user."""

    badge_id: Annotated[int | None, PathId()] = None


@operation("badge.get", parameters=BadgePath, answer=shapes.OwnBadge, problems=(UNKNOWN,))
async def get(call: Call[BadgePath]) -> Document:
    """One badge of a user, with the rank that was awarded.

    One round trip to the database (two with a key).
    """
    asked = call.parameters
    kind = _badge(asked)
    ranks = await queries.ranks(call.connection, asked.user_id)
    return shapes.badge(kind, ranks.get(kind.id, 0))


@operation("badge.list", parameters=UserPath, answer=list[shapes.ListedBadge])
async def every_badge(call: Call[UserPath]) -> Document:
    """All badges of a user, with the ranks that were awarded.

    One round trip to the database (two with a key).
    """
    ranks = await queries.ranks(call.connection, call.parameters.user_id)
    return [shapes.listed(badge, ranks.get(badge.id, 0)) for badge in BADGES]


@operation(
    "badge.check",
    access=WRITER_UNLESS_GET,
    parameters=BadgePath,
    answer=shapes.Check,
    problems=(UNKNOWN, UNKNOWN_USER, HIDDEN),
)
async def check(call: Call[BadgePath]) -> Document:
    """The rank that a user has reached by now; it is stored when it is higher than the one awarded before.

    At most four round trips to the database (five with a key): the user's setting, what the rank is for, the rank
    that is stored, the new one.
    """
    asked = call.parameters
    kind = _badge(asked)
    await may_see_scores(call, asked.user_id)
    rank = await reached(call.connection, asked.user_id, kind.id, call.now().date())
    if keeps(call):
        await queries.award(call.connection, asked.user_id, kind.id, rank, call.now())
    return shapes.check(rank)


def _badge(asked: BadgePath) -> Badge:
    kind = next((badge for badge in BADGES if badge.id == asked.badge_id), None)
    if kind is None:
        raise UNKNOWN.because(f"There is no badge {'' if asked.badge_id is None else asked.badge_id}.")
    return kind


operations: tuple[Operation[Any], ...] = (get, every_badge, check)
