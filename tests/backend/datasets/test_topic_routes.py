"""Topics of data sets, through the front door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backend import tables
from tests.backend.datasets.conftest import named

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


topics = tables.dataset_topic


async def test_a_topic_is_put_and_taken(writable: Writable, keys: dict[str, str]) -> None:
    """The row says who and when; capitals do not count when it is taken off."""
    key, before = {"api_key": keys["admin"]}, await writable.rows(topics)
    body = {"data_id": "061", "topic": "Space & <time>"}
    put = await writable.http.post("/datasets/topicadd", params=key, data=body)
    assert (put.status_code, put.json()) == (200, {"id": 61})
    [row] = await named(writable, topics, topics.c.topic == "Space & <time>")
    assert (row["id"], row["uploader"], str(row["date"])) == (61, 1, "2026-11-22 12:00:00")
    taken = await writable.http.post(
        "/datasets/topicdelete", params=key, json={"data_id": 61, "topic": "SPACE & <time>"}
    )
    assert (taken.status_code, taken.json()) == (200, {"id": 61})
    assert await writable.rows(topics) == before


@pytest.mark.parametrize(
    ("path", "fields", "who", "answer"),
    [
        ("topicadd", {}, "writer", (403, "1082")),
        ("topicadd", {"data_id": "61", "topic": "0"}, "admin", (422, "1080")),
        ("topicadd", {"data_id": "61x", "topic": "t"}, "admin", (422, "1081")),
        ("topicadd", {"data_id": "999999", "topic": "t"}, "admin", (404, "1081")),
        ("topicadd", {"data_id": "61", "topic": "Trade & Craft"}, "admin", (409, "1083")),
        ("topicadd", {"data_id": "61", "topic": "TRADE & craft"}, "admin", (409, "1084")),
        ("topicdelete", {"data_id": "999999", "topic": "t"}, "admin", (404, "1081")),
        ("topicdelete", {"data_id": "61", "topic": "never set"}, "admin", (404, "1085")),
        ("topicdelete", {"data_id": "61", "topic": "☃"}, "admin", (404, "1085")),
    ],
)
async def test_a_topic_is_refused(
    writable: Writable,
    keys: dict[str, str],
    path: str,
    fields: dict[str, str],
    who: str,
    answer: tuple[int, str],
) -> None:
    """Administrators only, then input, existence and conflict."""
    before = await writable.rows(topics)
    refused = await writable.http.post(f"/datasets/{path}", params={"api_key": keys[who]}, data=fields)
    assert (refused.status_code, refused.json()["code"]) == answer
    assert await writable.rows(topics) == before
