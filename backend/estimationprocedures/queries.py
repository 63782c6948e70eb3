"""SQL of estimation procedures."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables

_procedure = tables.estimation_procedure


async def procedures(connection: AsyncConnection) -> Sequence[Row[*tuple[Any, ...]]]:
    """All estimation procedures.

    Args:
        connection: To ask.

    Returns:
        Rows in the order of the key.
    """
    return (await connection.execute(select(_procedure).order_by(_procedure.c.id))).all()


async def procedure(connection: AsyncConnection, number: int) -> Row[*tuple[Any, ...]] | None:
    """One estimation procedure.

    Args:
        connection: To ask.
        number: Its id.

    Returns:
        The row; None for an unknown id.
    """
    return (await connection.execute(select(_procedure).where(_procedure.c.id == number))).first()
