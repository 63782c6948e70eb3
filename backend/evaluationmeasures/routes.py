"""Endpoints of evaluation measures."""

from typing import Any

from backend.evaluationmeasures import queries, shapes
from backend.input.parameters import NoParameters
from backend.operations import Call, Document, Operation, operation


@operation("evaluationmeasure.list", parameters=NoParameters, answer=shapes.Measures)
async def every_measure(call: Call[NoParameters]) -> Document:
    """The names of all evaluation measures.

    One round trip to the database (two with a key).
    """
    return shapes.measures(await queries.measures(call.connection))


operations: tuple[Operation[Any], ...] = (every_measure,)
