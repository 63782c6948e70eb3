"""Endpoints of estimation procedures."""

from typing import Annotated, Any

from backend.estimationprocedures import legacy, queries, shapes
from backend.input.parameters import NoParameters, Parameters, PathId
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase

NONE = ProblemCase("no-results", "500")
UNKNOWN = ProblemCase("estimation-procedure-not-found", "731")
PROCEDURES = Faces(shapes.procedures, legacy.procedures)
PROCEDURE = Faces(shapes.procedure, legacy.procedure)


class ProcedurePath(Parameters):
    """An estimation procedure by its id."""

    procedure_id: Annotated[int, PathId(zero="730")]


@operation(
    "estimationprocedure.list",
    parameters=NoParameters,
    answer=list[shapes.Procedure],
    round_trips=2,
    problems=(NONE,),
    faces=PROCEDURES,
)
async def every_procedure(call: Call[NoParameters]) -> Answer:
    """All estimation procedures."""
    rows = await queries.procedures(call.connection)
    if not rows:
        raise NONE.because("There are no estimation procedures.")
    return PROCEDURES(rows)


@operation(
    "estimationprocedure.get",
    parameters=ProcedurePath,
    answer=shapes.Procedure,
    round_trips=2,
    problems=(UNKNOWN,),
    faces=PROCEDURE,
)
async def get(call: Call[ProcedurePath]) -> Answer:
    """One estimation procedure."""
    number = call.parameters.procedure_id
    row = await queries.procedure(call.connection, number)
    if row is None:
        raise UNKNOWN.because(f"No estimation procedure with id {number} found.")
    return PROCEDURE(row)


operations: tuple[Operation[Any], ...] = (every_procedure, get)
