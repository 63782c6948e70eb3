"""Endpoints of tasks."""

from typing import Any

from backend import tables
from backend.database.results import AnyRow
from backend.datasets.list_queries import shown_qualities
from backend.input.filters import FilterCodes
from backend.input.parameters import NoParameters
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.private_data import of_task
from backend.problems import ProblemCase
from backend.tag_lists import NO_TAGS, distinct_tags, tag_faces
from backend.tasks import legacy, list_queries, queries, shapes, templates, write_routes
from backend.tasks.filters import TaskFilters
from backend.tasks.write_routes import TaskPath
from config.php.numbers import digits_of

UNKNOWN = ProblemCase("task-not-found", "151")
UNKNOWN_TYPE = ProblemCase("task-type-not-found", "152")
DEPRECATED = ProblemCase("task-deprecated", "153")
UNKNOWN_INPUTS = ProblemCase("task-not-found", "156")
NO_INPUTS = ProblemCase("task-no-inputs", "157")
PRIVATE = ProblemCase("dataset-no-access", "112")
NOTHING = ProblemCase("no-results", "482")
CODES = FilterCodes(unknown="480", illegal="481", no_results="482")

TASKS = Faces(shapes.listed, legacy.listed, legacy.listed_json)
TASK = Faces(shapes.task, legacy.task)
INPUTS = Faces(shapes.inputs, legacy.inputs)
TAGS = tag_faces("task")

CUSTOM_TEST_SET = "custom_testset"
"""The input of a kind of task that is no longer supported."""


@operation(
    "task.list",
    parameters=TaskFilters,
    answer=list[shapes.ListedTask],
    round_trips=4,
    problems=(NOTHING,),
    filters=CODES,
    faces=TASKS,
)
async def every_task(call: Call[TaskFilters]) -> Answer:
    """The tasks that match the filters."""
    rows = await list_queries.listed(call.connection, call.parameters, call.user)
    if not rows:
        raise NOTHING.because("No tasks match the search criteria.")
    inputs = await list_queries.shown_inputs(call.connection, [row.task_id for row in rows])
    qualities = await shown_qualities(call.connection, (row.did for row in rows), empty=True)
    return TASKS(rows, inputs, qualities)


@operation(
    "task.get",
    parameters=TaskPath,
    answer=shapes.Task,
    round_trips=2,
    problems=(UNKNOWN, UNKNOWN_TYPE, PRIVATE, DEPRECATED),
    faces=TASK,
)
async def get(call: Call[TaskPath]) -> Answer:
    """One task, its inputs and outputs as the templates of its type say."""
    task = await _task(call, UNKNOWN)
    row = task.row
    if row.task_type is None:
        raise UNKNOWN_TYPE.because(f"Task {row.task_id} has the unknown task type {row.ttid}.")
    _check_visible(call, row)
    values: dict[str, object] = dict(task.inputs)
    if CUSTOM_TEST_SET in values:
        raise DEPRECATED.because(
            f"Task {row.task_id} is of a kind that is no longer supported; find or create another one."
        )
    used = templates.templates((name, io, order, text) for name, io, order, text in task.declared)
    records = await queries.records(call.connection, task, templates.looked_up_tables(used))
    for table, record in records.items():
        values |= {f"{table}.{column}": value for column, value in record._mapping.items()}
    asked = digits_of(call.request.path_params["task_id"]) if call.is_legacy else str(row.task_id)
    pieces = templates.expanded(used, values, asked, call.settings.public_url)
    return TASK(row, pieces, task.tags, asked)


@operation(
    "task.inputs",
    parameters=TaskPath,
    answer=shapes.Inputs,
    round_trips=2,
    problems=(UNKNOWN_INPUTS, PRIVATE, NO_INPUTS),
    faces=INPUTS,
)
async def inputs(call: Call[TaskPath]) -> Answer:
    """The values that a task was made with."""
    task = await _task(call, UNKNOWN_INPUTS)
    _check_visible(call, task.row)
    if not task.inputs:
        raise NO_INPUTS.because(f"Task {task.row.task_id} has no inputs.")
    return INPUTS(task.row, task.inputs)


@operation(
    "task.tags", parameters=NoParameters, answer=list[str], round_trips=2, problems=(NO_TAGS,), faces=TAGS
)
async def every_tag(call: Call[NoParameters]) -> Answer:
    """All tags that tasks have."""
    tags = await distinct_tags(
        call.connection,
        tables.task_tag,
        call.user,
        None if call.is_legacy else of_task,
        first_seen=call.is_legacy,
    )
    if not tags:
        raise NO_TAGS.because("No task has a tag.")
    return TAGS(tags)


async def _task(call: Call[TaskPath], unknown: ProblemCase) -> queries.TaskRows:
    task_id = call.parameters.task_id
    task = await queries.task(call.connection, task_id)
    if task is None:
        raise unknown.because(f"No task with id {task_id} found.")
    return task


def _check_visible(call: Call[TaskPath], row: AnyRow) -> None:
    """A task on a private data set is as private as that (new-API contract, decision 9); by PHP's rules it is not."""
    if not call.is_legacy and row.dataset is not None and not call.user.may_see(row.visibility, row.uploader):
        raise PRIVATE.because(f"No access granted: the dataset of task {row.task_id} is private.")


operations: tuple[Operation[Any], ...] = (every_task, get, inputs, every_tag, *write_routes.operations)
