"""SQL of jobs."""

from datetime import datetime

import pytest

from backend.database.connections import Database
from backend.jobs import queries

pytestmark = pytest.mark.anyio

WEKA = "Weka_3.9.0"


async def test_what_was_never_handed_out_comes_first(database: Database) -> None:
    """NULL goes before every time, on both kinds of database."""
    async with database.read() as connection:
        row = await queries.next_job(connection, WEKA, 1)
    assert row is not None
    assert (row.sid, row.task_id) == (1, 1)


async def test_a_setup_restricts(database: Database) -> None:
    """Of its jobs the one that waits longest is taken."""
    async with database.read() as connection:
        row = await queries.next_job(connection, WEKA, 1, setup_id=2)
    assert row is not None
    assert row.task_id == 1


@pytest.mark.parametrize("restriction", [{"task_tag": "nosuch"}, {"setup_tag": "nosuch"}, {"setup_id": 4}])
async def test_what_matches_nothing(database: Database, restriction: dict[str, str | int]) -> None:
    """Unknown tags, and jobs that are no longer active."""
    async with database.read() as connection:
        assert await queries.next_job(connection, WEKA, 1, **restriction) is None  # type: ignore[arg-type]  # any


async def test_an_assigned_job_goes_to_the_end(scratch_database: Database) -> None:
    """The next caller gets another one."""
    async with scratch_database.write() as connection:
        await queries.assign(connection, 1, 1, datetime.fromisoformat("2026-11-22T01:00:00"))
        row = await queries.next_job(connection, WEKA, 1)
    assert row is not None
    assert (row.sid, row.task_id) == (2, 1)
