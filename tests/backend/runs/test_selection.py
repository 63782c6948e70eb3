"""Which runs a list is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from backend import tables
from backend.access import ANONYMOUS, User
from backend.database.connections import Database
from backend.runs.selection import RunSelection, conditions, names_runs

pytestmark = pytest.mark.anyio

OWNER, ADMIN = User(2, frozenset({2})), User(1, frozenset({1}))
BEFORE, AFTER = datetime.fromisoformat("2026-11-22"), datetime.fromisoformat("2100-01-01")


async def selected(database: Database, filters: Mapping[str, object], user: User, now: datetime) -> list[int]:
    """Ids of the runs that fulfil the conditions."""
    run, setup, task = tables.run, tables.algorithm_setup, tables.task
    statement = (
        select(run.c.rid)
        .join(setup, setup.c.sid == run.c.setup)
        .join(task, task.c.task_id == run.c.task_id)
        .where(*conditions(RunSelection.model_validate(filters), user, now))
        .order_by(run.c.rid)
    )
    async with database.read() as connection:
        return list(await connection.scalars(statement))


@pytest.mark.parametrize(
    ("user", "now", "seen"),
    [
        (ANONYMOUS, BEFORE, [25]),
        (OWNER, BEFORE, [25, 41]),
        (ADMIN, BEFORE, [25, 41]),
        (ANONYMOUS, AFTER, [25, 41]),
    ],
)
async def test_an_embargo_hides_runs_until_it_ends(
    database: Database, user: User, now: datetime, seen: list[int]
) -> None:
    """The embargo of task 19 hides run 41 from all but its uploader and administrators."""
    assert await selected(database, {"run": "25,41"}, user, now) == seen


async def test_by_phps_rules_an_embargo_holds_for_administrators(database: Database) -> None:
    """Their own runs aside."""
    admin = replace(ADMIN, sees_every_row=False)
    assert await selected(database, {"run": "25,41"}, admin, BEFORE) == [25]
    assert await selected(database, {"run": "25,41"}, replace(OWNER, sees_every_row=False), BEFORE) == [
        25,
        41,
    ]


async def test_filters_must_all_hold(database: Database) -> None:
    """Flow, tag and study are looked up where they are stored; a tag ignores case, as its column does."""
    filters = {"run": "25,26,27,30", "flow": "1", "tag": "BASIC", "study": "123"}
    assert await selected(database, filters, ANONYMOUS, BEFORE) == [25]


async def test_of_several_studies_the_first_counts(database: Database) -> None:
    """PHP compares the id with the whole text, of which MySQL reads the beginning."""
    assert await selected(database, {"study": "127,123"}, ANONYMOUS, BEFORE) == [27]
    assert await selected(database, {"study": [127, 123]}, ANONYMOUS, BEFORE) == [27]


@pytest.mark.parametrize(
    ("filters", "named"), [({"limit": "3", "offset": "1"}, False), ({"tag": "basic"}, True)]
)
def test_limit_and_offset_name_no_runs(filters: dict[str, object], named: bool) -> None:
    """Only the other filters say which runs."""
    assert names_runs(RunSelection.model_validate(filters)) is named
