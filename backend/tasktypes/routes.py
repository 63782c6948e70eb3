"""Endpoints of task types."""

from typing import Annotated, Any

from backend.input.parameters import NoParameters, Parameters, PathId
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase
from backend.tasktypes import legacy, queries, shapes

UNKNOWN = ProblemCase("task-type-not-found", "241")
TASK_TYPES = Faces(shapes.task_types, legacy.task_types)
TASK_TYPE = Faces(shapes.task_type, legacy.task_type)


class TaskTypePath(Parameters):
    """A task type by its id."""

    task_type_id: Annotated[int, PathId(zero="240")]


@operation("tasktype.list", parameters=NoParameters, answer=shapes.TaskTypes, round_trips=2, faces=TASK_TYPES)
async def every_type(call: Call[NoParameters]) -> Answer:
    """All task types."""
    return TASK_TYPES(await queries.every_type(call.connection))


@operation(
    "tasktype.get",
    parameters=TaskTypePath,
    answer=shapes.TaskType,
    round_trips=2,
    problems=(UNKNOWN,),
    faces=TASK_TYPE,
)
async def get(call: Call[TaskTypePath]) -> Answer:
    """One task type with its inputs."""
    ttid = call.parameters.task_type_id
    row, inputs = await queries.task_type(call.connection, ttid)
    if row is None:
        raise UNKNOWN.because(f"No task type with id {ttid} found.")
    return TASK_TYPE(row, inputs)


operations: tuple[Operation[Any], ...] = (every_type, get)
