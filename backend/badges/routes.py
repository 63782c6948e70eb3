"""Endpoints of badges."""

from collections.abc import Mapping
from typing import Annotated, Any

from backend.access import WRITER_UNLESS_GET
from backend.badges import legacy, queries, shapes
from backend.badges.catalogue import BADGES, Badge
from backend.badges.progress import reached
from backend.gamification.access import HIDDEN, UNKNOWN_USER, may_see_scores
from backend.input.parameters import Parameters, PathId
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.writing_reads import keeps

UNKNOWN = ProblemCase("badge-not-found", "950")


def _nothing(_rank: int) -> Mapping[str, int]:
    """Only PHP shows a badge that there is not."""
    return {}


BADGE = Faces(shapes.badge, legacy.badge)
NO_BADGE = Faces(_nothing, legacy.no_badge)
EVERY_BADGE = Faces(shapes.badges, legacy.badges)
CHECK = Faces(shapes.check, legacy.check)

NOBODY = 0
"""An unknown user is no error and has rank 0 everywhere; so has the path without a user."""


class BadgeHolderPath(Parameters):
    """A user by id."""

    user_id: Annotated[int, PathId()] = NOBODY


class BadgePath(BadgeHolderPath):
    """A badge of a user."""

    badge_id: Annotated[int | None, PathId()] = None


@operation(
    "badge.get", parameters=BadgePath, answer=shapes.OwnBadge, round_trips=2, problems=(UNKNOWN,), faces=BADGE
)
async def get(call: Call[BadgePath]) -> Answer:
    """One badge of a user, with the rank that was awarded."""
    asked = call.parameters
    kind = _known(asked) if call.is_legacy else _badge(asked)
    ranks = await queries.ranks(call.connection, asked.user_id)
    if kind is None:  # PHP shows an empty one
        return NO_BADGE(0 if asked.badge_id is None else ranks.get(asked.badge_id, 0))
    return BADGE(kind, ranks.get(kind.id, 0))


@operation(
    "badge.list",
    parameters=BadgeHolderPath,
    answer=list[shapes.ListedBadge],
    round_trips=2,
    faces=EVERY_BADGE,
)
async def every_badge(call: Call[BadgeHolderPath]) -> Answer:
    """All badges of a user, with the ranks that were awarded."""
    ranks = await queries.ranks(call.connection, call.parameters.user_id)
    return EVERY_BADGE(BADGES, ranks)


@operation(
    "badge.check",
    access=WRITER_UNLESS_GET,
    parameters=BadgePath,
    answer=shapes.RankCheck,
    round_trips=4,
    problems=(UNKNOWN, UNKNOWN_USER, HIDDEN),
    faces=CHECK,
)
async def check(call: Call[BadgePath]) -> Answer:
    """The rank that a user has reached by now; it is stored when it is higher than the one awarded before."""
    asked = call.parameters
    kind = _badge(asked)
    await may_see_scores(call, asked.user_id)
    rank = await reached(call.connection, asked.user_id, kind.id, call.now().date())
    if keeps(call):
        await queries.award(call.connection, asked.user_id, kind.id, rank, call.now())
    return CHECK(rank)


def _known(asked: BadgePath) -> Badge | None:
    return next((badge for badge in BADGES if badge.id == asked.badge_id), None)


def _badge(asked: BadgePath) -> Badge:
    kind = _known(asked)
    if kind is None:
        raise UNKNOWN.because(f"There is no badge {'' if asked.badge_id is None else asked.badge_id}.")
    return kind


operations: tuple[Operation[Any], ...] = (get, every_badge, check)
