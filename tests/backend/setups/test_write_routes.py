"""Changing setups, through the front door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend import tables

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

FLOWS_UPLOADER = "64000000000000000000000000000000"


async def test_the_uploader_of_its_flow_deletes_a_setup(writable: Writable) -> None:
    """The setup and its settings are gone, and nothing else is."""
    before = await writable.snapshot()
    answer = await writable.http.delete("/setup/90", params={"api_key": FLOWS_UPLOADER})
    assert (answer.status_code, answer.json()) == (200, {"id": 90})
    after = await writable.snapshot()
    assert {name: len(rows) - len(after[name]) for name, rows in before.items() if rows != after[name]} == {
        "algorithm_setup": 1,
        "input_setting": 6,
    }
    again = await writable.http.delete("/setup/90", params={"api_key": FLOWS_UPLOADER})
    assert (again.status_code, again.json()["code"]) == (404, "402")


@pytest.mark.parametrize(
    ("setup_id", "who", "status", "code"),
    [
        (999999, "writer", 404, "402"),
        (0, "writer", 404, "402"),
        (90, "writer", 403, None),
        (1, "writer", 403, None),
        (44, "writer", 403, None),
        (1, "admin", 409, "404"),
        (9, "admin", 409, "404"),
    ],
)
async def test_a_setup_that_one_may_not_delete_stays(
    writable: Writable, keys: dict[str, str], setup_id: int, who: str, status: int, code: str | None
) -> None:
    """Unknown, another's, in use: in this order, and nothing changes."""
    before = await writable.snapshot()
    answer = await writable.http.delete(f"/setup/{setup_id}", params={"api_key": keys[who]})
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert await writable.snapshot() == before


async def test_a_tagged_setup_keeps_its_settings(writable: Writable, keys: dict[str, str]) -> None:
    """PHP deletes the settings before it finds the tag; here nothing changes."""
    key = {"api_key": keys["admin"]}
    await writable.http.post("/setup/tag", params=key, data={"setup_id": "90", "tag": "t"})
    before = await writable.snapshot()
    answer = await writable.http.delete("/setup/90", params=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "405")
    assert await writable.snapshot() == before


async def test_administrators_store_differences(writable: Writable, keys: dict[str, str]) -> None:
    """The lower id is first; what is stored already is answered; a form and JSON do the same."""
    key = {"api_key": keys["admin"]}
    stored = [{"setupA": 1, "setupB": 2, "task_id": 1, "task_size": 150, "differences": 7}]
    form = {"task_id": "1", "task_size": "150", "differences": "7"}
    first = await writable.http.post("/setup/differences/2/1", params=key, data=form)
    assert (first.status_code, first.json()) == (200, stored)
    json = {"task_id": 1, "task_size": 150, "differences": 9}
    second = await writable.http.post("/setup/differences/1/2", params=key, json=json)
    assert (second.status_code, second.json()) == (200, stored)
    third = await writable.http.post("/setup/differences/1/2", params=key, json={"task_id": 3})
    assert (third.status_code, third.json()) == (200, [])
    odd = {"task_id": "4", "task_size": "12x", "differences": ""}
    await writable.http.post("/setup/differences/1/2", params=key, data=odd)
    table = tables.setup_differences
    rows = await writable.rows(table, table.c.sidA == 1, table.c.sidB == 2)
    assert rows == [(1, 2, 1, 150, 7), (1, 2, 4, 12, 0)]


@pytest.mark.parametrize(
    ("who", "task_id", "status", "code"),
    [("writer", "1", 403, "104"), ("admin", "abc", 422, "100"), ("admin", "1.0", 422, None)],
)
async def test_others_store_no_differences(
    writable: Writable, keys: dict[str, str], who: str, task_id: str, status: int, code: str | None
) -> None:
    """Rights come before input, and the task must be an integer."""
    before = await writable.rows(tables.setup_differences)
    form = {"task_id": task_id, "task_size": "1", "differences": "0"}
    answer = await writable.http.post("/setup/differences/1/2", params={"api_key": keys[who]}, data=form)
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert await writable.rows(tables.setup_differences) == before
