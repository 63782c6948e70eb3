"""Rows of all tables as values: seen when others change them, and put back."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import delete, insert, select

from backend import tables
from backend.database.connections import Database
from backend.database.snapshots import NUMBERED, TABLES, only_in, watching

pytestmark = pytest.mark.anyio
TAGS = "openml_expdb.dataset_tag"
LIKE = {
    "knowledge_type": "d",
    "knowledge_id": 1,
    "user_id": 3,
    "time": datetime.fromisoformat("2020-01-02T03:04:05"),
}


async def test_the_first_look_sees_all_rows(database: Database) -> None:
    """As the database has them: ids as numbers, moments as text."""
    async with watching(database) as states:
        columns = [column.name for column in TABLES["openml_expdb.dataset"].columns]
        iris = next(row for row in states.rows["openml_expdb.dataset"] if row[columns.index("did")] == 61)
        assert iris[columns.index("upload_date")] == "2015-06-28 19:13:17"
        assert states.rows.keys() == TABLES.keys()


async def test_nothing_is_seen_where_nothing_changed(database: Database) -> None:
    """Reading is not repeated either."""
    async with watching(database) as states:
        assert await states.look() == {}


async def test_a_change_of_another_connection_is_seen(scratch_database: Database) -> None:
    """The tables that changed come with their rows from before."""
    async with watching(scratch_database) as states:
        before = states.rows[TAGS]
        async with scratch_database.write() as connection:
            await connection.execute(delete(tables.dataset_tag).where(tables.dataset_tag.c.id == 61))
        changed = await states.look()
        assert changed == {TAGS: before}
        assert set(states.rows[TAGS]) < set(before)


async def test_rows_are_put_back(scratch_database: Database) -> None:
    """Also parents without their children, and tables without a key; others see it."""
    async with watching(scratch_database) as states:
        pristine = states.rows
        async with scratch_database.write() as connection:
            await connection.execute(
                delete(tables.data_feature_value).where(tables.data_feature_value.c.did == 61)
            )
            await connection.execute(delete(tables.dataset).where(tables.dataset.c.did == 61))
            await connection.execute(insert(tables.likes), LIKE)
        assert len(await states.look()) > 3
        await states.put(pristine)
        assert {name: sorted(map(repr, rows)) for name, rows in states.rows.items()} == {
            name: sorted(map(repr, rows)) for name, rows in pristine.items()
        }
        assert await states.look() == {}
    async with scratch_database.read() as connection:
        found = await connection.scalar(select(tables.dataset.c.name).where(tables.dataset.c.did == 61))
        assert found is not None


async def test_the_next_id_is_told_and_set(scratch_database: Database) -> None:
    """A row that comes next gets it."""
    async with watching(scratch_database) as states:
        first = await states.next_ids()
        await states.set_next_id("openml_expdb.likes", first["openml_expdb.likes"] + 5)
        async with scratch_database.write() as connection:
            made = await connection.execute(insert(tables.likes), LIKE)
        assert made.inserted_primary_key == (first["openml_expdb.likes"] + 5,)
        assert (await states.next_ids())["openml_expdb.likes"] == first["openml_expdb.likes"] + 6
        assert first.keys() == NUMBERED.keys()


def test_rows_are_a_multiset() -> None:
    """Tables without a key may hold a row twice."""
    assert only_in(((1,), (2,), (3,)), ((2,),)) == ((1,), (3,))
    assert only_in(((1,), (1,), (2,)), ((1,),)) == ((1,), (2,))
    assert only_in(((1,),), ((1,), (1,))) == ()
