"""SQL of uploading flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from backend import tables
from backend.flows import upload_queries as queries
from tests.backend.conftest import NOW

if TYPE_CHECKING:
    from backend.database.connections import Database

pytestmark = pytest.mark.anyio


async def test_capitals_do_not_make_another_flow(scratch_database: Database) -> None:
    """The columns compare names and external versions."""
    async with scratch_database.write() as connection:
        assert await queries.equals(connection, "WEKA.mosstree", "weka_3.9.0_12024") == [1]
        assert await queries.equals(connection, "weka.MossTree", "none such") == []


async def test_a_flow_is_the_next_version_of_its_name(scratch_database: Database) -> None:
    """Whoever made those before; what is not told is empty, as PHP's session stores it."""
    columns = {"name": "sample.New", "description": "d"}
    async with scratch_database.write() as connection:
        made = [await queries.add(connection, columns, 2, NOW) for _ in range(2)]
        assert [version for _, version in made] == [1, 2]
        row = (
            await connection.execute(
                select(tables.implementation).where(tables.implementation.c.id == made[1][0])
            )
        ).one()
    assert (row.fullName, row.external_version, row.visibility, row.uploadDate) == (
        "sample.New(2)",
        "",
        "public",
        NOW,
    )


async def test_what_is_there_twice_is_stored_once(scratch_database: Database) -> None:
    """A parameter of the same name, and a link to the same component."""
    async with scratch_database.write() as connection:
        for identifier in ("a", "b"):
            await queries.add_parameter(connection, 32, {"name": "twice", "description": identifier})
            await queries.link(connection, 32, 1, identifier)
        table = tables.implementation_component
        links = await connection.execute(select(table).where(table.c.parent == 32))
        assert [tuple(row) for row in links] == [(32, 1, "a")]
        inputs = await connection.scalars(
            select(tables.input_.c.description).where(tables.input_.c.name == "twice")
        )
        assert inputs.all() == ["a"]
