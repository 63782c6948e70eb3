"""SQL of flows."""

import pytest

from backend.access import ANONYMOUS, User
from backend.database.connections import Database
from backend.flows import queries

pytestmark = pytest.mark.anyio


async def test_a_tree_reaches_every_level(database: Database) -> None:
    """Four statements find the flow, and what is below it three levels deep."""
    async with database.read() as connection:
        tree = await queries.tree(connection, 29)
    assert tree is not None
    assert {row.id for row in tree.flows} == {29, 28, 27, 26, 5}
    assert [(row.parent, row.child) for row in tree.components] == [(27, 26), (28, 27), (29, 5), (29, 28)]


async def test_parameters_come_by_name_byte_by_byte(database: Database) -> None:
    """Capitals go before small letters, as in the index that PHP reads along."""
    async with database.read() as connection:
        tree = await queries.tree(connection, 1)
    assert tree is not None
    assert [row.name for row in tree.parameters] == ["C", "M", "S", "output-debug-info"]


@pytest.mark.parametrize(
    ("user", "seen"),
    [(ANONYMOUS, False), (User(2), False), (User(16), True), (User(1, frozenset({1})), True)],
)
async def test_private_flows_are_listed_to_those_who_may_see_them(
    database: Database, user: User, seen: bool
) -> None:
    """To their uploader and to administrators."""
    async with database.read() as connection:
        rows = await queries.listed(connection, user, uploader=16, tag=None, limit=None, offset=None)
    assert (24 in [row.id for row in rows]) is seen


@pytest.mark.parametrize(
    ("name", "version", "found"),
    [
        ("weka.MossTree", "Weka_3.9.0_12024", 1),
        ("WEKA.mosstree ", "weka_3.9.0_12024 ", 1),
        ("private.flow", "p_1", 24),
        ("odd.creator-empty", "", 22),
        ("weka.MossTree", "nope", None),
        ("weka.\U0001f332", "Weka_3.9.0_12024", None),
    ],
)
async def test_names_are_compared_as_the_column_compares(
    database: Database, name: str, version: str, found: int | None
) -> None:
    """Letter case and trailing blanks do not count; what the column cannot hold is not there."""
    async with database.read() as connection:
        assert await queries.id_of(connection, name, version) == found
