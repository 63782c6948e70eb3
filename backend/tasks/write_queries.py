"""SQL of what changes tasks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, and_, cast, delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.collations import storable
from backend.database.results import AnyRow, grouped
from backend.database.storing import insert
from backend.tables.columns import swedish
from backend.tasks.queries import SOURCE

_task = tables.task
_input = tables.task_inputs
_inout = tables.task_type_inout

UNDER_WAY = 1000
"""More tasks than can be under way at a time: so far back an id may belong to one that is not committed yet."""


async def declared_inputs(connection: AsyncConnection, ttid: int) -> Mapping[str, AnyRow]:
    """The inputs that tasks of a type take. Returns ``requirement`` and ``api_constraints`` by name, in the order of
    the key.
    """
    found = await connection.execute(
        select(_inout.c.name, _inout.c.requirement, _inout.c.api_constraints)
        .where(_inout.c.ttid == ttid, _inout.c.io == "input")
        .order_by(_inout.c.name, _inout.c.type)
    )
    return {row.name: row for row in found}


async def values(connection: AsyncConnection, asked: Select[tuple[Any]]) -> list[str]:
    """The values of a constraint, as PHP sees them: texts. ``asked``: a statement of one column. Returns the values,
    without NULL.
    """
    return [str(value) for value in await connection.scalars(asked) if value is not None]


async def active(connection: AsyncConnection, dids: Iterable[int]) -> set[int]:
    """Which data sets are active: they have that status, and none that comes behind it."""
    status = tables.dataset_status
    found = await connection.execute(select(status.c.did, status.c.status).where(status.c.did.in_(set(dids))))
    return {did for did, statuses in grouped(found).items() if max(statuses) == "active"}


async def twins(
    connection: AsyncConnection,
    ttid: int,
    inputs: Mapping[str, str],
    *,
    between: tuple[int, int] | None = None,
) -> Sequence[int]:
    """The tasks of a type with exactly these inputs, as the columns compare, on a data set that is there.

    ``between``: only tasks whose ids lie between these; what others have under way there is waited for. Returns
    their ids, ascending. Tasks without a data set have none, nor have those with a quotation mark in a value: PHP's
    query breaks of it, and clients that upload such a task again get another one. ``inputs``: values by name.
    """
    unfound = any('"' in value or not storable(swedish.collation, value) for value in inputs.values())
    if SOURCE not in inputs or unfound:
        return []
    found = select(_task.c.task_id).where(_task.c.ttid == ttid).order_by(_task.c.task_id)
    for name, value in inputs.items():
        same = _input.alias()
        found = found.join(
            same, and_(same.c.task_id == _task.c.task_id, same.c.input == name, same.c.value == value)
        )
        if name == SOURCE:
            found = found.join(tables.dataset, tables.dataset.c.did == cast(same.c.value, BigInteger))
    # No count in a subquery: that would not see what others commit meanwhile.
    other = _input.alias()
    found = found.outerjoin(
        other, and_(other.c.task_id == _task.c.task_id, other.c.input.not_in(list(inputs)))
    ).where(other.c.task_id.is_(None))
    if between is not None:
        low, high = between
        found = found.where(_task.c.task_id > low, _task.c.task_id < high).with_for_update(read=True)
    return (await connection.scalars(found)).all()


async def newest(connection: AsyncConnection) -> int:
    """The highest id of a task that this transaction sees."""
    return await connection.scalar(select(func.max(_task.c.task_id))) or 0


async def add(
    connection: AsyncConnection, ttid: int, inputs: Mapping[str, str], creator: int, now: datetime
) -> int:
    """Add a task with its inputs. ``inputs``: values by name."""
    task_id = await insert(connection, _task, {"ttid": ttid, "creator": creator, "creation_date": now})
    for name, value in inputs.items():
        await insert(connection, _input, {"task_id": task_id, "input": name, "value": value})
    return task_id


async def with_uses(connection: AsyncConnection, task_id: int) -> AnyRow | None:
    """A task with what keeps it from being deleted; whoever else wants to delete it waits. Returns ``creator``, and
    whether it has ``runs`` or is ``studied``; None for an unknown id.
    """
    uses = {"runs": tables.run.c.task_id, "studied": tables.task_study.c.task_id}
    found = await connection.execute(
        select(
            _task.c.creator,
            *(exists().where(column == _task.c.task_id).label(name) for name, column in uses.items()),
        )
        .select_from(_task)
        .where(_task.c.task_id == task_id)
        .with_for_update()
    )
    return found.first()


async def remove(connection: AsyncConnection, task_id: int) -> None:
    """Delete a task; its inputs and tags go with it. Raises IntegrityError: runs or studies refer to it."""
    await connection.execute(delete(_task).where(_task.c.task_id == task_id))
