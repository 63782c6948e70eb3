"""Which runs a list is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from backend import tables
from backend.access import ANONYMOUS, User
from backend.database.connections import Database
from backend.runs.selection import RunSelection, conditions, read_first, reads_in_order
from backend.runs.selection import selected as selected_runs

pytestmark = pytest.mark.anyio

OWNER, ADMIN = User(2, frozenset({2})), User(1, frozenset({1}))
BEFORE, AFTER = datetime.fromisoformat("2026-11-22"), datetime.fromisoformat("2100-01-01")


async def selected(database: Database, filters: Mapping[str, object], user: User, now: datetime) -> list[int]:
    """Ids of the runs that fulfil the conditions."""
    wanted = RunSelection.model_validate(filters)
    runs, rid = selected_runs(read_first(wanted))
    statement = select(tables.run.c.rid).select_from(runs).where(*conditions(wanted, user, now)).order_by(rid)
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
    ("filters", "in_order"),
    [
        ({"limit": "3", "offset": "1"}, True),
        ({"tag": "basic"}, True),
        ({"flow": "1"}, False),
        ({"flow": "1", "uploader": "2"}, True),
    ],
)
def test_runs_of_a_flow_are_in_no_order(filters: dict[str, object], in_order: bool) -> None:
    """Its setups lead to them; another filter may do better."""
    assert reads_in_order(RunSelection.model_validate(filters)) is in_order


@pytest.mark.parametrize(
    ("filters", "table"),
    [
        ({"limit": "3"}, None),
        ({"tag": "basic", "study": "123"}, "run_tag"),
        ({"study": "123", "uploader": "1"}, "run_study"),
        ({"tag": "basic", "task": "1"}, None),
        ({"uploader": "1"}, None),
    ],
)
def test_what_leads_to_the_runs_is_read_first(filters: dict[str, object], table: str | None) -> None:
    """Unless a filter leads to few runs."""
    first = read_first(RunSelection.model_validate(filters))
    assert (first is None and table is None) or (first is not None and first.name == table)
