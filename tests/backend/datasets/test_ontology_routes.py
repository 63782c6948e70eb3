"""Ontologies of features, through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backend import tables
from tests.backend.datasets.conftest import named

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


texts = tables.data_feature_description
URL = "https://terms.sample.test/depth"
THERE = "https://terms.sample.test/length"
ADD, REMOVE = "/datasets/feature/ontology/add", "/datasets/feature/ontology/remove"


async def test_an_ontology_is_put_and_taken(writable: Writable, keys: dict[str, str]) -> None:
    """Each answer holds all that the feature has then, where PHP dies."""
    key, before = {"api_key": keys["writer"]}, await writable.rows(texts)
    body = {"data_id": "64", "index": "0", "ontology": URL}
    put = await writable.http.post(ADD, params=key, data=body)
    assert (put.status_code, put.json()) == (200, {"id": 64, "ontology": [URL]})
    [row] = await named(writable, texts, texts.c.did == 64)
    assert (row["uploader"], row["description_type"], str(row["date"])) == (
        2,
        "ontology",
        "2026-11-22 12:00:00",
    )
    taken = await writable.http.post(REMOVE, params=key, json={"data_id": 64, "index": 0, "ontology": URL})
    assert (taken.status_code, taken.json()) == (200, {"id": 64, "ontology": []})
    assert await writable.rows(texts) == before


@pytest.mark.parametrize(
    ("path", "fields", "who", "answer"),
    [
        (ADD, {"data_id": "130", "index": "0", "ontology": "x" * 257}, "writer", (422, "1105")),
        (ADD, {}, "writer", (422, "1106")),
        (ADD, {"data_id": "61", "index": "0", "ontology": "https://a.test/%20"}, "writer", (422, "1106")),
        (ADD, {"index": "0", "ontology": URL}, "writer", (422, "1102")),
        (ADD, {"data_id": "61", "index": "0x", "ontology": URL}, "writer", (422, "1102")),
        (ADD, {"data_id": "999999", "index": "0", "ontology": URL}, "writer", (422, "1102")),
        (ADD, {"data_id": "61", "index": "99", "ontology": URL}, "writer", (422, "1102")),
        (ADD, {"data_id": "130", "index": "99", "ontology": URL}, "writer", (403, "112")),
        (ADD, {"data_id": "61", "index": "0", "ontology": THERE}, "writer", (409, "1101")),
        (REMOVE, {"data_id": "61", "index": "0", "ontology": "x"}, "writer", (422, "1106")),
        (REMOVE, {"data_id": "61", "ontology": URL}, "writer", (422, "1103")),
        (REMOVE, {"data_id": "999999", "index": "0", "ontology": URL}, "writer", (404, "1103")),
        (REMOVE, {"data_id": "130", "index": "0", "ontology": URL}, "writer", (403, "112")),
        (REMOVE, {"data_id": "61", "index": "0", "ontology": URL}, "writer", (404, "1103")),
        (REMOVE, {"data_id": "61", "index": "0", "ontology": THERE}, "writer", (403, "1104")),
    ],
)
async def test_an_ontology_is_refused(
    writable: Writable,
    keys: dict[str, str],
    path: str,
    fields: dict[str, str],
    who: str,
    answer: tuple[int, str],
) -> None:
    """Input, existence, visibility, ownership and conflict; the URL is looked at first."""
    before = await writable.rows(texts)
    refused = await writable.http.post(path, params={"api_key": keys[who]}, data=fields)
    assert (refused.status_code, refused.json()["code"]) == answer
    assert await writable.rows(texts) == before


async def test_equal_ontologies_at_once_are_one_row(writable: Writable, keys: dict[str, str]) -> None:
    """No key of the table keeps them apart; the data set's row does."""
    body = {"data_id": 61, "index": 2, "ontology": URL}
    answers = await asyncio.gather(
        *(writable.http.post(ADD, params={"api_key": keys["writer"]}, json=body) for _ in range(8))
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    assert len(await writable.rows(texts, texts.c.value == URL)) == 1


@pytest.mark.parametrize(
    ("did", "index", "url", "code"),
    [
        ("61", "x", THERE, "1101"),
        ("61", "x", URL, "1102"),
        ("x", "x", THERE, "1102"),
        ("130", "x", THERE, "1102"),
        ("61", "1x", THERE, "1102"),
    ],
)
async def test_php_looks_for_the_ontology_before_it_looks_at_the_index(
    writable: Writable, keys: dict[str, str], did: str, index: str, url: str, code: str
) -> None:
    """Its SQL takes a text as the number that it begins with."""
    fields = {"api_key": keys["writer"], "data_id": did, "index": index, "ontology": url}
    refused = await writable.http.post("/api/v1/json/data/feature/ontology/add", data=fields)
    assert (refused.status_code, refused.json()["error"]["code"]) == (450, code)
