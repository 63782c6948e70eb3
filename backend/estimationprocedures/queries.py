"""SQL of estimation procedures."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.batches import first, rows
from backend.database.results import AnyRow

_procedure = tables.estimation_procedure

_PROCEDURES = select(_procedure).order_by(_procedure.c.id)
_PROCEDURE = select(_procedure).where(_procedure.c.id == bindparam("number"))


async def procedures(connection: AsyncConnection) -> Sequence[AnyRow]:
    """All estimation procedures. Returns rows in the order of the key."""
    return await rows(connection, _PROCEDURES, {})


async def procedure(connection: AsyncConnection, number: int) -> AnyRow | None:
    """One estimation procedure. Returns the row; None for an unknown id."""
    return await first(connection, _PROCEDURE, {"number": number})
