"""Endpoints of evaluation measures."""

from typing import Any

from backend.evaluationmeasures import legacy, queries, shapes
from backend.input.parameters import NoParameters
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation

MEASURES = Faces(shapes.measures, legacy.measures)


@operation(
    "evaluationmeasure.list", parameters=NoParameters, answer=shapes.Measures, round_trips=2, faces=MEASURES
)
async def every_measure(call: Call[NoParameters]) -> Answer:
    """The names of all evaluation measures."""
    return MEASURES(await queries.measures(call.connection))


operations: tuple[Operation[Any], ...] = (every_measure,)
