"""backend.tables.datasets: data sets and their descriptions, states and tags."""

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_names_are_equal_without_case_and_accents(database: Database) -> None:
    """The collation of the name takes é for e and capitals for small letters."""
    query = select(tables.dataset.c.did).where(tables.dataset.c.name == "CAFE-ORDERS").order_by("did")
    async with database.read() as connection:
        assert list(await connection.scalars(query)) == [10, 11]


async def test_a_name_has_each_version_once(scratch_database: Database) -> None:
    """Name and version are unique, as the collation compares them."""
    async with scratch_database.write() as connection:
        row = dict(
            (await connection.execute(select(tables.dataset).where(tables.dataset.c.did == 10)))
            .mappings()
            .one()
        )
        del row["did"]
        with pytest.raises(IntegrityError):
            await connection.execute(insert(tables.dataset).values(row | {"name": "CAFE-orders "}))


async def test_descriptions_go_with_their_data_set(scratch_database: Database) -> None:
    """Deleting a data set takes its descriptions, states and tags along."""
    async with scratch_database.write() as connection:
        await connection.execute(delete(tables.dataset).where(tables.dataset.c.did == 2))
        left = [
            await connection.scalar(select(func.count()).where(column == 2))
            for column in (
                tables.dataset_description.c.did,
                tables.dataset_status.c.did,
                tables.dataset_tag.c.id,
            )
        ]
    assert left == [0, 0, 0]


async def test_tags_are_equal_without_case(database: Database) -> None:
    """A look-up of a tag finds it in any capitals."""
    tag = tables.dataset_tag.c.tag
    async with database.read() as connection:
        counts = [
            await connection.scalar(select(func.count()).where(tag == text))
            for text in ("openfield", "OPENFIELD")
        ]
    assert counts == [19, 19]
