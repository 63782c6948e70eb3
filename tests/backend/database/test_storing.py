"""Rows as PHP's non-strict session stores them, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.connections import Database
from backend.database.storing import as_php_sends, coerced, insert, insert_ignoring
from backend.problems import InputProblem
from tests.backend.conftest import NOW


@pytest.mark.parametrize(
    ("column", "value", "kept"),
    [
        (tables.dataset.c.name, "n" * 200, "n" * 128),
        (tables.dataset.c.name, 5, "5"),
        (tables.dataset.c.visibility, "public", "public"),
        (tables.dataset.c.file_id, "12,15", 12),
        (tables.dataset.c.file_id, "12.5", 13),
        (tables.dataset.c.file_id, " -3abc", -3),
        (tables.dataset.c.file_id, "1e2", 100),
        (tables.dataset.c.file_id, "1e999999999", 2**31 - 1),
        (tables.dataset.c.file_id, "-1e999999999", -(2**31)),
        (tables.dataset.c.file_id, "abc", 0),
        (tables.dataset.c.file_id, "99999999999", 2**31 - 1),
        (tables.dataset.c.file_id, None, None),
        (tables.dataset_tag.c.uploader, -1, 0),
        (tables.dataset_tag.c.uploader, 2**30, 2**24 - 1),
        (tables.evaluation.c.value, "0.5x", 0.5),
        (tables.evaluation.c.value, "1e999", 1.7976931348623157e308),
        (tables.evaluation.c.value, "nan", 0.0),
        (tables.dataset_status.c.status, "Active ", "active"),
        (tables.dataset_status.c.status, "bogus", ""),
        (tables.dataset_tag.c.tag, "€uro-☃", "€uro-?"),
        (tables.run.c.error_message, "ä" * 40_000, "ä" * 32_767),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_value_is_brought_to_its_column(column: Any, value: Any, kept: Any) -> None:
    """As MySQL does it without its strict modes."""
    assert coerced(column.table, {column.name: value}) == {column.name: kept}


def test_characters_that_no_column_holds_are_refused() -> None:
    """PHP stores the text mutilated, and so does its dialect."""
    with pytest.raises(InputProblem, match="beyond U\\+FFFF"):
        coerced(tables.run, {"run_details": "a😀b"})
    with as_php_sends():
        assert coerced(tables.run, {"run_details": "a😀b"}) == {"run_details": "a????b"}
    with pytest.raises(InputProblem):
        coerced(tables.run, {"run_details": "a😀b"})


def test_what_an_insert_leaves_out_gets_the_default_of_its_type() -> None:
    """Only where there is no other default, no NULL and no numbering."""
    row = coerced(tables.algorithm_setup, {"implementation_id": 5}, complete=True)
    assert row["parent"] == 0
    assert "sid" not in row


def test_a_date_has_no_default() -> None:
    """Leaving it out is a mistake of the caller."""
    with pytest.raises(KeyError):
        coerced(tables.dataset_status, {"did": 1}, complete=True)


@pytest.mark.anyio
async def test_the_database_gives_the_next_number(scratch_database: Database) -> None:
    """The number after the highest that there ever was, as InnoDB does."""
    row = {"creator": 1, "creation_date": NOW, "filepath": "misc/a", "type": "misc"}
    async with scratch_database.write() as connection:
        highest = await connection.scalar(select(func.max(tables.file.c.id)))
        assert highest is not None
        first = await insert(connection, tables.file, row)
        await connection.execute(tables.file.delete().where(tables.file.c.id == first))
        second = await insert(connection, tables.file, row)
    assert (first, second) == (highest + 1, highest + 2)


@pytest.mark.anyio
async def test_ignoring_says_whether_the_row_is_new(scratch_database: Database) -> None:
    """A key that is taken, a reference to nothing and NULL are ignored; other statements go on."""
    tag = {"id": 61, "tag": "t", "uploader": 1, "date": NOW}
    async with scratch_database.write() as connection:
        outcomes = [
            await insert_ignoring(connection, tables.dataset_tag, row)
            for row in (tag, tag, {**tag, "id": 999_999}, {**tag, "tag": None}, {**tag, "tag": "u"})
        ]
        with pytest.raises(IntegrityError):
            await insert(connection, tables.dataset_tag, tag)
    assert outcomes == [True, False, False, False, True]
    async with scratch_database.read() as connection:
        kept = await connection.scalars(
            select(tables.dataset_tag.c.tag).where(tables.dataset_tag.c.date == NOW)
        )
        assert sorted(kept) == ["t", "u"]


@pytest.mark.anyio
async def test_a_refused_row_uses_up_its_number(scratch_database: Database) -> None:
    """On both databases the next row gets the number after it."""
    row = {"implementation_id": 32, "name": "twice"}
    async with scratch_database.write() as connection:
        first = await insert(connection, tables.input_, row)
        assert not await insert_ignoring(connection, tables.input_, row)
        assert await insert(connection, tables.input_, {**row, "name": "other"}) == first + 2
