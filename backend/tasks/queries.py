"""SQL of single tasks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, Table, and_, bindparam, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.batches import together
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
    .where(
        _inout.c.ttid == select(_task.c.ttid).where(_task.c.task_id == bindparam("task_id")).scalar_subquery()
    )
    .order_by(_inout.c.name, _inout.c.type)
)
_TAGS = select(_tag.c.tag).where(_tag.c.id == bindparam("task_id")).order_by(_tag.c.tag)


LOOKED_UP = "estimation_procedure"
"""The table in which the templates of most types look values up."""


@cache
def _record_of(table: Table) -> Select[*tuple[Any, ...]]:
    named = select(_input.c.value).where(
        _input.c.task_id == bindparam("task_id"), _input.c.input == table.name
    )
    return (
        select(table)
        .where(table.c.id == cast(named.scalar_subquery(), BigInteger))
        .order_by(table.c.id)
        .limit(1)
    )


@dataclass(frozen=True, slots=True)
class TaskRows:
    """A task with all that is stored beside it.

    Args:
        row: With its type and what is to be known of its data set. ``task_type`` is None without a type, ``source``
            (the input's text) without a data set, and ``dataset``, ``visibility`` and ``uploader`` when there is no
            data set of that id.
        inputs: The values that it was made with, by name of the input, in the order of the names.
        declared: What tasks of its type take and give, with the templates of the API, in the order of the key;
            ``order`` says how they are shown.
        tags: In the order of the key.
        records: The row of `LOOKED_UP` that an input names; none where none does.
    """

    row: AnyRow
    inputs: dict[str, str]
    declared: Sequence[AnyRow]
    tags: list[str]
    records: Mapping[str, AnyRow]


async def task(connection: AsyncConnection, task_id: int) -> TaskRows | None:
    """One task; None for an unknown one."""
    record = _record_of(tables.estimation_procedure)
    given = {"task_id": task_id}
    found, inputs, declared, tags, records = await together(
        connection,
        *((statement, given) for statement in (_TASK, _INPUTS, _INPUTS_AND_OUTPUTS, _TAGS, record)),
    )
    if not found:
        return None
    return TaskRows(
        found[0],
        dict(map(tuple, inputs)),
        declared,
        [tag for (tag,) in tags],
        dict(zip([LOOKED_UP], records, strict=False)),
    )


async def records(connection: AsyncConnection, task: TaskRows, names: Iterable[str]) -> dict[str, AnyRow]:
    """The rows that a task's inputs name of the tables of their names, of the experiment database.

    Returns rows by table; none for a table or row that is not there.
    """
    wanted = [name for name in names if name in task.inputs]
    others = {
        name: _record_of(table)
        for name in wanted
        if name != LOOKED_UP
        and (table := tables.metadata.tables.get(f"{tables.EXPERIMENTS}.{name}")) is not None
        and "id" in table.c
    }
    given = {"task_id": task.row.task_id}
    found = (
        await together(connection, *((statement, given) for statement in others.values())) if others else []
    )
    rows = {**task.records, **{name: row for name, some in zip(others, found, strict=True) for row in some}}
    return {name: rows[name] for name in wanted if name in rows}
