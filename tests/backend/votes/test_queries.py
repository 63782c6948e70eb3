"""SQL of votes."""

import pytest

from backend import tables
from backend.database.connections import Database
from backend.votes import queries

pytestmark = pytest.mark.anyio


async def test_agreeing_downvotes_are_counted(database: Database) -> None:
    """Each original counts itself and those who share its reason."""
    down = tables.downvotes.c
    async with database.read() as connection:
        rows = await queries.downvotes(connection, down.knowledge_type == "d", down.knowledge_id == 61)
    assert [(row.user_id, row.reason_id, row._mapping["count"]) for row in rows] == [(1, 2, 1), (300, 1, 2)]


async def test_the_bare_list_holds_agreeing_downvotes(database: Database) -> None:
    """It reads the table as it is."""
    async with database.read() as connection:
        rows = await queries.bare_downvotes(connection)
    assert {row.original for row in rows} == {0, 1}


@pytest.mark.parametrize(("kind", "found"), [("d", True), ("D", True), ("f", False)])
async def test_types_ignore_letter_case(database: Database, kind: str, found: bool) -> None:
    """As the column compares."""
    async with database.read() as connection:
        assert await queries.has_liked(connection, 2, kind, 61) is found


@pytest.mark.parametrize(("user", "reason"), [(300, 1), (3229, 1), (2, None)])
async def test_agreement_has_a_reason_too(database: Database, user: int, reason: int | None) -> None:
    """Who agrees shares the reason of the original."""
    async with database.read() as connection:
        assert await queries.reason_of(connection, user, "d", 61) == reason
