"""SQL of runs."""

from datetime import datetime

import pytest

from backend.access import ANONYMOUS
from backend.database.connections import Database
from backend.runs import queries
from backend.runs.selection import RunSelection

pytestmark = pytest.mark.anyio

NOW = datetime.fromisoformat("2026-11-22")


def selection(
    failed: bool = False, task_types: list[int] | None = None, **filters: object
) -> queries.Selection:
    """A selection by an anonymous caller."""
    return queries.Selection(RunSelection.model_validate(filters), task_types, failed, ANONYMOUS, NOW)


@pytest.mark.parametrize("wanted", [selection(run="25"), selection(run="25", limit="5")])
async def test_a_run_is_listed_once_per_engine(database: Database, wanted: queries.Selection) -> None:
    """Two engines evaluated run 25, and PHP lists it twice."""
    async with database.read() as connection:
        assert [row.rid for row in await queries.listed(connection, wanted)] == [25, 25]
        assert await queries.count_listed(connection, wanted) == 2


@pytest.mark.parametrize(("failed", "listed"), [(False, [34, 37]), (True, [34, 35, 36, 37])])
async def test_runs_whose_evaluation_failed_are_hidden(
    database: Database, failed: bool, listed: list[int]
) -> None:
    """A run with an error of its own stays."""
    async with database.read() as connection:
        rows = await queries.listed(connection, selection(failed, run="34,35,36,37"))
    assert [row.rid for row in rows] == listed


async def test_a_page_is_cut_from_runs_in_the_order_of_their_ids(database: Database) -> None:
    """Offset counts rows of that order."""
    async with database.read() as connection:
        rows = await queries.listed(connection, selection(task_types=[1], limit="3", offset="2"))
        whole = await queries.listed(connection, selection(task_types=[1]))
    assert [row.rid for row in rows] == sorted(row.rid for row in whole)[2:5]


async def test_a_count_can_stop_early(database: Database) -> None:
    """Whether there are many is known after some."""
    async with database.read() as connection:
        assert await queries.count_listed(connection, selection(limit="1"), 7) == 7


async def test_evaluations_come_by_measure_and_engine(database: Database) -> None:
    """Kappa of run 25 was measured by two engines."""
    async with database.read() as connection:
        run = await queries.run(connection, 25)
    assert run is not None
    assert [row.value for row in run.evaluations if row.name == "kappa"] == [0.560496, 0.25]
    assert [(row.fold, row.repeat) for row in run.fold_evaluations][:10] == [(fold, 0) for fold in range(10)]


async def test_a_reset_takes_evaluations_and_trace_along(scratch_database: Database) -> None:
    """They hang on the record of the evaluation."""
    async with scratch_database.write() as connection:
        assert await queries.trace(connection, 26) != []
        await queries.forget_evaluations(connection, 26)
        assert await queries.trace(connection, 26) == []
        run = await queries.run(connection, 26)
        assert run is not None
        assert run.evaluations == []
