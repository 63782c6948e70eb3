"""SQL of the work lists of evaluation engines."""

from datetime import datetime

import pytest

from backend.database.connections import Database
from backend.datasets import work_queries

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 22, 0, 30)  # noqa: DTZ001  # as the database has it


async def test_what_was_not_processed_or_failed_is_work(database: Database) -> None:
    """Data sets without a file are none (40), nor those that failed often enough."""
    async with database.read() as connection:
        rows = await work_queries.unprocessed(connection, 1, NOW, 200)
    dids = [row.did for row in rows]
    assert dids[0] == 38
    assert 128 in dids
    assert 40 not in dids
    assert dids == sorted(dids)


async def test_a_failure_rests_before_it_is_tried_again(database: Database) -> None:
    """A clock before all processing finds fewer."""
    early = NOW.replace(year=2000)
    async with database.read() as connection:
        rested = await work_queries.unprocessed(connection, 1, NOW, 200)
        resting = await work_queries.unprocessed(connection, 1, early, 200)
    assert {row.did for row in resting} < {row.did for row in rested}


async def test_a_negative_engine_has_no_work(database: Database) -> None:
    """PHP takes digits only."""
    async with database.read() as connection:
        assert await work_queries.unprocessed(connection, -1, NOW, 1) == []


async def test_unknown_qualities_keep_their_order(database: Database) -> None:
    """Names are exact; those of the other kind are unknown."""
    names = ["Nope", "NumberOfInstances", "numberofinstances", "Distinct"]
    async with database.read() as connection:
        unknown = await work_queries.unknown_qualities(connection, "DataQuality", names)
    assert unknown == ["Nope", "numberofinstances", "Distinct"]


async def test_a_priority_tag_comes_first(database: Database) -> None:
    """Then the order of ids goes on."""
    wanted = ["J48.001.AUC", "kNN1NKappa", "ClassEntropy"]
    async with database.read() as connection:
        plain = await work_queries.lacking_qualities(connection, 1, wanted, None, 1000)
        tagged = await work_queries.lacking_qualities(connection, 1, wanted, "PETAL", 1000)
    assert plain[0].did == 1
    assert tagged[0].did == 22
    assert sorted(row.did for row in tagged) == [row.did for row in plain]


async def test_features_are_measured_each(database: Database) -> None:
    """A data set is done when every feature has every quality."""
    async with database.read() as connection:
        rows = await work_queries.lacking_feature_qualities(
            connection, 1, ["AverageClassCount", "AveragePercentageOfClass"], 1
        )
    assert [row.did for row in rows] == [1]
