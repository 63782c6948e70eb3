"""Endpoints of scores: activity, reach and impact."""

from typing import Annotated, Any

from backend.gamification import legacy, queries, shapes
from backend.gamification.access import HIDDEN, UNKNOWN_USER, USER, may_see_scores
from backend.gamification.windows import Window, WindowPath, read_window, segments_of
from backend.input.parameters import Parameters
from backend.input.pasted_ids import PastedId
from backend.input.undecoded import Undecoded
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import NO_SUCH_PATH, InputError, InputProblem, refused

NOT_A_USER = "903"

ACTIVITY = Faces(shapes.activity, legacy.activity)
REACH = Faces(shapes.reach, legacy.reach)
IMPACT = Faces(shapes.impact, legacy.impact)


class Score(Parameters):
    """Whose score, and for which window of time."""

    type: Annotated[str, Undecoded()]
    id: Annotated[int, PastedId()]
    window: Annotated[str, WindowPath()] = ""


PROBLEMS = (UNKNOWN_USER, HIDDEN, *refused(NO_SUCH_PATH.code or ""))


async def _window(call: Call[Score], *, of_items: bool = True) -> Window:
    """The window that is asked for, once it is known that the score may be shown."""
    asked = call.parameters
    window = read_window(segments_of(asked.window), call.now().date())
    assert window is not None  # the reader has seen to that
    if asked.type != USER and not of_items:
        raise _not_a_user(asked)
    if asked.type == USER:
        await may_see_scores(call, asked.id)
    return window


def _not_a_user(asked: Score) -> InputProblem:
    """Only users are active."""
    error: InputError = {
        "type": "score_type",
        "loc": ["path", "type"],
        "msg": "Only users (u) have an activity",
        "input": asked.type,
    }
    return InputProblem("type: Only users (u) have an activity.", [error], code=NOT_A_USER)


@operation(
    "gamification.activity",
    parameters=Score,
    answer=list[shapes.Activity],
    round_trips=3,
    problems=(*PROBLEMS, *refused(NOT_A_USER)),
    faces=ACTIVITY,
)
async def activity(call: Call[Score]) -> Answer:
    """What a user did, in all or per day."""
    window = await _window(call, of_items=False)
    return ACTIVITY(await queries.activity(call.connection, call.parameters.id, window), window)


@operation(
    "gamification.reach",
    parameters=Score,
    answer=list[shapes.Reach],
    round_trips=2,
    problems=PROBLEMS,
    faces=REACH,
)
async def reach(call: Call[Score]) -> Answer:
    """What an item received, in all or per day; 0 for a user (legacy notes, flow 9)."""
    asked = call.parameters
    window = await _window(call)
    if asked.type == USER:
        return REACH({}, window)
    return REACH(await queries.reach(call.connection, asked.type, asked.id, window), window)


@operation(
    "gamification.impact",
    parameters=Score,
    answer=list[shapes.Impact],
    round_trips=3,
    problems=PROBLEMS,
    faces=IMPACT,
)
async def impact(call: Call[Score]) -> Answer:
    """What others made of what a user shares, or of an item."""
    asked = call.parameters
    window = await _window(call)
    # PHP's query per day takes any id for that of a user; without an end it fails for items and counts nothing.
    if asked.type == USER or window.per_day:
        return IMPACT(await queries.reuse_of_user(call.connection, asked.id, window), window)
    if window.start is None or window.end is None:
        return IMPACT({}, window)
    return IMPACT(await queries.reuse_of_item(call.connection, asked.type, asked.id, window), window)


operations: tuple[Operation[Any], ...] = (activity, reach, impact)
