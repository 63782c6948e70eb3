"""SQL of jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

_schedule = tables.schedule


async def next_job(
    connection: AsyncConnection,
    workbench: str,
    task_type_id: int,
    *,
    task_tag: str | None = None,
    setup_tag: str | None = None,
    setup_id: int | None = None,
) -> Row[*tuple[Any, ...]] | None:
    """The job that waits longest, locked: of two who ask at once the second one gets the next job. Returns the row;
    None when there is none.

    Args:
        connection: Of a write.
        workbench: What the job depends on.
        task_tag: A tag of its task; None for any.
        setup_tag: A tag of its setup; None for any.
        setup_id: Its setup; None for any.
    """
    statement = select(_schedule).where(
        _schedule.c.dependencies == workbench,
        _schedule.c.active == "true",
        _schedule.c.ttid == task_type_id,
    )
    if task_tag is not None:
        tag = tables.task_tag
        statement = statement.where(_schedule.c.task_id.in_(select(tag.c.id).where(tag.c.tag == task_tag)))
    if setup_tag is not None:
        tag = tables.setup_tag
        statement = statement.where(_schedule.c.sid.in_(select(tag.c.id).where(tag.c.tag == setup_tag)))
    if setup_id is not None:
        statement = statement.where(_schedule.c.sid == setup_id)
    # Both kinds of database put NULL, which is "never", first.
    statement = statement.order_by(_schedule.c.last_assigned, _schedule.c.sid, _schedule.c.task_id)
    return (await connection.execute(statement.limit(1).with_for_update())).first()


async def assign(connection: AsyncConnection, setup_id: int, task_id: int, moment: datetime) -> None:
    """Note that a job was handed out. ``connection``: of a write."""
    await connection.execute(
        update(_schedule)
        .where(_schedule.c.sid == setup_id, _schedule.c.task_id == task_id)
        .values(last_assigned=moment)
    )
