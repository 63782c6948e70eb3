"""Studies created, changed and deleted through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backend import tables

if TYPE_CHECKING:
    import httpx

    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

NEW = {"name": "A reed bed", "description": "What grows there.", "alias": "reed-bed", "tasks": [1, 2]}


def said(answer: httpx.Response) -> tuple[int, str | None]:
    """Status and code of an answer."""
    return answer.status_code, answer.json().get("code")


async def test_the_life_of_a_suite(writable: Writable, keys: dict[str, str]) -> None:
    """Created in preparation, filled, activated, emptied after that; then it cannot be deleted any more."""
    key = {"api_key": keys["writer"]}
    created = await writable.http.post("/studies", params=key, json=NEW)
    assert created.json() == {"study_id": 3001}
    attached = await writable.http.post(
        "/studies/attach", params=key, data={"study_id": "3001", "entity_ids": "3,4"}
    )
    assert attached.json() == {"study_id": 3001, "main_entity_type": "task", "linked_entities": 4}
    active = await writable.http.post(
        "/studies/status/update", params=key, data={"study_id": "3001", "status": "active"}
    )
    assert active.json() == {"id": 3001, "status": "active"}
    detached = await writable.http.post(
        "/studies/detach", params=key, json={"study_id": 3001, "entity_ids": [1, 77]}
    )
    assert detached.json() == {"study_id": 3001, "main_entity_type": "task", "linked_entities": 3}
    kept = await writable.http.delete("/studies/3001", params=key)
    assert (kept.status_code, kept.json()["code"]) == (409, "595")
    [row] = await writable.rows(tables.study, tables.study.c.id == 3001)
    assert row[:6] == (3001, "reed-bed", "task", None, "A reed bed", "What grows there.")
    assert (row[6], row[7], str(row[8]), row[9], row[10]) == (
        "public",
        "active",
        "2026-11-22 12:00:00",
        2,
        "n",
    )


async def test_a_study_of_runs_can_refer_to_a_suite(writable: Writable, keys: dict[str, str]) -> None:
    """PHP dies of every suite; a suite that is referred to cannot be deleted, with code 593."""
    key = {"api_key": keys["writer"]}
    body = {"name": "A", "description": "x", "main_entity_type": "run", "benchmark_suite": 103, "runs": [25]}
    created = await writable.http.post("/studies", params=key, json=body)
    assert (await writable.http.get(f"/studies/{created.json()['study_id']}")).json()[
        "benchmark_suite"
    ] == 103
    refused = await writable.http.delete("/studies/103", params=key)
    assert (refused.status_code, refused.json()["code"]) == (409, "593")
    assert (await writable.http.get("/studies/103")).json()["task_ids"] == [1, 7]


REFUSED_MEMBERS = [
    ("writer", "999999", "1,", (422, "1044")),
    ("writer", "103", "", (422, "1044")),
    ("writer", "abc", "1", (422, "100")),
    ("writer", "999999", "1", (404, "1041")),
    ("writer", "105", "60", (403, "602")),
    ("writer", "99", "60", (403, "1053")),
    ("writer", "1", "60", (403, "1053")),
    ("writer", "16", "60", (410, "1042")),
    ("admin", "1", "60", (410, "1042")),
]


async def test_members_that_may_not_change_stay(writable: Writable, keys: dict[str, str]) -> None:
    """The first that applies answers: input, existence, visibility, ownership, state; no row changes."""
    before = await writable.rows(tables.task_study)
    for action in ("attach", "detach"):
        answers = []
        for who, study, ids, _ in REFUSED_MEMBERS:
            body = {"study_id": study, "entity_ids": ids}
            params = {"api_key": keys[who]}
            answers.append(said(await writable.http.post(f"/studies/{action}", params=params, data=body)))
        assert answers == [case[-1] for case in REFUSED_MEMBERS]
    assert await writable.rows(tables.task_study) == before


async def test_all_members_are_attached_or_none(writable: Writable, keys: dict[str, str]) -> None:
    """One that does not exist, is named twice or is there already keeps the others out."""
    before = await writable.rows(tables.task_study)
    params = {"api_key": keys["writer"]}
    for ids in ("2,999999", "2,2", "2,1"):
        body = {"study_id": "103", "entity_ids": ids}
        assert said(await writable.http.post("/studies/attach", params=params, data=body)) == (409, "1045")
    assert await writable.rows(tables.task_study) == before


async def test_administrators_change_any_study(writable: Writable, keys: dict[str, str]) -> None:
    """Also a private one of somebody else."""
    body = {"study_id": "105", "entity_ids": "60"}
    answer = await writable.http.post("/studies/attach", params={"api_key": keys["admin"]}, data=body)
    assert answer.json()["linked_entities"] == 3


REFUSED_STATUSES: list[tuple[dict[str, str], tuple[int, str]]] = [
    ({"study_id": "999999"}, (422, "1051")),
    ({"study_id": "103", "status": "in_preparation"}, (422, "1051")),
    ({"status": "active"}, (422, "1052")),
    ({"study_id": "0", "status": "active"}, (422, "1052")),
    ({"study_id": "103abc", "status": "active"}, (422, "1052")),
    ({"study_id": "999999", "status": "active"}, (404, "1052")),
    ({"study_id": "105", "status": "active"}, (403, "602")),
    ({"study_id": "99", "status": "deactivated"}, (403, "1053")),
]


async def test_a_refused_status_changes_nothing(writable: Writable, keys: dict[str, str]) -> None:
    """The first mistake in the order of the contract answers."""
    before = await writable.rows(tables.study)
    params = {"api_key": keys["writer"]}
    answers = [
        said(await writable.http.post("/studies/status/update", params=params, data=body))
        for body, _ in REFUSED_STATUSES
    ]
    assert answers == [expected for _, expected in REFUSED_STATUSES]
    assert await writable.rows(tables.study) == before


DELETIONS = [
    ("writer", "lantern-cc", (422, "100")),
    ("writer", "999999", (404, "592")),
    ("writer", "105", (403, "602")),
    ("owner", "103", (403, "594")),
    ("writer", "100", (409, "595")),
    ("writer", "103", (200, None)),
    ("writer", "125", (200, None)),
    ("admin", "127", (200, None)),
]


async def test_studies_of_runs_and_suites_in_preparation_are_deleted(
    writable: Writable, keys: dict[str, str]
) -> None:
    """By their creators and administrators."""
    answers = [
        said(await writable.http.delete(f"/studies/{study}", params={"api_key": keys[who]}))
        for who, study, _ in DELETIONS
    ]
    assert answers == [expected for *_, expected in DELETIONS]


async def test_equal_studies_at_once_are_one(writable: Writable, keys: dict[str, str]) -> None:
    """Of many with one alias one is created, and all others are told of the conflict."""
    answers = await asyncio.gather(
        *(writable.http.post("/studies", params={"api_key": keys["writer"]}, json=NEW) for _ in range(8))
    )
    assert sorted(map(said, answers)) == [
        (200, None),
        *[(409, "1038")] * 7,
    ]
    assert len(await writable.rows(tables.study, tables.study.c.alias == "reed-bed")) == 1


async def test_equal_members_at_once_are_one_row(writable: Writable, keys: dict[str, str]) -> None:
    """Of many equal requests one succeeds and all others are told of the conflict."""
    body = {"study_id": "103", "entity_ids": "2,3"}
    answers = await asyncio.gather(
        *(
            writable.http.post("/studies/attach", params={"api_key": keys["writer"]}, data=body)
            for _ in range(8)
        )
    )
    assert sorted(map(said, answers)) == [
        (200, None),
        *[(409, "1045")] * 7,
    ]


async def test_writing_needs_an_account_that_may_write(writable: Writable, keys: dict[str, str]) -> None:
    """Without a key or with a read-only one nothing is looked at."""
    paths = [("POST", "/studies"), ("DELETE", "/studies/3000")]
    paths += [("POST", f"/studies/{action}") for action in ("attach", "detach", "status/update")]
    for key, expected in ((None, (401, "102")), ("readonly", (403, "104")), ("nogroup", (403, "104"))):
        params = {"api_key": keys[key]} if key else {}
        for method, path in paths:
            assert said(await writable.http.request(method, path, params=params)) == expected


async def test_members_are_the_last_field_as_php_reads_it(writable: Writable, keys: dict[str, str]) -> None:
    """Of a repeated field PHP has the last, percent sequences are undone; a list of fields is none."""
    params = {"api_key": keys["writer"]}
    for body, expected in (
        ("study_id=103&entity_ids=2&entity_ids=%2535", (200, None)),
        ("study_id=103&entity_ids[]=2", (422, "1044")),
    ):
        headers = {"content-type": "application/x-www-form-urlencoded"}
        answer = await writable.http.post("/studies/attach", params=params, content=body, headers=headers)
        assert said(answer) == expected
    members = tables.task_study
    there = {row[1] for row in await writable.rows(members, members.c.study_id == 103)}
    assert (2 in there, 5 in there) == (False, True)
