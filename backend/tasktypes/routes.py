"""Endpoints of task types."""

from typing import Annotated, Any

from backend.input.parameters import NoParameters, Parameters, PathId
from backend.operations import Call, Document, Operation, operation
from backend.problems import ProblemCase
from backend.tasktypes import queries, shapes

UNKNOWN = ProblemCase("task-type-not-found", "241")


class TaskTypePath(Parameters):
    """A task type by its id."""

    task_type_id: Annotated[int, PathId(zero="240")]


@operation("tasktype.list", parameters=NoParameters, answer=shapes.TaskTypes)
async def every_type(call: Call[NoParameters]) -> Document:
    """All task types.

    One round trip to the database (two with a key).
    """
    return shapes.task_types(await queries.every_type(call.connection))


@operation("tasktype.get", parameters=TaskTypePath, answer=shapes.TaskType, problems=(UNKNOWN,))
async def get(call: Call[TaskTypePath]) -> Document:
    """One task type with its inputs.

    Two round trips to the database (three with a key): the task type, its inputs.
    """
    ttid = call.parameters.task_type_id
    row = await queries.task_type(call.connection, ttid)
    if row is None:
        raise UNKNOWN.because(f"No task type with id {ttid} found.")
    return shapes.task_type(row, await queries.inputs(call.connection, ttid))


operations: tuple[Operation[Any], ...] = (every_type, get)
