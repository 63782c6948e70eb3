"""What hangs on private data sets of others appears in no list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import ColumnElement, not_, select

from backend import tables
from backend.access import ANONYMOUS, User
from backend.private_data import of_dataset, of_run, of_task

if TYPE_CHECKING:
    import httpx

    from backend.database.connections import Database

pytestmark = pytest.mark.anyio

OWNER, OTHER, ADMIN = User(16, frozenset({2})), User(2, frozenset({2})), User(1, frozenset({1}))
CALLERS = pytest.mark.parametrize(
    ("user", "seen"), [(ANONYMOUS, False), (OTHER, False), (OWNER, True), (ADMIN, True)]
)


async def listed(database: Database, column: ColumnElement[int], hidden: ColumnElement[bool]) -> set[int]:
    """The ids that are not hidden."""
    async with database.read() as connection:
        return set(await connection.scalars(select(column).where(not_(hidden))))


@CALLERS
async def test_what_hangs_on_data_130_is_its_owners(database: Database, user: User, seen: bool) -> None:
    """User 16 owns private data set 130; task 9 is on it, run 43 on that, run 172 is user 2's own."""
    data, task, run = tables.dataset.c.did, tables.task.c.task_id, tables.run.c.rid
    assert (130 in await listed(database, data, of_dataset(user, data))) is seen
    assert (9 in await listed(database, task, of_task(user, task))) is seen
    runs = await listed(database, run, of_run(user, run))
    assert ({43, 172} <= runs) is seen
    assert ({43, 172} & runs == set()) is not seen
    assert 25 in runs


@pytest.mark.parametrize(
    "path", ["/run/list?task=9", "/evaluation/list?task=9", "/evaluation/setup/list?task=9"]
)
async def test_lists_leave_it_out(client: httpx.AsyncClient, keys: dict[str, str], path: str) -> None:
    """By id a run stays readable, as in PHP."""
    assert (await client.get(path)).status_code == 404
    assert (await client.get(f"{path}&api_key={keys['admin']}")).status_code == 200
    assert (await client.get("/run/43")).status_code == 200


@pytest.mark.parametrize(
    ("path", "tag"), [("/datasets", "secret"), ("/tasks", "secret"), ("/run", "unescaped")]
)
async def test_tags_of_nothing_else_are_left_out(
    client: httpx.AsyncClient, keys: dict[str, str], path: str, tag: str
) -> None:
    """Administrators see them."""
    assert tag not in (await client.get(f"{path}/tag/list")).json()
    assert tag in (await client.get(f"{path}/tag/list?api_key={keys['admin']}")).json()
