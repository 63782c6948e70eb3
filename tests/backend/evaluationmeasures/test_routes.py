"""Endpoints of evaluation measures, through the front door."""

import httpx
import pytest

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "path", ["/evaluationmeasure/list", "/evaluationmeasures/list", "/v1/evaluationmeasure/list"]
)
async def test_the_measures_are_a_plain_list(client: httpx.AsyncClient, path: str) -> None:
    """Under every path that the guide shows."""
    measures = (await client.get(path)).json()
    assert "predictive_accuracy" in measures
    assert all(isinstance(name, str) for name in measures)
