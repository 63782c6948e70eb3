"""Many clients change the same entities at once: each answer is a plain one, and all of them together are true."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import Table, select

from backend import tables
from backend.app import create_app
from backend.database.connections import Database
from config.settings import BackendSettings, DatabaseNames
from tests.functional.evidence import evidence, kind_of

pytestmark = pytest.mark.anyio

CLIENTS = 16
SECONDS = 20.0 if os.environ.get("PROVE") else 2.0
WRITER = "00000000000000000000000000000000"
ADMIN = "AD000000000000000000000000000000"
KINDS = {
    "data": ("/datasets", (61, 62), tables.dataset_tag),
    "task": ("/tasks", (1, 2), tables.task_tag),
    "setup": ("/setup", (4, 9), tables.setup_tag),
}
STUDY = 103
MEMBERS = (10, 12, 18, 21)
TAGS = ("busy-1", "busy-2", "BUSY-1")


@pytest.fixture
async def client(scratch_database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a backend on a database of the test's own."""
    url = (
        f"sqlite:///{scratch_database.files.experiments}"
        if scratch_database.is_sqlite
        else scratch_database.engine.url.render_as_string(hide_password=False)
    )
    names = DatabaseNames(scratch_database.names.openml, scratch_database.names.openml_expdb)
    app = create_app(BackendSettings(database=url, database_names=names))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://backend.test") as opened:
            yield opened


async def test_tags_of_the_same_entities_at_once(
    client: httpx.AsyncClient, scratch_database: Database
) -> None:
    """A tag is there at the end exactly when it was put there once more than it was taken off."""
    statuses: Counter[int] = Counter()
    balance: Counter[tuple[str, int, str]] = Counter()
    end = time.monotonic() + SECONDS

    async def one(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < end:
            kind = chance.choice(list(KINDS))
            path, ids, _ = KINDS[kind]
            entity, tag, action = chance.choice(ids), chance.choice(TAGS), chance.choice(("tag", "untag"))
            answer = await client.post(
                f"{path}/{action}",
                params={"api_key": chance.choice((WRITER, ADMIN))},
                json={f"{kind}_id": entity, "tag": tag},
            )
            statuses[answer.status_code] += 1
            if answer.status_code == 200:
                balance[kind, entity, tag.lower()] += 1 if action == "tag" else -1

    await asyncio.gather(*(one(number) for number in range(CLIENTS)))
    _tell(f"{CLIENTS} clients tag and untag", scratch_database, statuses)
    assert set(statuses) <= {200, 403, 404, 409}
    assert statuses[200] > CLIENTS
    there = {
        (kind, row.id, row.tag.lower())
        for kind, (_, _, table) in KINDS.items()
        for row in await _tags(scratch_database, table)
    }
    assert {key for key, count in balance.items() if count} == there
    assert set(balance.values()) <= {0, 1}


async def test_members_of_the_same_study_at_once(
    client: httpx.AsyncClient, scratch_database: Database
) -> None:
    """Two tasks that always come and go together are both there at the end, or neither, whatever the order."""
    statuses: Counter[int] = Counter()
    end = time.monotonic() + SECONDS

    async def one(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < end:
            members = chance.sample(MEMBERS, len(MEMBERS))
            answer = await client.post(
                f"/studies/{chance.choice(('attach', 'detach'))}",
                params={"api_key": ADMIN},
                json={"study_id": STUDY, "entity_ids": members},
            )
            statuses[answer.status_code] += 1

    await asyncio.gather(*(one(number) for number in range(CLIENTS)))
    _tell(f"{CLIENTS} clients attach and detach", scratch_database, statuses)
    assert set(statuses) <= {200, 409}
    assert statuses[200] > CLIENTS
    table = tables.task_study
    asked = select(table.c.task_id).where(table.c.study_id == STUDY, table.c.task_id.in_(MEMBERS))
    async with scratch_database.read() as connection:
        assert len(list(await connection.scalars(asked))) in (0, len(MEMBERS))


def _tell(what: str, database: Database, statuses: Counter[int]) -> None:
    counts = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    evidence(f"{what} for {SECONDS:.0f} s on {kind_of(database)}: {statuses.total()} answers ({counts})")


async def _tags(database: Database, table: Table) -> list[Any]:
    async with database.read() as connection:
        return list(await connection.execute(select(table).where(table.c.tag.like("busy-%"))))
