"""backend.tables.flows: what goes along with a flow, and what keeps it."""

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_parameters_and_tags_go_with_their_flow(scratch_database: Database) -> None:
    """Flow 32 is in no use and can be deleted."""
    async with scratch_database.write() as connection:
        await connection.execute(delete(tables.implementation).where(tables.implementation.c.id == 32))
        left = [
            await connection.scalar(select(func.count()).select_from(table).where(column == 32))
            for table, column in (
                (tables.input_, tables.input_.c.implementation_id),
                (tables.implementation_tag, tables.implementation_tag.c.id),
            )
        ]
    assert left == [0, 0]


async def test_a_component_keeps_its_flow(scratch_database: Database) -> None:
    """Flow 14 is a part of flow 15."""
    async with scratch_database.write() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(delete(tables.implementation).where(tables.implementation.c.id == 14))


async def test_full_names_are_compared_exactly(database: Database) -> None:
    """fullName has a binary collation, name has not."""
    flow = tables.implementation
    async with database.read() as connection:
        query = select(flow.c.fullName, flow.c.name).where(flow.c.id == 1)
        full, name = (await connection.execute(query)).one()
        counts = [
            await connection.scalar(select(func.count()).where(column == text.swapcase()))
            for column, text in ((flow.c.fullName, full), (flow.c.name, name))
        ]
    assert counts == [0, 4]
