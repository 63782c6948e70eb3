"""SQL of scores."""

from datetime import date

import pytest

from backend.database.connections import Database
from backend.gamification import queries
from backend.gamification.windows import BEGINNING, Window

pytestmark = pytest.mark.anyio

ALWAYS = Window("2013-1-1", BEGINNING)
IN_2019 = Window("2019-01-01", date(2019, 1, 1), date(2020, 1, 1))


async def test_activity_counts_uploads_of_all_kinds(database: Database) -> None:
    """Data sets, flows, tasks and runs, with likes and downloads given."""
    async with database.read() as connection:
        counts = await queries.activity(connection, 1, ALWAYS)
    assert counts == {("uploads", None): 158, ("likes", None): 3, ("downloads", None): 1}


async def test_days_are_counted_apart(database: Database) -> None:
    """Both kinds of database name a day in the same way."""
    per_day = Window("", date(2019, 1, 1), date(2019, 3, 1), per_day=True)
    async with database.read() as connection:
        assert await queries.reach(connection, "d", 61, per_day) == {("likes", "2019-01-01"): 1}


@pytest.mark.parametrize(("user", "reuse", "reach"), [(1, 178, 2), (2, 116, 0), (16, 149, 3), (64, 53, 0)])
async def test_reuse_of_a_user_is_that_of_others(
    database: Database, user: int, reuse: int, reach: int
) -> None:
    """Runs of others on own data and with own flows, and what these received from others."""
    async with database.read() as connection:
        counts = await queries.reuse_of_user(connection, user, ALWAYS)
    assert (counts[("reuse", None)], counts[("reach", None)]) == (reuse, reach)


async def test_reuse_of_a_data_set_is_tasks_on_it(database: Database) -> None:
    """Those that others made in the window, and what all of them received in it."""
    async with database.read() as connection:
        counts = await queries.reuse_of_item(connection, "d", 61, IN_2019)
    assert counts == {("reuse", None): 1, ("reach", None): 2}


@pytest.mark.parametrize("kind", ["f", "t"])
async def test_reuse_of_flows_and_tasks_is_runs(database: Database, kind: str) -> None:
    """Runs of others in the window."""
    async with database.read() as connection:
        counts = await queries.reuse_of_item(connection, kind, 1, IN_2019)
    assert counts[("reuse", None)] > 0


async def test_runs_are_not_reused(database: Database) -> None:
    """Nothing is made of a run."""
    async with database.read() as connection:
        assert await queries.reuse_of_item(connection, "r", 25, IN_2019) == {}


@pytest.mark.parametrize(("user", "setting"), [(2, "show"), (999, None)])
async def test_who_shows_scores(database: Database, user: int, setting: str | None) -> None:
    """The setting of a user; unknown users have none."""
    async with database.read() as connection:
        assert await queries.visibility(connection, user) == setting
