"""SQL of evaluation measures."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

_function = tables.math_function

_MEASURES = (
    select(_function.c.name).where(_function.c.functionType == "EvaluationFunction").order_by(_function.c.id)
)


async def measures(connection: AsyncConnection) -> list[str]:
    """The names of all evaluation measures (legacy notes, task 5). Returns names in the order of the key."""
    return list(await connection.scalars(_MEASURES))
