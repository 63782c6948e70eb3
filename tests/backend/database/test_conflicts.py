"""Broken rules of tables, named alike on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.conflicts import TableRule, refusing, rule_of
from backend.database.connections import Database
from backend.database.storing import insert
from backend.problems import Problem
from tests.backend.conftest import NOW

pytestmark = pytest.mark.anyio

TAG: dict[str, Any] = {"id": 61, "tag": "petal", "uploader": 1, "date": NOW}


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (TAG, TableRule.UNIQUE),
        ({**TAG, "tag": "PETAL "}, TableRule.UNIQUE),
        ({**TAG, "id": 999_999}, TableRule.REFERENCE),
        ({**TAG, "tag": None}, TableRule.NOT_NULL),
    ],
)
async def test_an_insert_breaks_a_rule(
    scratch_database: Database, row: dict[str, Any], rule: TableRule
) -> None:
    """The error says which."""
    async with scratch_database.write() as connection:
        with pytest.raises(IntegrityError) as caught:
            await insert(connection, tables.dataset_tag, row)
        assert rule_of(caught.value) is rule


async def test_a_delete_breaks_a_reference(scratch_database: Database) -> None:
    """What others refer to stays."""
    async with scratch_database.write() as connection:
        with pytest.raises(IntegrityError) as caught:
            await connection.execute(tables.algorithm_setup.delete())
        assert rule_of(caught.value) is TableRule.REFERENCE


async def test_a_broken_rule_becomes_a_problem(scratch_database: Database) -> None:
    """The one that was given for it; without one the error goes on."""
    taken = Problem("tag-already-exists", "There already.", code="473")
    async with scratch_database.write() as connection:
        with pytest.raises(Problem) as caught, refusing(unique=taken):
            await insert(connection, tables.dataset_tag, TAG)
        assert caught.value is taken
        with pytest.raises(IntegrityError), refusing(unique=taken):
            await insert(connection, tables.dataset_tag, {**TAG, "id": 999_999})
