"""Changing tasks, through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from backend import tables

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

INPUTS = {
    "source_data": "61",
    "target_feature": "class",
    "estimation_procedure": "3",
    "evaluation_measures": "kappa",
}


def described(inputs: dict[str, str], ttid: int = 1, tags: tuple[str, ...] = (), more: str = "") -> bytes:
    """A description of a task."""
    told = "".join(f'<oml:input name="{name}">{value}</oml:input>' for name, value in inputs.items())
    tagged = "".join(f"<oml:tag>{tag}</oml:tag>" for tag in tags)
    return (
        '<oml:task_inputs xmlns:oml="http://openml.org/openml">'
        f"<oml:task_type_id>{ttid}</oml:task_type_id>{told}{more}{tagged}</oml:task_inputs>"
    ).encode()


async def post(writable: Writable, key: str, description: bytes) -> Any:
    """Upload a task."""
    files = {"description": ("description.xml", description)}
    return await writable.http.post("/tasks", data={"api_key": key}, files=files)


async def test_a_task_is_stored_with_inputs_and_tags(writable: Writable, keys: dict[str, str]) -> None:
    """A tag that is refused is left out; the task is made all the same."""
    before = await writable.snapshot()
    answer = await post(writable, keys["writer"], described(INPUTS, tags=("pond", "pond", "t" * 65)))
    assert (answer.status_code, answer.json()) == (200, {"id": 60000})
    new = await writable.added(before)
    assert [row[:3] for row in new.pop("task")] == [(60000, 1, 2)]
    assert new.pop("task_inputs") == [(60000, name, INPUTS[name]) for name in sorted(INPUTS)]
    assert [row[:3] for row in new.pop("task_tag")] == [(60000, "pond", 2)]
    assert new == {}


async def test_json_does_the_same(writable: Writable, keys: dict[str, str]) -> None:
    """Inputs are a list, as PHP's JSON shows them."""
    body = {"task_type_id": 1, "input": [{"name": name, "value": value} for name, value in INPUTS.items()]}
    url = f"/tasks?api_key={keys['writer']}"
    assert (await writable.http.post(url, json=body)).json() == {"id": 60000}
    again = await writable.http.post(url, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "614")
    assert "[60000]" in again.json()["detail"]


@pytest.mark.parametrize(
    ("description", "status", "code", "named"),
    [
        (b"", 422, "611", "description"),
        (b"<x/>", 422, "613", "Line 1"),
        (described({}), 422, "613", "input"),
        (described(INPUTS, more='<oml:input name="source_data">61</oml:input>'), 422, "617", "source_data"),
        (described({**INPUTS, "colour": "red"}), 422, "616", "colour"),
        (described(INPUTS, ttid=99), 422, "616", "source_data"),
        (described({"number_samples": "5"}, ttid=3), 422, "619", "number_samples"),
        (described({**INPUTS, "source_data": "sixty"}), 422, "621", "numeric"),
        (described({**INPUTS, "cost_matrix": "[[0,"}), 422, "621", "json"),
        (
            described({**INPUTS, "estimation_procedure": "7"}),
            422,
            "622",
            "[1, 2, 3, 4, 5, 6, 16, 23, 25, 26, 28]",
        ),
        (described({**INPUTS, "target_feature": "CLASS"}), 422, "622", "[class]"),
        (described({**INPUTS, "source_data": "999999"}), 422, "622", "source_data"),
        (described({**INPUTS, "source_data": "61.0"}), 422, None, "source_data"),
        (described({**INPUTS, "source_data": "+61"}), 422, None, "source_data"),
        (described({**INPUTS, "source_data": "61 "}), 422, "621", "numeric"),
        (described({**INPUTS, "": "x"}), 422, "616", "no input "),
        (described({**INPUTS, "source_data": "33"}), 412, "623", "33"),
        (described({"source_data_list": "[68, 33]"}, ttid=9), 412, "623", "33"),
        (described({"source_data": "61"}), 422, "618", "estimation_procedure, target_feature"),
    ],
)
async def test_a_refused_task_leaves_nothing(
    writable: Writable, keys: dict[str, str], description: bytes, status: int, code: str | None, named: str
) -> None:
    """The first mistake in PHP's order answers."""
    before = await writable.snapshot()
    answer = await post(writable, keys["writer"], description)
    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert named in answer.json()["detail"]
    assert await writable.snapshot() == before


async def test_a_number_may_be_written_in_another_way(writable: Writable, keys: dict[str, str]) -> None:
    """PHP compares allowed values as numbers, and stores what was sent."""
    inputs = {**INPUTS, "estimation_procedure": "3.0", "source_data": " 61"}
    answer = await post(writable, keys["writer"], described(inputs))
    assert answer.json() == {"id": 60000}
    table = tables.task_inputs
    rows = await writable.rows(table, table.c.task_id == 60000)
    assert {(60000, "estimation_procedure", "3.0"), (60000, "source_data", " 61")} <= set(rows)


async def test_equal_uploads_at_once_are_one_task(writable: Writable, keys: dict[str, str]) -> None:
    """Nothing in the database keeps them apart, so the later ones wait and then find the first."""
    answers = await asyncio.gather(
        *(post(writable, keys["writer"], described(INPUTS)) for _ in range(8)),
        *(post(writable, keys["owner"], described(dict(reversed(INPUTS.items())))) for _ in range(4)),
    )
    assert sorted((one.status_code, one.json().get("code")) for one in answers) == [
        (200, None),
        *[(409, "614")] * 11,
    ]
    assert len(await writable.rows(tables.task, tables.task.c.task_id >= 60000)) == 1


async def test_other_uploads_at_once_do_not_wait_in_vain(writable: Writable, keys: dict[str, str]) -> None:
    """Each is stored."""
    answers = await asyncio.gather(
        *(
            post(writable, keys["writer"], described({**INPUTS, "estimation_procedure": number}))
            for number in ("1", "2", "3", "4", "5", "6")
        )
    )
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize(
    ("task_id", "key", "tables_changed"),
    [
        (1000, "64000000000000000000000000000000", {"task": 1, "task_inputs": 4, "task_tag": 1}),
        (8, "00000000000000000000000000000000", {"task": 1, "task_inputs": 4}),
    ],
)
async def test_a_task_goes_with_inputs_and_tags(
    writable: Writable, task_id: int, key: str, tables_changed: dict[str, int]
) -> None:
    """And with nothing else."""
    before = await writable.snapshot()
    answer = await writable.http.delete(f"/tasks/{task_id}", params={"api_key": key})
    assert (answer.status_code, answer.json()) == (200, {"id": task_id})
    after = await writable.snapshot()
    gone = {name: len(rows) - len(after[name]) for name, rows in before.items() if rows != after[name]}
    assert gone == tables_changed


@pytest.mark.parametrize(
    ("task_id", "who", "status", "code"),
    [
        (999999, "writer", 404, "452"),
        (1000, "writer", 403, "453"),
        (1, "admin", 409, "454"),
        (59999, "admin", 409, "455"),
    ],
)
async def test_a_task_that_one_may_not_delete_stays(
    writable: Writable, keys: dict[str, str], task_id: int, who: str, status: int, code: str
) -> None:
    """With its inputs, which PHP deletes before it finds the study."""
    before = await writable.snapshot()
    answer = await writable.http.delete(f"/tasks/{task_id}", params={"api_key": keys[who]})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await writable.snapshot() == before
