"""SQL of evaluation measures."""

import pytest

from backend.database.connections import Database
from backend.evaluationmeasures import queries

pytestmark = pytest.mark.anyio


async def test_only_evaluation_functions_are_measures(database: Database) -> None:
    """The table also holds kernels and metrics; order is that of the key."""
    async with database.read() as connection:
        measures = await queries.measures(connection)
    assert measures[:2] == ["area_under_roc_curve", "average_cost"]
    assert "EuclideanDistance" not in measures
