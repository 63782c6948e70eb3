"""SQL of single tasks."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, Table, and_, bindparam, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.results import AnyRow

SOURCE = "source_data"
"""The input whose value is the id of the task's data set."""

_task = tables.task
_type = tables.task_type
_input = tables.task_inputs
_inout = tables.task_type_inout
_tag = tables.task_tag
_dataset = tables.dataset


_TASK = (
    select(
        _task.c.task_id,
        _task.c.ttid,
        _type.c.name.label("task_type"),
        _input.c.value.label("source"),
        _dataset.c.name.label("dataset"),
        _dataset.c.visibility,
        _dataset.c.uploader,
    )
    .outerjoin(_type, _type.c.ttid == _task.c.ttid)
    .outerjoin(_input, and_(_input.c.task_id == _task.c.task_id, _input.c.input == SOURCE))
    .outerjoin(_dataset, _dataset.c.did == cast(_input.c.value, BigInteger))
    .where(_task.c.task_id == bindparam("task_id"))
)
_INPUTS = (
    select(_input.c.input, _input.c.value)
    .where(_input.c.task_id == bindparam("task_id"))
    .order_by(_input.c.input)
)
_INPUTS_AND_OUTPUTS = (
    select(_inout.c.name, _inout.c.io, _inout.c.order, _inout.c.template_api)
    .where(_inout.c.ttid == bindparam("ttid"))
    .order_by(_inout.c.name, _inout.c.type)
)
_TAGS = select(_tag.c.tag).where(_tag.c.id == bindparam("task_id")).order_by(_tag.c.tag)


@cache
def _record_of(table: Table) -> Select[*tuple[Any, ...]]:
    key = cast(bindparam("key", type_=BigInteger), BigInteger)
    return select(table).where(table.c.id == key).order_by(table.c.id).limit(1)


async def task(connection: AsyncConnection, task_id: int) -> AnyRow | None:
    """One task with its type and what is to be known of its data set.

    Returns the row; ``task_type`` is None without a type, ``source`` (the input's text) without a data set, and
    ``dataset``, ``visibility`` and ``uploader`` when there is no data set of that id. None for an unknown task.
    """
    return (await connection.execute(_TASK, {"task_id": task_id})).first()


async def inputs(connection: AsyncConnection, task_id: int) -> dict[str, str]:
    """The values that a task was made with. Returns values by name of the input, in the order of the names."""
    return dict((await connection.execute(_INPUTS, {"task_id": task_id})).all())


async def inputs_and_outputs(connection: AsyncConnection, ttid: int) -> Sequence[AnyRow]:
    """What tasks of a type take and give, with the templates of the API. Returns rows of name, ``io`` and template, in
    the order of the key; ``order`` says how they are shown.
    """
    return (await connection.execute(_INPUTS_AND_OUTPUTS, {"ttid": ttid})).all()


async def record(connection: AsyncConnection, table: str, key: str) -> dict[str, object]:
    """The row of a table that a template looks up.

    ``table``: name of the table, of the experiment database. ``key``: text of its ``id``, compared as a number.
    Returns values by name of the column; none when there is no such table or row.
    """
    looked_up = tables.metadata.tables.get(f"{tables.EXPERIMENTS}.{table}")
    if looked_up is None or "id" not in looked_up.c:
        return {}
    row = (await connection.execute(_record_of(looked_up), {"key": key})).first()
    return {} if row is None else dict(row._mapping)


async def tags(connection: AsyncConnection, task_id: int) -> list[str]:
    """The tags of a task, in the order of the key."""
    return list(await connection.scalars(_TAGS, {"task_id": task_id}))
