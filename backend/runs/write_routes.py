"""Endpoints that change runs."""

from typing import Annotated, Any

from backend.access import WRITER
from backend.database.conflicts import refusing
from backend.input.parameters import Parameters, PathId
from backend.legacy.answers import identified
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.runs import evaluation_routes, queries, upload_routes, write_queries
from backend.runs.shapes import RunDeleted

UNKNOWN = ProblemCase("run-not-found", "392")
NOT_OWNED = ProblemCase("run-not-owned", "393")
IN_USE = ProblemCase("run-in-use", "394")

DELETED = identified("run_delete")


class RunPath(Parameters):
    """A run by its id."""

    run_id: Annotated[int, PathId()]


@operation(
    "run.delete",
    parameters=RunPath,
    answer=RunDeleted,
    round_trips=5,
    problems=(UNKNOWN, NOT_OWNED, IN_USE),
    access=WRITER,
    faces=DELETED,
)
async def delete(call: Call[RunPath]) -> Answer:
    """Delete a run that no study has, with all that was computed of it.

    Its files stay, and so does its setup (legacy notes, task 3.7).
    """
    rid = call.parameters.run_id
    unknown = UNKNOWN.because(f"No run with id {rid} found.")
    row = await queries.owner(call.connection, rid)
    if row is None:
        raise unknown
    if not call.user.may_change(row.uploader):
        raise NOT_OWNED.because(f"Run {rid} is not owned by you.")
    with refusing(reference=IN_USE.because(f"Run {rid} is part of a study; it cannot be deleted.")):
        if not await write_queries.remove(call.connection, rid):
            raise unknown
    call.index.delete("run", rid)
    return DELETED(rid)


operations: tuple[Operation[Any], ...] = (
    *evaluation_routes.operations,
    delete,
    *upload_routes.operations,
)
