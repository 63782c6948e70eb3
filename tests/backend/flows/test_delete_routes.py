"""Deleting flows, through the front door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend import tables
from backend.database.storing import insert

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


async def gone(writable: Writable, before: dict[str, list[tuple[object, ...]]]) -> dict[str, int]:
    """How many rows of each table are no longer there."""
    after = await writable.snapshot()
    return {name: len(rows) - len(after[name]) for name, rows in before.items() if rows != after[name]}


@pytest.mark.parametrize(
    ("flow_id", "who", "rows"),
    [
        (32, "writer", {"implementation": 1, "input": 1}),
        (24, "owner", {"implementation": 1, "input": 1, "algorithm_setup": 1, "input_setting": 1}),
        (25, "admin", {"implementation": 1, "algorithm_setup": 1}),
    ],
)
async def test_a_flow_goes_with_all_that_is_its_own(
    writable: Writable, keys: dict[str, str], flow_id: int, who: str, rows: dict[str, int]
) -> None:
    """Its parameters and setups, and nothing else."""
    before = await writable.snapshot()
    answer = await writable.http.delete(f"/flows/{flow_id}", params={"api_key": keys[who]})
    assert (answer.status_code, answer.json()) == (200, {"id": flow_id})
    assert await gone(writable, before) == rows


@pytest.mark.parametrize(
    ("path", "who", "status", "code", "named"),
    [
        ("/flows/999999", "writer", 404, "322", "999999"),
        ("/flows/1", "writer", 403, "323", "1"),
        ("/flows/1", "admin", 409, "324", "{25, 31, 32,"),
        ("/flows/26", "admin", 409, "328", "{27, 30}"),
        ("/flows/32/force", "writer", 403, "550", ""),
        ("/flows/999999/force", "admin", 404, "322", "999999"),
        ("/flows/88/force", "admin", 409, "324", "{337}"),
        ("/flows/33/force", "admin", 409, "327", "33"),
    ],
)
async def test_a_flow_that_one_may_not_delete_stays(
    writable: Writable, keys: dict[str, str], path: str, who: str, status: int, code: str, named: str
) -> None:
    """PHP loses settings, runs and evaluations on the way to some of these errors; here nothing changes."""
    before = await writable.snapshot()
    answer = await writable.http.delete(path, params={"api_key": keys[who]})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert named in answer.json()["detail"]
    assert await gone(writable, before) == {}


async def test_a_parameter_that_another_flow_sets_keeps_its_flow(
    writable: Writable, keys: dict[str, str]
) -> None:
    """Setups can set parameters of flows that are no longer components of theirs."""
    async with writable.database.write() as connection:
        number = await insert(connection, tables.input_, {"implementation_id": 32, "name": "fresh"})
        row = {"setup": 90, "input": "", "input_id": number, "value": "1"}
        await insert(connection, tables.input_setting, row)
    before = await writable.snapshot()
    answer = await writable.http.delete("/flows/32", params={"api_key": keys["writer"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "325")
    assert await gone(writable, before) == {}


async def test_by_force_runs_go_with_their_evaluations(writable: Writable, keys: dict[str, str]) -> None:
    """Their uploaded files stay, as in PHP."""
    before = await writable.snapshot()
    answer = await writable.http.delete("/flows/34/force", params={"api_key": keys["admin"]})
    assert (answer.status_code, answer.json()) == (200, {"id": 34})
    rows = await gone(writable, before)
    assert rows == {
        "algorithm_setup": 1,
        "evaluation": 10,
        "evaluation_fold": 20,
        "implementation": 1,
        "implementation_tag": 2,
        "input": 4,
        "input_setting": 2,
        "run": 1,
        "runfile": 2,
        "run_evaluated": 1,
    }
