"""Forking, deleting, resetting data sets and changing their status, through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backend import tables
from tests.backend.datasets.conftest import named

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


dataset, status = tables.dataset, tables.dataset_status


async def test_a_fork_is_the_next_version_of_ones_own(writable: Writable, keys: dict[str, str]) -> None:
    """Everything is copied but the owner, the version, and what belongs to the original alone."""
    answer = await writable.http.post(
        "/datasets/fork", params={"api_key": keys["writer"]}, json={"data_id": 8}
    )
    made = answer.json()["id"]
    [old] = await named(writable, dataset, dataset.c.did == 8)
    [new] = await named(writable, dataset, dataset.c.did == made)
    differing = {name: (old[name], new[name]) for name in old if old[name] != new[name]}
    assert differing == {"did": (8, made), "uploader": (64, 2), "version": ("10", "11")}
    description = tables.dataset_description
    [text] = await named(writable, description, description.c.did == made)
    assert (text["version"], text["uploader"]) == (1, 64)
    assert await writable.rows(status, status.c.did == made) == []


async def test_forks_at_once_have_different_versions(writable: Writable, keys: dict[str, str]) -> None:
    """Who comes second waits, and gets the version after."""
    key = {"api_key": keys["writer"]}
    answers = await asyncio.gather(
        *(writable.http.post("/datasets/fork", params=key, data={"data_id": "61"}) for _ in range(8))
    )
    assert [answer.status_code for answer in answers] == [200] * 8
    versions = [row["version"] for row in await named(writable, dataset, dataset.c.name == "petal-marks")]
    assert sorted(versions, key=int) == [str(version) for version in range(1, 10)]


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({}, (422, "1070")),
        ({"data_id": "0"}, (422, "1070")),
        ({"data_id": "61abc"}, (422, "1071")),
        ({"data_id": "999999"}, (404, "1071")),
        ({"data_id": "130"}, (403, "112")),
    ],
)
async def test_a_fork_is_refused(
    writable: Writable, keys: dict[str, str], fields: dict[str, str], answer: tuple[int, str]
) -> None:
    """Input, then existence, then visibility, which PHP does not look at."""
    refused = await writable.http.post("/datasets/fork", params={"api_key": keys["writer"]}, data=fields)
    assert (refused.status_code, refused.json()["code"]) == answer


async def test_deleting_takes_all_along_but_the_file(writable: Writable, keys: dict[str, str]) -> None:
    """Rows of eight tables go by their keys; forks may share the file."""
    files, stored = await writable.rows(tables.file), writable.stored()
    gone = await writable.http.delete("/datasets/064", params={"api_key": keys["admin"]})
    assert (gone.status_code, gone.json()) == (200, {"id": 64})
    for table in (dataset, tables.dataset_description, status, tables.data_processed, tables.data_feature):
        assert await writable.rows(table, table.c.did == 64) == []
    assert await writable.rows(tables.dataset_tag, tables.dataset_tag.c.id == 64) == []
    assert await writable.rows(tables.data_quality, tables.data_quality.c.data == 64) == []
    assert (await writable.rows(tables.file), writable.stored()) == (files, stored)


async def test_a_reset_forgets_what_engines_found(writable: Writable, keys: dict[str, str]) -> None:
    """Processing, features, their values, and all qualities; a second time there is nothing to forget."""
    key = {"api_key": keys["owner"]}
    for _ in range(2):
        answer = await writable.http.post("/datasets/reset/61", params=key)
        assert (answer.status_code, answer.json()) == (200, {"id": 61})
    for table in (tables.data_processed, tables.data_feature, tables.data_feature_value):
        assert await writable.rows(table, table.c.did == 61) == []
    for table in (tables.data_quality, tables.feature_quality):
        assert await writable.rows(table, table.c.data == 61) == []


@pytest.mark.parametrize(
    ("method", "path", "who", "answer"),
    [
        ("DELETE", "/datasets/999999", "writer", (404, "352")),
        ("DELETE", "/datasets/130", "writer", (403, "112")),
        ("DELETE", "/datasets/61", "writer", (403, "353")),
        ("DELETE", "/datasets/61", "admin", (409, "354")),
        ("POST", "/datasets/reset/999999", "writer", (404, "1021")),
        ("POST", "/datasets/reset/130", "writer", (403, "112")),
        ("POST", "/datasets/reset/61", "writer", (403, "1022")),
    ],
)
async def test_a_refusal_changes_nothing(
    writable: Writable, keys: dict[str, str], method: str, path: str, who: str, answer: tuple[int, str]
) -> None:
    """Existence, visibility, ownership, then what stands in the way."""
    before = await writable.snapshot()
    refused = await writable.http.request(method, path, params={"api_key": keys[who]})
    assert (refused.status_code, refused.json()["code"]) == answer
    assert await writable.snapshot() == before


@pytest.mark.parametrize(
    ("did", "wanted", "left"),
    [
        (38, "active", ["active"]),
        (38, "deactivated", ["deactivated"]),
        (61, "deactivated", ["active", "deactivated"]),
        (34, "active", ["active"]),
        (7, "active", ["active"]),
    ],
)
async def test_a_status_changes(
    writable: Writable, keys: dict[str, str], did: int, wanted: str, left: list[str]
) -> None:
    """Deactivating adds a row; activating takes that away, and adds one only if none is left."""
    body = {"dataset_id": did, "status": wanted}
    answer = await writable.http.post("/datasets/status/update", params={"api_key": keys["admin"]}, json=body)
    assert (answer.status_code, answer.json()) == (200, body)
    assert sorted(row["status"] for row in await named(writable, status, status.c.did == did)) == left


@pytest.mark.parametrize(
    ("fields", "who", "answer"),
    [
        ({"dataset_id": "999999", "status": "ACTIVE"}, "writer", (422, "691")),
        ({"status": "active"}, "writer", (422, "692")),
        ({"dataset_id": "61.0", "status": "active"}, "writer", (422, "692")),
        ({"dataset_id": "0", "status": "active"}, "writer", (404, "692")),
        ({"dataset_id": "130", "status": "active"}, "writer", (403, "112")),
        ({"dataset_id": "61", "status": "active"}, "writer", (403, "693")),
        ({"dataset_id": "61", "status": "active"}, "owner", (403, "696")),
        ({"dataset_id": "61", "status": "active"}, "admin", (412, "694")),
        ({"dataset_id": "34", "status": "deactivated"}, "admin", (412, "694")),
    ],
)
async def test_a_status_is_refused(
    writable: Writable, keys: dict[str, str], fields: dict[str, str], who: str, answer: tuple[int, str]
) -> None:
    """Input, existence, visibility, ownership, the right to activate, then the state."""
    before = await writable.rows(status)
    refused = await writable.http.post("/datasets/status/update", params={"api_key": keys[who]}, data=fields)
    assert (refused.status_code, refused.json()["code"]) == answer
    assert await writable.rows(status) == before


async def test_one_of_equal_changes_at_once_wins(writable: Writable, keys: dict[str, str]) -> None:
    """The others are told that the data set is deactivated already."""
    fields = {"dataset_id": "61", "status": "deactivated"}
    key = {"api_key": keys["owner"]}
    answers = await asyncio.gather(
        *(writable.http.post("/datasets/status/update", params=key, data=fields) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 7]
