"""SQL of estimation procedures."""

import pytest

from backend.database.connections import Database
from backend.estimationprocedures import queries

pytestmark = pytest.mark.anyio


async def test_all_procedures_come_in_the_order_of_their_ids(database: Database) -> None:
    """The list is the same on every call and every database."""
    async with database.read() as connection:
        rows = await queries.procedures(connection)
    assert [row.id for row in rows] == list(range(1, 36))


async def test_an_unknown_procedure_has_no_row(database: Database) -> None:
    """Ids beyond the table find nothing."""
    async with database.read() as connection:
        assert await queries.procedure(connection, 99) is None
