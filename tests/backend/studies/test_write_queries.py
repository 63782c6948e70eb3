"""SQL that changes studies, on both databases."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend import tables
from backend.database.conflicts import TableRule, rule_of
from backend.database.connections import Database
from backend.studies import write_queries
from backend.studies.creation import NewStudy

pytestmark = pytest.mark.anyio

NOW = datetime.fromisoformat("2026-11-22T12:00:00")
NEW = NewStudy("run", "A", "x", None, None, ())


async def test_letter_case_of_an_alias_counts(database: Database) -> None:
    """The column compares letter by letter."""
    async with database.read() as connection:
        taken = [await write_queries.alias_is_taken(connection, a) for a in ("lantern-cc", "Lantern-CC")]
    assert taken == [True, False]


async def test_only_members_with_a_data_set_count(scratch_database: Database) -> None:
    """Task 24 has no source_data, and so has no run on it (recordings, study.attach-runs)."""
    async with scratch_database.write() as connection:
        await write_queries.attach(connection, "task", 103, [2, 24], 2, NOW)
        await write_queries.attach(connection, "run", 126, [27, 44], 2, NOW)
        assert await write_queries.count_members(connection, "task", 103) == 3
        assert await write_queries.count_members(connection, "run", 126) == 3


async def test_the_database_refuses_wrong_members(scratch_database: Database) -> None:
    """One that is there, one named twice, one that does not exist."""
    rules = []
    async with scratch_database.write() as connection:
        for ids in ([1], [2, 2], [999999]):
            with pytest.raises(IntegrityError) as caught:
                await write_queries.attach(connection, "task", 103, ids, 2, NOW)
            rules.append(rule_of(caught.value))
            await write_queries.detach(connection, "task", 103, [2])
    assert rules == [TableRule.UNIQUE, TableRule.UNIQUE, TableRule.REFERENCE]


async def test_a_deletion_takes_members_and_tags_along(scratch_database: Database) -> None:
    """Nothing of a study is left; a suite that another study refers to cannot go."""
    async with scratch_database.write() as connection:
        for study in (1, 103, 123):
            await write_queries.remove(connection, study)
        for table in (tables.study_tag, tables.task_study, tables.run_study):
            left = await connection.execute(select(table).where(table.c.study_id.in_([1, 103, 123])))
            assert left.all() == []
        suite = await write_queries.create(connection, NewStudy("task", "S", "x", None, None, ()), 2, NOW)
        await write_queries.create(connection, NewStudy("run", "R", "x", None, suite, ()), 2, NOW)
        with pytest.raises(IntegrityError):
            await write_queries.remove(connection, suite)
