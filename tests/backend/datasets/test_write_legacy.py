"""PHP's answers of what changes data sets, and its order of checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend.datasets import write_legacy
from backend.legacy.tree import Element, to_json

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

FIELD = '<oml:data_edit_parameters xmlns:oml="http://openml.org/openml">{}</oml:data_edit_parameters>'
TARGET = FIELD.format("<oml:default_target_attribute>a</oml:default_target_attribute>")
LANGUAGE = FIELD.format("<oml:language>French</oml:language>")


@pytest.mark.parametrize(
    ("shown", "document"),
    [
        (write_legacy.features_uploaded(61), b'{"data_features_upload":{"did":"61"}}'),
        (write_legacy.qualities_uploaded(61), b'{"data_qualities_upload":{"did":"61"}}'),
        (write_legacy.topic_changed(61, "061"), b'{"data_topic":{"id":"061"}}'),
        (
            write_legacy.status_updated(61, "active", "061"),
            b'{"data_status_update":{"id":"061","status":"active"}}',
        ),
        (
            write_legacy.ontology_added(61, ["a", "b"]),
            b'{"feature_description_add":{"id":"61","ontology":["a","b"]}}',
        ),
        (write_legacy.ontology_removed(61, []), b'{"feature_description_remove":{"id":"61"}}'),
    ],
)
def test_each_answer_has_its_own_root(shown: Element, document: bytes) -> None:
    """Some ids are as they were sent."""
    assert to_json(shown) == document


@pytest.mark.anyio
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


@pytest.mark.anyio
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
