"""SQL of what changes setups."""

from typing import Any

from sqlalchemy import Row, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.storing import insert_ignoring
from backend.input.fields import EntityId

_setup = tables.algorithm_setup
_flow = tables.implementation


async def with_uses(connection: AsyncConnection, setup_id: int) -> Row[*tuple[Any, ...]] | None:
    """A setup with what keeps it from being deleted; other writers wait. Returns ``uploader`` of its flow, and whether
    it has ``runs``, is ``scheduled`` or ``tagged``; None for an unknown id.
    """
    uses = {"runs": tables.run.c.setup, "scheduled": tables.schedule.c.sid, "tagged": tables.setup_tag.c.id}
    uploader = select(_flow.c.uploader).where(_flow.c.id == _setup.c.implementation_id).scalar_subquery()
    found = await connection.execute(
        select(
            uploader.label("uploader"),
            *(exists().where(column == _setup.c.sid).label(name) for name, column in uses.items()),
        )
        .select_from(_setup)
        .where(_setup.c.sid == setup_id)
        .with_for_update()
    )
    return found.first()


async def remove(connection: AsyncConnection, setup_id: int) -> None:
    """Delete a setup; its settings go with it. Raises IntegrityError: it has runs or tags."""
    await connection.execute(delete(_setup).where(_setup.c.sid == setup_id))


async def store_difference(
    connection: AsyncConnection,
    pair: tuple[int, int],
    task_id: int,
    task_size: EntityId | None,
    differences: EntityId | None,
) -> None:
    """Say how far two setups differ on a task, unless that is said already or something is not given.

    Args:
        pair: The setups; neither they nor the task need be there.
        task_size: Predictions that were compared; None when that was not told.
        differences: Predictions that differ; likewise.
    """
    if task_size is None or differences is None:
        return  # PHP tries to store NULL where none may be, and ignores the failure.
    row = {"sidA": min(pair), "sidB": max(pair), "task_id": task_id}
    values = {"task_size": task_size.text, "differences": differences.text}
    await insert_ignoring(connection, tables.setup_differences, {**row, **values})
