"""All tags of one kind of entity."""

import pytest

from backend import tables
from backend.database.connections import Database
from backend.legacy.tree import json_document
from backend.tag_lists import distinct_tags, tag_faces

pytestmark = pytest.mark.anyio


async def test_tags_that_the_column_takes_for_one_come_once(database: Database) -> None:
    """The sample has tuned and TUNED; the spelling of the lowest user id is shown."""
    async with database.read() as connection:
        assert await distinct_tags(connection, tables.setup_tag) == [
            "a&b <c>",
            "default",
            "grid search",
            "high",
            "study_1",
            "study_14",
            "TUNED",
        ]


def test_php_encodes_each_tag() -> None:
    """As its json_encode spells texts, other than the rest of its own templates."""
    faces = tag_faces("run")
    found = faces(["ü", "a/b", "c"]).legacy_json()
    assert json_document(found) == b'{"run_tag_list":{"tag":["\\u00fc","a\\/b","c"]}}'
