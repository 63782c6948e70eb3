"""All tags of one kind of entity."""

import pytest

from backend import tables
from backend.database.connections import Database
from backend.tag_lists import distinct_tags

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
