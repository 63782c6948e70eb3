"""SQL of task types."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
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
    return (await connection.execute(_EVERY_TYPE)).all()


async def task_type(connection: AsyncConnection, ttid: int) -> AnyRow | None:
    """One task type. Returns the row; None for an unknown id."""
    return (await connection.execute(_TASK_TYPE, {"ttid": ttid})).first()


async def inputs(connection: AsyncConnection, ttid: int) -> Sequence[AnyRow]:
    """The inputs of a task type, hidden ones too (legacy notes, task 2.2). Returns rows by their order. Two of one
    order come as PHP's server gives them, the last name first (recordings, tasktype/8); SQL leaves that open.
    """
    return (await connection.execute(_INPUTS, {"ttid": ttid})).all()
