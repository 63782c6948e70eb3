"""SQL of what changes setups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend import tables
from backend.input.fields import EntityId
from backend.setups import write_queries

if TYPE_CHECKING:
    from backend.database.connections import Database

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("setup_id", "uploader", "uses"),
    [(90, 64, (False, False)), (1, 1, (True, True)), (44, None, (False, False))],
)
async def test_a_setup_comes_with_what_uses_it(
    scratch_database: Database, setup_id: int, uploader: int | None, uses: tuple[bool, bool]
) -> None:
    """Runs and the schedule count; the uploader is the flow's."""
    async with scratch_database.write() as connection:
        row = await write_queries.with_uses(connection, setup_id)
        assert row is not None
        assert (row.uploader, (bool(row.runs), bool(row.scheduled))) == (uploader, uses)
        assert await write_queries.with_uses(connection, 999999) is None


async def test_a_difference_is_stored_once_and_only_whole(scratch_database: Database) -> None:
    """The first row stays, numbers are taken as the database takes them, and a missing one stores nothing."""
    async with scratch_database.write() as connection:
        for size, differ in (("150", "7abc"), ("150", "9")):
            await write_queries.store_difference(
                connection, (6, 3), 1, EntityId(size, 150), EntityId(differ, None)
            )
        await write_queries.store_difference(connection, (6, 3), 2, None, EntityId("0", 0))
        rows = await connection.execute(
            tables.setup_differences.select().where(tables.setup_differences.c.sidA == 3)
        )
        assert [tuple(row) for row in rows if row.sidB == 6] == [(3, 6, 1, 150, 7)]
