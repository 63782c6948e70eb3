"""Where PHP's rules for data sets are others than the new API's, through the front door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

FIELD = '<oml:data_edit_parameters xmlns:oml="http://openml.org/openml">{}</oml:data_edit_parameters>'
TARGET = FIELD.format("<oml:default_target_attribute>a</oml:default_target_attribute>")
LANGUAGE = FIELD.format("<oml:language>French</oml:language>")


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        ("topicadd", {"data_id": "61"}, "1080"),
        ("topicdelete", {"data_id": "999999", "topic": "t"}, "1081"),
        ("topicadd", {"data_id": "61", "topic": "t"}, "1082"),
        ("status/update", {"data_id": "130", "status": "deactivated"}, "693"),
        ("edit", {"data_id": "130", "edit_parameters": TARGET}, "1065"),
        ("edit", {"data_id": "130", "edit_parameters": LANGUAGE}, "112"),
        ("fork", {"data_id": "130"}, "112"),
    ],
)
async def test_php_says_its_own_reason_where_it_has_one(
    writable: Writable, keys: dict[str, str], path: str, fields: dict[str, str], code: str
) -> None:
    """Who is an administrator, and who may see a data set, is asked last."""
    before = await writable.snapshot()
    body = {"api_key": keys["writer"], **fields}
    refused = await writable.http.post(f"/api/v1/json/data/{path}", data=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (412, code)
    assert await writable.snapshot() == before


async def test_an_id_is_echoed_as_it_was_sent(writable: Writable, keys: dict[str, str]) -> None:
    """With its zeros, in answers about topics and status."""
    key = {"api_key": keys["admin"]}
    topic = await writable.http.post(
        "/api/v1/json/data/topicadd", data={**key, "data_id": "061", "topic": "t"}
    )
    assert topic.text == '{"data_topic":{"id":"061"}}'
    status = await writable.http.post(
        "/api/v1/json/data/status/update", data={**key, "data_id": "061", "status": "deactivated"}
    )
    assert status.text == '{"data_status_update":{"id":"061","status":"deactivated"}}'


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("data/061", "dataset_061.pq"),
        ("data/61.0", "dataset_61.pq"),
        ("data/list/number_instances/(150)/limit/1", "<oml:did>"),
        ("data/description/list/130", "<oml:code>112<"),
    ],
)
async def test_a_read_follows_phps_spelling(client: httpx.AsyncClient, path: str, told: str) -> None:
    """Of the id in a URL, of sizes; the history of a private description is private all the same."""
    assert told in (await client.get(f"/api/v1/{path}")).text


@pytest.mark.parametrize("engine", ["1.0", "-1"])
async def test_work_is_there_for_engines_in_digits(
    client: httpx.AsyncClient, keys: dict[str, str], engine: str
) -> None:
    """PHP compares the text."""
    key = {"api_key": keys["admin"]}
    answer = await client.get(f"/api/v1/json/data/unprocessed/{engine}/normal", params=key)
    assert answer.json() == {"error": {"code": "681", "message": "No unprocessed datasets."}}


async def test_unknown_qualities_are_told(client: httpx.AsyncClient, keys: dict[str, str]) -> None:
    """All of them."""
    asked = {"api_key": keys["admin"], "qualities": "NumberOfClasses,a,b"}
    answer = await client.get("/api/v1/json/data/qualities/unprocessed/1/normal", params=asked)
    assert answer.json()["error"]["additional_information"] == "Illegal qualities: a,b"
