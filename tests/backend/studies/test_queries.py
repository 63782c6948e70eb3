"""SQL of studies."""

import pytest

from backend.access import ANONYMOUS, User
from backend.database.connections import Database
from backend.studies import queries
from backend.studies.parameters import StudyFilters, StudyKey

pytestmark = pytest.mark.anyio

EVERYTHING = StudyFilters.model_validate({"status": "all"})


@pytest.mark.parametrize(("alias", "found"), [("lantern-cc", 99), ("LANTERN-CC", None)])
async def test_an_alias_is_compared_letter_by_letter(
    database: Database, alias: str, found: int | None
) -> None:
    """Its column has a binary collation."""
    async with database.read() as connection:
        row = await queries.study(connection, StudyKey(None, alias))
    assert (None if row is None else row.id) == found


async def test_members_of_a_suite_have_a_data_set(database: Database) -> None:
    """Tasks without one are not among the members."""
    async with database.read() as connection:
        rows = await queries.task_members(connection, 101)
    assert {row.data for row in rows} == {"61", "130", "37"}


async def test_members_of_a_run_study_lead_to_flows(database: Database) -> None:
    """Each run comes with its task, setup, flow and data set."""
    async with database.read() as connection:
        rows = await queries.run_members(connection, 123)
    assert rows
    assert all(row.task_id and row.setup_id and row.flow_id and row.data for row in rows)


@pytest.mark.parametrize(
    ("user", "seen"),
    [(ANONYMOUS, False), (User(2), False), (User(16), True), (User(1, frozenset({1})), True)],
)
async def test_private_studies_are_listed_to_those_who_may_see_them(
    database: Database, user: User, seen: bool
) -> None:
    """To their creator and to administrators."""
    async with database.read() as connection:
        rows = await queries.listed(connection, EVERYTHING, user)
    assert (105 in [row.id for row in rows]) is seen


async def test_an_offset_needs_no_limit(database: Database) -> None:
    """The rest of the list comes, in the order of the id."""
    async with database.read() as connection:
        rows = await queries.listed(connection, EVERYTHING, ANONYMOUS)
        rest = await queries.listed(connection, EVERYTHING.model_copy(update={"offset": 3}), ANONYMOUS)
    assert [row.id for row in rest] == [row.id for row in rows][3:]


async def test_zero_is_no_restriction(database: Database) -> None:
    """PHP takes the value 0 of uploader, type and suite for an absent filter."""
    zero = StudyFilters.model_validate({"uploader": "0", "main_entity_type": "0", "benchmark_suite": "0"})
    async with database.read() as connection:
        assert await queries.listed(connection, zero, ANONYMOUS) == await queries.listed(
            connection, StudyFilters(), ANONYMOUS
        )


@pytest.mark.parametrize(("part", "parts"), [(None, {"data", "runs", "flows"}), ("runs", {"runs"})])
async def test_what_has_a_tag_of_a_study_is_a_member_once(
    database: Database, part: str | None, parts: set[str]
) -> None:
    """A run with two of the tags, too."""
    async with database.read() as connection:
        rows = await queries.tagged(connection, 14, 1, part)
        tags = await queries.tags(connection, 14)
    assert [tag.tag for tag in tags] == ["basic", "study_14"]
    assert parts <= {row.part for row in rows}
    assert len(set(rows)) == len(rows)
    assert {row.id for row in rows if row.part == "runs"} >= {240}
