"""Endpoints of badges: the reads."""

from typing import Annotated, Any

from backend.badges import queries, shapes
from backend.badges.catalogue import BADGES
from backend.operations import Call, Document, Operation, operation
from backend.parameters import Parameters, PathId
from backend.problems import ProblemCase

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
    kind = next((badge for badge in BADGES if badge.id == asked.badge_id), None)
    if kind is None:
        raise UNKNOWN.because(f"There is no badge {'' if asked.badge_id is None else asked.badge_id}.")
    ranks = await queries.ranks(call.connection, asked.user_id)
    return shapes.badge(kind, ranks.get(kind.id, 0))


@operation("badge.list", parameters=UserPath, answer=list[shapes.ListedBadge])
async def every_badge(call: Call[UserPath]) -> Document:
    """All badges of a user, with the ranks that were awarded.

    One round trip to the database (two with a key).
    """
    ranks = await queries.ranks(call.connection, call.parameters.user_id)
    return [shapes.listed(badge, ranks.get(badge.id, 0)) for badge in BADGES]


operations: tuple[Operation[Any], ...] = (get, every_badge)
