"""Endpoints that change tasks."""

from typing import Annotated, Any

from typing_extensions import TypedDict

from backend.access import WRITER
from backend.database.conflicts import refusing
from backend.handling.descriptions import description
from backend.input.parameters import NoParameters, Parameters, PathId
from backend.legacy.answers import identified
from backend.operations import UPLOAD_LIMIT, Answer, Call, Operation, operation
from backend.problems import Problem, ProblemCase
from backend.request_bodies import Part
from backend.tagging.kinds import TASK
from backend.tagging.tags import tag_new_entity
from backend.tasks import uploads
from backend.tasks import write_queries as queries

# Legacy notes, task 1.5 and 1.6.
NO_DESCRIPTION = ProblemCase("validation-error", "611")
INVALID = ProblemCase("validation-error", "613")
ALREADY_THERE = ProblemCase("task-already-exists", "614")
UNKNOWN = ProblemCase("task-not-found", "452")
NOT_OWNED = ProblemCase("task-not-owned", "453")
HAS_RUNS = ProblemCase("task-in-use", "454")
IN_STUDY = ProblemCase("task-in-use", "455")

UPLOADED = identified("upload_task")
DELETED = identified("task_delete")


class TaskPath(Parameters):
    """A task by its id."""

    task_id: Annotated[int, PathId()]


class Identified(TypedDict):
    """What was made or deleted."""

    id: int


@operation(
    "task.upload",
    parameters=NoParameters,
    answer=Identified,
    round_trips=21,
    problems=(NO_DESCRIPTION, INVALID, *uploads.PROBLEMS, ALREADY_THERE),
    access=WRITER,
    parts=(Part(uploads.DESCRIPTION, "The task.", "task_upload", required=True),),
    body_limit=UPLOAD_LIMIT,
    faces=UPLOADED,
)
async def upload(call: Call[NoParameters]) -> Answer:
    """Store a task: its type, inputs and tags. Of two equal uploads at once the later one finds the other.

    A tag that is refused does not keep the task from being made.
    """
    # The order of the checks is PHP's: that a data set is not active comes before an input that is missing.
    root = await description(
        call, uploads.DESCRIPTION, "task_upload", missing="611", invalid="613", quiet=True
    )
    ttid, inputs = uploads.read_task(root)
    await uploads.check_inputs(call, ttid, inputs)
    there = await queries.twins(call.connection, ttid, inputs)
    if there:
        raise _already_there(there)
    newest = await queries.newest(call.connection)
    task_id = await queries.add(call.connection, ttid, inputs, call.user.id, call.now())
    meanwhile = (newest - queries.UNDER_WAY, task_id)
    there = await queries.twins(call.connection, ttid, inputs, between=meanwhile)
    if there:
        raise _already_there(there)
    call.index.put("task", task_id, task_type_id=ttid, inputs=inputs, creator=call.user.id, tags=[])
    await tag_new_entity(call, TASK, task_id, root.texts("tag"))
    return UPLOADED(task_id)


def _already_there(ids: object) -> Problem:
    told = f"matched id(s): {ids}"
    return ALREADY_THERE.because(f"There is such a task: {told}.", additional=told)


@operation(
    "task.delete",
    parameters=TaskPath,
    answer=Identified,
    round_trips=3,
    problems=(UNKNOWN, NOT_OWNED, HAS_RUNS, IN_STUDY),
    access=WRITER,
    faces=DELETED,
)
async def delete(call: Call[TaskPath]) -> Answer:
    """Delete a task of one's own that no run and no study uses, with its inputs and tags."""
    task_id = call.parameters.task_id
    row = await queries.with_uses(call.connection, task_id)
    if row is None:
        raise UNKNOWN.because(f"No task with id {task_id} found.")
    if not call.user.may_change(row.creator):
        raise NOT_OWNED.because(f"Task {task_id} is not owned by you.")
    if row.runs:
        raise HAS_RUNS.because(f"Task {task_id} is executed in some runs.")
    in_study = IN_STUDY.because(f"Task {task_id} is part of a study.")
    if row.studied:
        raise in_study
    with refusing(reference=in_study):
        await queries.remove(call.connection, task_id)
    call.index.delete("task", task_id)
    return DELETED(task_id)


operations: tuple[Operation[Any], ...] = (upload, delete)
