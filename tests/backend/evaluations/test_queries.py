"""SQL of evaluations."""

from datetime import datetime, timedelta

import pytest

from backend.access import ANONYMOUS
from backend.database.connections import Database
from backend.evaluations import queries
from backend.runs.selection import RunSelection

pytestmark = pytest.mark.anyio

NOW = datetime.fromisoformat("2026-11-22")


async def listed(
    database: Database, per_fold: bool = False, sort_order: str | None = None, **filters: object
) -> list[tuple[int, str, float | None]]:
    """Run, measure and value of the evaluations."""
    shown = queries.Presentation(str(filters.pop("function", "")) or None, per_fold, sort_order)
    async with database.read() as connection:
        rows = await queries.listed(connection, RunSelection.model_validate(filters), shown, ANONYMOUS, NOW)
    return [(row.rid, row.function, row.value) for row in rows]


async def test_evaluations_come_by_run(database: Database) -> None:
    """Those of one run by measure and engine."""
    assert await listed(database, run="26,25", function="kappa", limit="3") == [
        (25, "kappa", 0.560496),
        (25, "kappa", 0.25),
        (26, "kappa", 0.107298),
    ]


@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_evaluations_are_sorted_by_value(database: Database, order: str) -> None:
    """Those without a value are the smallest."""
    values = [value for _, _, value in await listed(database, sort_order=order, run="60001,25")]
    expected = sorted(values, key=lambda value: (value is not None, value), reverse=order == "desc")
    assert values == expected


async def test_folds_are_one_row(database: Database) -> None:
    """One for each run, measure and engine, without a value."""
    assert await listed(database, per_fold=True, run="49") == [
        (49, "area_under_roc_curve", None),
        (49, "predictive_accuracy", None),
    ]


async def test_values_of_folds(database: Database) -> None:
    """By fold and repeat; those without a value are left out."""
    async with database.read() as connection:
        shown = queries.Presentation("predictive_accuracy", True, None)
        rows = await queries.listed(
            connection, RunSelection.model_validate({"run": "85,225"}), shown, ANONYMOUS, NOW
        )
        folds = await queries.folds(connection, rows)
    assert folds[85, 45, 1] == ["0.661419", "0.638971", "0.647565", "0.702378"]
    assert len(folds[225, 45, 1]) == 9


async def test_measures_are_told_apart_by_case(database: Database) -> None:
    """Their names are compared as bytes."""
    assert await listed(database, function="Kappa", limit="3") == []


async def test_runs_without_evaluations_are_counted(database: Database) -> None:
    """What is too many is decided before measures are looked at."""
    async with database.read() as connection:
        filters = RunSelection.model_validate({"run": "34,25"})
        assert await queries.count_runs(connection, filters, ANONYMOUS, NOW) == 2


async def test_a_setup_with_two_tags_has_its_parameters_twice(database: Database) -> None:
    """As in PHP; setup 1 has four parameters and two tags."""
    async with database.read() as connection:
        parameters = await queries.parameters(connection, [1, 9])
    assert [row.id for row in parameters[1]] == [12, 12, 13, 13, 14, 14, 16, 16]
    assert 9 not in parameters


async def test_failed_evaluations_are_tried_again_after_a_rest(database: Database) -> None:
    """Run 36 failed once, 35 for good."""
    failed_at = datetime.fromisoformat("2016-01-05T12:48:12")
    async with database.read() as connection:
        for before, found in ((failed_at, False), (failed_at + timedelta(seconds=1), True)):
            wanted = queries.RunRequest(1, "normal", 0, before)
            rows = await queries.unevaluated(connection, wanted, {"setup": (21,)}, None)
            ids = [row.rid for row in rows]
            assert (36 in ids, 35 in ids) == (found, False)
