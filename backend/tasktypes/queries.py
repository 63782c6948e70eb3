"""SQL of task types."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.batches import rows, together
from backend.database.results import AnyRow

_type = tables.task_type
_inout = tables.task_type_inout


_EVERY_TYPE = select(_type.c.ttid, _type.c.name, _type.c.description, _type.c.creator).order_by(_type.c.ttid)
_TASK_TYPE = select(_type).where(_type.c.ttid == bindparam("ttid"))
_INPUTS = (
    select(_inout.c.name, _inout.c.requirement, _inout.c.api_constraints)
    .where(_inout.c.ttid == bindparam("ttid"), _inout.c.io == "input")
    .order_by(_inout.c.order, _inout.c.name.desc(), _inout.c.type.desc())
)


async def every_type(connection: AsyncConnection) -> Sequence[AnyRow]:
    """All task types. Returns rows in the order of the key."""
    return await rows(connection, _EVERY_TYPE, {})


async def task_type(connection: AsyncConnection, ttid: int) -> tuple[AnyRow | None, Sequence[AnyRow]]:
    """One task type and its inputs, hidden ones too (legacy notes, task 2.2).

    Returns the row, None for an unknown id, and the inputs by their order. Two of one order come as PHP's server gives
    them, the last name first (recordings, tasktype/8); SQL leaves that open.
    """
    given = {"ttid": ttid}
    found, inputs = await together(connection, (_TASK_TYPE, given), (_INPUTS, given))
    return next(iter(found), None), inputs
