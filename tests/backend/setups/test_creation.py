"""Setups that runs are done with, found or made; tried through the upload of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend import tables

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


async def setup_of(writable: Writable, key: str, flow_id: int, *settings: dict[str, Any]) -> tuple[Any, ...]:
    """Upload a run with these settings; the row of its setup."""
    body = {"task_id": 1, "flow_id": flow_id, "parameter_setting": list(settings)}
    answer = await writable.http.post("/run", params={"api_key": key}, json=body)
    assert answer.status_code == 200, answer.text
    [run] = await writable.rows(tables.run, tables.run.c.rid == answer.json()["run_id"])
    setup = tables.algorithm_setup
    [row] = await writable.rows(setup, setup.c.sid == run[2])
    return tuple(row)


async def test_the_same_settings_are_the_same_setup(writable: Writable, keys: dict[str, str]) -> None:
    """Of a setting that comes twice the last one counts; more or fewer settings are another setup."""
    key, x = keys["writer"], {"name": "x", "value": "5"}
    first = await setup_of(writable, key, 32, x)
    again = await setup_of(writable, key, 32, {"name": "x", "value": "6"}, x)
    none = await setup_of(writable, key, 32)
    assert first == again
    assert first[0] != none[0]
    assert await setup_of(writable, key, 32) == none


@pytest.mark.parametrize(
    ("flow_id", "settings", "default"),
    [
        (32, [("x", "1", 32)], "true"),
        (32, [("x", "1.0", 32)], "false"),
        (3, [("C", "0.30", 3)], "false"),
        (6, [("I", "10", 6), ("P", "100", 6)], "false"),
        (
            6,
            [
                ("I", "10", 6),
                ("P", "100", 6),
                ("W", "weka.classifiers.trees.MossTree", 6),
                ("C", "0.25", 1),
                ("M", "2", 1),
                ("S", "false", 1),
            ],
            "true",
        ),
    ],
)
async def test_a_setup_is_the_default_when_all_its_settings_are(
    writable: Writable, keys: dict[str, str], flow_id: int, settings: list[tuple[str, str, int]], default: str
) -> None:
    """Those of the flow and of its components that have a default value, as texts."""
    given = [{"name": name, "value": value, "component": flow} for name, value, flow in settings]
    row = await setup_of(writable, keys["writer"], flow_id, *given)
    assert row[5] == default
