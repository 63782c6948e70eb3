"""Endpoints by which evaluation engines find the data sets that they have to work on."""

import random
from collections.abc import Sequence
from typing import Annotated, Any

from backend.access import admin_reads
from backend.database.results import AnyRow
from backend.datasets import legacy, shapes, work_queries
from backend.handling.unprocessable import unprocessable
from backend.input.parameters import Parameters, PathId
from backend.input.undecoded import Undecoded
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import NO_SUCH_PATH, ProblemCase

UNPROCESSED = Faces(shapes.unprocessed, legacy.unprocessed)

NOTHING_UNPROCESSED = ProblemCase("no-results", "681")
TOO_FEW_QUALITIES = ProblemCase("validation-error", "686")
NOTHING_LACKING = ProblemCase("no-results", "687")
UNKNOWN_QUALITIES = ProblemCase("validation-error", "688")

NORMAL, RANDOM = "normal", "random"
FEATURE = "feature"
FEWEST = 2
# How many candidates a random choice is made from (legacy notes, data 10.8 and 10.9).
CHOICE = 200
CHOICE_LACKING = 100


class UnprocessedPath(Parameters):
    """An engine, and whether it wants the next data set or a random one."""

    engine_id: Annotated[int, PathId()]
    order: Annotated[str, Undecoded()]


@operation(
    "dataset.unprocessed",
    parameters=UnprocessedPath,
    answer=list[shapes.Unprocessed],
    round_trips=2,
    problems=(NO_SUCH_PATH, NOTHING_UNPROCESSED),
    access=admin_reads(),
    faces=UNPROCESSED,
)
async def unprocessed(call: Call[UnprocessedPath]) -> Answer:
    """A data set that an engine has not processed yet, or failed to, for administrators."""
    order = _known(call.parameters.order)
    if call.is_legacy and not call.request.path_params["engine_id"].isdigit():
        raise NOTHING_UNPROCESSED.because("PHP asks for the engine that is written in digits.")
    most = 1 if order == NORMAL else CHOICE
    rows = await work_queries.unprocessed(call.connection, call.parameters.engine_id, call.now(), most)
    if not rows:
        raise NOTHING_UNPROCESSED.because("There are no unprocessed data sets.")
    return UNPROCESSED(_one(rows))


class LackingPath(UnprocessedPath):
    """An engine, which qualities it wants to measure, and what comes first.

    ``part`` is the word ``feature`` for qualities of features, else a tag; data sets that have it come first.
    """

    part: Annotated[str | None, Undecoded()] = None
    tag: Annotated[str | None, Undecoded()] = None
    qualities: str | list[str] = ""


@operation(
    "dataset.qualities_unprocessed",
    parameters=LackingPath,
    answer=list[shapes.Unprocessed],
    round_trips=3,
    problems=(NO_SUCH_PATH, TOO_FEW_QUALITIES, UNKNOWN_QUALITIES, NOTHING_LACKING),
    access=admin_reads(),
    faces=UNPROCESSED,
)
async def qualities_unprocessed(call: Call[LackingPath]) -> Answer:
    """A data set for which an engine has not measured all of some qualities, for administrators."""
    asked = call.parameters
    order = _known(asked.order)
    given = [asked.qualities] if isinstance(asked.qualities, str) else asked.qualities
    wanted = [name for text in given for name in text.split(",")]
    if len(wanted) < FEWEST:
        message = f"Give the names of at least {FEWEST} qualities, separated by commas"
        raise unprocessable(call, ["qualities"], "too_short", message, code="686")
    of_features = asked.part == FEATURE
    kind = "FeatureQuality" if of_features else "DataQuality"
    unknown = await work_queries.unknown_qualities(call.connection, kind, wanted)
    if unknown:
        message = f"qualities: {','.join(unknown)}"
        illegal = f"Illegal {message}"
        raise unprocessable(
            call, ["qualities"], "quality", f"Unknown {message}", code="688", additional=illegal
        )
    rows = await _lacking(call, wanted, 1 if order == NORMAL else CHOICE_LACKING)
    if not rows:
        raise NOTHING_LACKING.because("There are no unprocessed data sets for these qualities.")
    return UNPROCESSED(_one(rows))


async def _lacking(call: Call[LackingPath], wanted: Sequence[str], most: int) -> Sequence[AnyRow]:
    asked = call.parameters
    if asked.part != FEATURE:
        # With two further segments PHP looks for the tag behind "feature" only, and so at none.
        tag = asked.part if asked.tag is None else None
        return await work_queries.lacking_qualities(call.connection, asked.engine_id, wanted, tag, most)
    if asked.tag is not None:
        # PHP's SQL is broken here, so that there never is work for features with a priority tag. Engines
        # have always been told so; kept until somebody wants it otherwise.
        return []
    return await work_queries.lacking_feature_qualities(call.connection, asked.engine_id, wanted, most)


def _known(order: str) -> str:
    if order not in (NORMAL, RANDOM):
        raise NO_SUCH_PATH.because(f"The order is {NORMAL} or {RANDOM}, not {order}.")
    return order


def _one(rows: Sequence[AnyRow]) -> AnyRow:
    return random.choice(rows)


operations: tuple[Operation[Any], ...] = (unprocessed, qualities_unprocessed)
