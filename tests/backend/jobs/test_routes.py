"""Endpoints of jobs."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from backend import tables

if TYPE_CHECKING:
    import httpx

    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

NOW = datetime.fromisoformat("2026-11-22T12:00:00")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", (422, "340")),
        ("workbench=Weka_3.9.0", (422, "340")),
        ("workbench=0&task_type_id=1", (422, "340")),
        ("workbench=Weka_3.9.0&task_type_id=x", (422, "340")),
        ("workbench=Nope&task_type_id=1", (404, "341")),
        ("workbench=Weka_3.9.0&task_type_id=1&setup_id=99999", (404, "341")),
    ],
)
async def test_refusals_keep_the_legacy_code(
    client: httpx.AsyncClient, query: str, expected: tuple[int, str]
) -> None:
    """What is missing is wrong input; what is not there is not found."""
    response = await client.get(f"/job/request?{query}")
    assert (response.status_code, response.json()["code"]) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("task_type_id=1x", '{"job":{"learner":"weka.MossTree -C 0.25 -M 1","task_id":"1","setup_id":"1"}}'),
        (
            "task_type_id=1.0&setup_id=2abc",
            '{"job":{"learner":"weka.MossTree -C 0.25 -M 2","task_id":"1","setup_id":"2"}}',
        ),
        ("task_type_id=1.5", '{"error":{"code":"341","message":"No jobs available."}}'),
        ("task_type_id=1&setup_id=x", '{"error":{"code":"341","message":"No jobs available."}}'),
        ("task_type_id=0", '{"error":{"code":"340","message":"Please provide workbench and task type."}}'),
    ],
)
async def test_php_lets_the_database_read_numbers(writable: Writable, query: str, expected: str) -> None:
    """In its dialect a text is the number that it begins with."""
    answer = await writable.http.get(f"/api/v1/json/job/request?workbench=Weka_3.9.0&{query}")
    assert answer.text == expected


async def test_jobs_asked_for_at_once_are_different_ones(writable: Writable) -> None:
    """Three wait for this workbench; each is handed out once."""
    query = "workbench=Weka_3.9.0&task_type_id=1"
    answers = await asyncio.gather(*(writable.http.get(f"/job/request?{query}") for _ in range(3)))
    jobs = {(answer.json()["setup_id"], answer.json()["task_id"]) for answer in answers}
    assert jobs == {(1, 1), (2, 1), (2, 2)}
    marked = tables.schedule.c.last_assigned == NOW
    assert len(await writable.rows(tables.schedule, marked)) == 3
