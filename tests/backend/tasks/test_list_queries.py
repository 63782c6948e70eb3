"""SQL of task lists."""

import pytest

from backend.access import ANONYMOUS, User
from backend.database.connections import Database
from backend.tasks import list_queries
from backend.tasks.filters import TaskFilters

pytestmark = pytest.mark.anyio

ON_ODD_DATA = {"task_id": "1,9,12,13,24,26,180", "status": "all"}


async def listed(database: Database, user: User, filters: dict[str, str]) -> list[int]:
    """Ids of the tasks that match."""
    async with database.read() as connection:
        rows = await list_queries.listed(connection, TaskFilters.model_validate(filters), user)
    return [row.task_id for row in rows]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (ANONYMOUS, [1, 12, 13]),
        (User(16, frozenset({2})), [1, 9, 12, 13]),
        (User(402, frozenset({2})), [1, 12, 13, 26]),
        (User(1, frozenset({1, 2})), [1, 9, 12, 13, 26]),
    ],
)
async def test_private_data_hides_its_tasks(database: Database, user: User, expected: list[int]) -> None:
    """From all but owner and administrators; tasks without a data set are in no list."""
    assert await listed(database, user, ON_ODD_DATA) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"task_type_id": "8"}, [160, 161, 163, 170]),
        ({"tag": "BASIC", "data_tag": "petal"}, [1, 52]),
        ({"status": "in_preparation"}, [13]),
        ({"data_id": "33"}, []),
        ({"data_id": "33", "status": "deactivated"}, [12]),
        ({"data_name": "PETAL-marks ", "limit": "3"}, [1, 3, 8]),
        ({"number_instances": "100..200", "number_classes": "3", "limit": "2"}, [1, 3]),
        ({"number_instances": "200..100"}, []),
        ({"limit": "3", "offset": "3"}, [4, 5, 7]),
        ({"task_type_id": "7", "offset": "2"}, [152, 155]),
    ],
)
async def test_filters_choose_tasks(database: Database, filters: dict[str, str], expected: list[int]) -> None:
    """Each as PHP's SQL does, in the order of the ids."""
    assert await listed(database, ANONYMOUS, filters) == expected


async def test_shown_inputs_are_the_basic_ones(database: Database) -> None:
    """A test set of the task's own is not among them; a task without inputs has an empty list."""
    async with database.read() as connection:
        found = await list_queries.shown_inputs(connection, [8, 999999])
    assert [name for name, _ in found[8]] == ["estimation_procedure", "source_data", "target_feature"]
    assert found[999999] == []
