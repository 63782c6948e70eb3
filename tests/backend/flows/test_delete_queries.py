"""SQL of deleting flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.flows import delete_queries as queries

if TYPE_CHECKING:
    from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_what_keeps_a_flow_is_found(database: Database) -> None:
    """Runs of any of its setups, in a study or not; parents; tags of setups; settings of other flows' setups."""
    async with database.read() as connection:
        assert await queries.runs(connection, 88) == [337]
        assert await queries.runs(connection, 1, limit=2) == [25, 31]
        assert await queries.runs(connection, 32) == []
        assert await queries.has_run_in_study(connection, 88)
        assert not await queries.has_run_in_study(connection, 34)
        assert await queries.parents(connection, 26) == [27, 30]
        assert await queries.has_tagged_setup(connection, 33)
        assert not await queries.has_tagged_setup(connection, 34)
        assert await queries.is_set_elsewhere(connection, 26)
        assert not await queries.is_set_elsewhere(connection, 32)


async def test_files_of_a_flow_come_with_it(scratch_database: Database) -> None:
    """Its uploader decides who may delete it."""
    async with scratch_database.write() as connection:
        row = await queries.flow(connection, 1)
        assert row is not None
        assert tuple(row) == (1, 305, 306)
        assert await queries.flow(connection, 999999) is None
