"""SQL of task lists (legacy notes, task 1.2)."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.access import User, visible_to
from backend.database.results import AnyRow
from backend.datasets.list_queries import PAGE, has_sizes, has_tag, listed_status
from backend.tasks.filters import TaskFilters
from backend.tasks.queries import SOURCE

SHOWN_INPUTS = (
    "cost_matrix",
    "estimation_procedure",
    "evaluation_measures",
    "number_samples",
    "quality_measure",
    "source_data",
    "source_data_labeled",
    "target_feature",
    "target_feature_event",
    "target_feature_left",
    "target_feature_right",
    "target_value",
    "time_limit",
)

_task = tables.task
_type = tables.task_type
_input = tables.task_inputs
_tag = tables.task_tag
_dataset = tables.dataset

# Joined, the few types would lead the optimizer to sort all tasks for the first page.
_type_name = select(_type.c.name).where(_type.c.ttid == _task.c.ttid).scalar_subquery()


def _conditions(filters: TaskFilters, user: User) -> list[ColumnElement[bool]]:
    conditions = [visible_to(user, _dataset.c.visibility, _dataset.c.uploader)]
    if filters.task_type_id is not None:
        conditions.append(_task.c.ttid == filters.task_type_id)
    if filters.tag is not None:
        tagged = select(_tag.c.id).where(_tag.c.id == _task.c.task_id, _tag.c.tag == filters.tag)
        conditions.append(tagged.exists())
    if filters.data_tag is not None:
        conditions.append(has_tag(filters.data_tag))
    if filters.status is not None:
        conditions.append(listed_status == filters.status)
    if filters.task_id is not None:
        conditions.append(_task.c.task_id.in_(filters.task_id))
    if filters.data_id is not None:
        conditions.append(_dataset.c.did.in_(filters.data_id))
    if filters.data_name is not None:
        conditions.append(_dataset.c.name == filters.data_name)
    return conditions + has_sizes(filters)


_LISTED = (
    select(
        _task.c.task_id,
        _task.c.ttid,
        _type_name.label("task_type"),
        _dataset.c.did,
        _dataset.c.name,
        _dataset.c.format,
        listed_status.label("status"),
    )
    .join(_input, and_(_input.c.task_id == _task.c.task_id, _input.c.input == SOURCE))
    .join(_dataset, _dataset.c.did == cast(_input.c.value, BigInteger))
    .order_by(_task.c.task_id)
)
_SHOWN_INPUTS = (
    select(_input.c.task_id, _input.c.input, _input.c.value)
    .where(_input.c.task_id.in_(bindparam("task_ids", expanding=True)), _input.c.input.in_(SHOWN_INPUTS))
    .order_by(_input.c.task_id, _input.c.input)
)


async def listed(connection: AsyncConnection, filters: TaskFilters, user: User) -> Sequence[AnyRow]:
    """The tasks that match, in the order of their ids; those without a data set never do. ``user``: the caller, who
    sees tasks on data sets that are public or the own. Returns the rows of one page.
    """
    query = _LISTED.where(*_conditions(filters, user))
    if filters.limit is not None:
        query = query.limit(filters.limit)
    if filters.offset:
        query = query.offset(filters.offset)
    return (await connection.execute(query)).all()


async def shown_inputs(
    connection: AsyncConnection, task_ids: Sequence[int]
) -> dict[int, list[tuple[str, str]]]:
    """The inputs that lists show of some tasks: one statement for each thousand of them. Returns name and value by
    task, in the order of the names.
    """
    found: dict[int, list[tuple[str, str]]] = {task_id: [] for task_id in task_ids}
    for start in range(0, len(task_ids), PAGE):
        rows = await connection.execute(_SHOWN_INPUTS, {"task_ids": task_ids[start : start + PAGE]})
        for task_id, name, value in rows:
            found[task_id].append((name, value))
    return found
