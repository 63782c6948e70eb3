"""SQL of data set lists."""

from typing import Any

import pytest
from sqlalchemy import event

from backend.access import ANONYMOUS
from backend.database.connections import Database
from backend.datasets.filters import DatasetFilters
from backend.datasets.list_queries import PAGE, listed, shown_qualities

pytestmark = pytest.mark.anyio


async def found(database: Database, filters: dict[str, object]) -> list[int]:
    """The ids of a list, as everybody sees it."""
    async with database.read() as connection:
        rows = await listed(connection, DatasetFilters.model_validate(filters), ANONYMOUS)
    return [row.did for row in rows]


@pytest.mark.parametrize(
    ("filters", "dids"),
    [
        ({"data_id": "33,34,35,36,37", "status": "in_preparation"}, [37]),
        ({"data_id": "33,34,35,36", "status": "deactivated"}, [33, 34, 35, 36]),
        ({"tag": "LIFE science", "limit": "2"}, [2, 8]),
        ({"data_id": "61", "uploader": "9" * 30}, []),
        ({"data_id": "61,62,63", "offset": "9" * 30}, []),
        ({"data_name": "cafe-orders "}, [10, 11]),
        ({"data_id": "5,6", "data_version": "01"}, []),
        ({"data_id": "2", "number_features": "-1..1e6"}, [2]),
    ],
)
async def test_conditions_mean_what_they_mean_to_mysql(
    database: Database, filters: dict[str, object], dids: list[int]
) -> None:
    """Collations, huge integers, and the alphabetically last status of several."""
    assert await found(database, filters) == dids


async def test_a_list_with_a_limit_asks_for_a_page(database: Database) -> None:
    """The limit is the database's, so that a page costs what the page costs."""
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    assert len(await found(database, {"limit": "3"})) == 3
    [statement] = [one for one in statements if "dataset" in one]
    assert "LIMIT" in statement


async def test_qualities_come_by_name_without_empty_ones(database: Database) -> None:
    """NULL is left out, and so is empty text (data 48)."""
    async with database.read() as connection:
        qualities = await shown_qualities(connection, [61, 46, 48], empty=False)
    names = [name for name, _ in qualities[61]]
    assert names == sorted(names)
    assert qualities[46] == []
    assert all(value for _, value in qualities[48])


async def test_many_data_sets_are_asked_for_in_pages(database: Database) -> None:
    """No statement grows with the list."""
    dids = list(range(1, PAGE + 2))
    async with database.read() as connection:
        qualities = await shown_qualities(connection, dids, empty=False)
    assert list(qualities) == dids


async def test_shown_qualities_keep_their_text(database: Database) -> None:
    """Tasks show empty ones, too; those without a value are left out."""
    async with database.read() as connection:
        found = await shown_qualities(connection, [61, 46, 61], empty=True)
    assert ("NumberOfInstances", "150") in [(name, value.split(".")[0]) for name, value in found[61]]
    assert found[46] == []
