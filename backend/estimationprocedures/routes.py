"""Endpoints of estimation procedures."""

from typing import Annotated, Any

from backend.estimationprocedures import queries, shapes
from backend.input.parameters import NoParameters, Parameters, PathId
from backend.operations import Call, Document, Operation, operation
from backend.problems import ProblemCase

NONE = ProblemCase("no-results", "500")
UNKNOWN = ProblemCase("estimation-procedure-not-found", "731")


class ProcedurePath(Parameters):
    """An estimation procedure by its id."""

    procedure_id: Annotated[int, PathId(zero="730")]


@operation(
    "estimationprocedure.list",
    parameters=NoParameters,
    answer=list[shapes.Procedure],
    problems=(NONE,),
)
async def every_procedure(call: Call[NoParameters]) -> Document:
    """All estimation procedures.

    One round trip to the database (two with a key).
    """
    rows = await queries.procedures(call.connection)
    if not rows:
        raise NONE.because("There are no estimation procedures.")
    return [shapes.procedure(row) for row in rows]


@operation(
    "estimationprocedure.get",
    parameters=ProcedurePath,
    answer=shapes.Procedure,
    problems=(UNKNOWN,),
)
async def get(call: Call[ProcedurePath]) -> Document:
    """One estimation procedure.

    One round trip to the database (two with a key).
    """
    number = call.parameters.procedure_id
    row = await queries.procedure(call.connection, number)
    if row is None:
        raise UNKNOWN.because(f"No estimation procedure with id {number} found.")
    return shapes.procedure(row)


operations: tuple[Operation[Any], ...] = (every_procedure, get)
