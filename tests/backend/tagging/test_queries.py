"""SQL of tags, on both databases."""

from __future__ import annotations

import pytest

from backend.database.connections import Database
from backend.tagging import queries
from backend.tagging.kinds import DATA, FLOW, RUN, SETUP, TASK, TaggedKind
from tests.backend.conftest import NOW

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("kind", "number", "about"),
    [
        (DATA, 130, (130, "private", 16)),
        (DATA, 999_999, None),
        (TASK, 59, (123, "public", 2)),
        (TASK, 999_999, None),
        (FLOW, 1, (None, None, None)),
        (RUN, 25, (None, None, None)),
        (SETUP, 4, (None, None, None)),
        (SETUP, 999_999, None),
    ],
)
async def test_an_entity_tells_its_data_set(
    database: Database, kind: TaggedKind, number: int, about: tuple[object, ...] | None
) -> None:
    """So that its visibility is known with the first round trip."""
    async with database.read() as connection:
        row = await queries.entity(connection, kind, number)
    assert (None if row is None else tuple(row)) == about


async def test_capitals_do_not_count(scratch_database: Database) -> None:
    """Owner and deletion are found by any spelling; tags come in alphabetical order."""
    async with scratch_database.write() as connection:
        await queries.put(connection, DATA, 61, "Zebra", 2, NOW)
        assert await queries.owner(connection, DATA, 61, "zebra ") == 2
        assert (await queries.tags(connection, DATA, 61))[-1] == "Zebra"
        await queries.take(connection, DATA, 61, "ZEBRA")
        assert await queries.owner(connection, DATA, 61, "Zebra") is None
        assert await queries.tags(connection, DATA, 61) == ["openfield", "petal", "study_14", "under100k"]
