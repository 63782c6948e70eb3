"""What the gate keeps in the diff log, on SQLite and on MariaDB."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from config.rollout import Dialect, Stage
from diffing.model import Outcome
from proxy.log.writer import open_log, prepare
from proxy.rollout.edit import StageShare
from proxy.rollout.gate import GateDecision, Move, RouteEvidence
from proxy.rollout.gate_log import (
    last_number,
    read_decisions,
    read_evidence,
    read_seen,
    standing,
    take_lease,
    write_decision,
)
from tests.proxy.exchanges import changed
from tests.proxy.logs import FIRST, NEW, finding, write_run

pytestmark = pytest.mark.anyio
SHADOW, CANARY = StageShare(Stage.SHADOW), StageShare(Stage.CANARY, 12.5)
COUNTED = RouteEvidence({"match": 3}, {-2: 1, 5: 2})


@pytest.fixture(params=["sqlite", "mariadb"])
async def log(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty log on each kind of database."""
    url = f"sqlite:///{tmp_path}/log.db"
    if request.param == "mariadb":
        server = request.getfixturevalue("mariadb_server")
        engine = open_log(server)
        async with engine.begin() as connection:
            await connection.execute(text("DROP DATABASE IF EXISTS parity_gate"))
            await connection.execute(text("CREATE DATABASE parity_gate"))
        await engine.dispose()
        url = f"{server.rstrip('/')}/parity_gate"
    engine = open_log(url)
    await prepare(engine)
    yield engine
    await engine.dispose()


async def lease(log: AsyncEngine, holder: str, seconds: int) -> bool:
    """Who asks for the lease so many seconds after the beginning; it lasts for ten."""
    async with log.begin() as connection:
        return await take_lease(connection, holder, FIRST + timedelta(seconds=seconds), 10)


async def test_one_gate_has_the_lease(log: AsyncEngine) -> None:
    """As long as it takes it again; another one gets it ten seconds after the last time."""
    taken = [
        await lease(log, holder, seconds)
        for holder, seconds in [("a", 0), ("b", 5), ("a", 5), ("b", 11), ("b", 16), ("a", 17), ("a", 27)]
    ]
    assert taken == [True, False, True, False, True, False, True]


async def test_another_lease_is_another_matter(log: AsyncEngine) -> None:
    """Who decides about routes does not keep others from their work."""
    assert await lease(log, "a", 0)
    async with log.begin() as connection:
        assert await take_lease(connection, "b", FIRST, 10, "clusters")
        assert not await take_lease(connection, "a", FIRST, 10, "clusters")


async def decided(
    log: AsyncEngine, kind: Move, was: StageShare, step: StageShare, route: str = "task.get"
) -> None:
    """Write a decision."""
    async with log.begin() as connection:
        decision = GateDecision(kind, step, f"because of {kind}", {"step": {"failed": 0}})
        await write_decision(connection, route, Dialect.NEW, was, decision, FIRST, COUNTED)


async def test_decisions_are_read_as_they_were_made(log: AsyncEngine) -> None:
    """Newest first, with numbers and what had been counted."""
    await decided(log, Move.BEGIN, SHADOW, SHADOW)
    await decided(log, Move.PROMOTE, SHADOW, CANARY)
    async with log.connect() as connection:
        newest, oldest = await read_decisions(connection)
    assert (newest.kind, newest.was, newest.step, newest.baseline) == (
        Move.PROMOTE,
        "shadow",
        CANARY,
        COUNTED,
    )
    assert newest.sentence == (
        "2026-11-21 12:34:56 UTC: task.get (new) promoted from shadow to canary 12.5 %: because of promote"
    )
    assert newest.document()["numbers"] == {"step": {"failed": 0}}
    assert oldest.number < newest.number


async def test_only_the_last_reason_to_stay_is_kept(log: AsyncEngine) -> None:
    """Of each step; and no number comes twice, so that whoever carries decisions out misses none."""
    await decided(log, Move.HOLD, SHADOW, SHADOW)
    await decided(log, Move.HOLD, SHADOW, SHADOW, "flow.get")
    numbers = []
    for _ in range(3):
        await decided(log, Move.HOLD, SHADOW, SHADOW)
        async with log.connect() as connection:
            numbers.append(await last_number(connection))
    async with log.connect() as connection:
        found = await read_decisions(connection)
        assert await read_decisions(connection, after=numbers[-1]) == []
    assert [item.route for item in found] == ["task.get", "flow.get"]
    assert numbers == sorted(set(numbers))


async def test_where_a_route_stands_is_what_brought_it_there(log: AsyncEngine) -> None:
    """Not what kept it there."""
    for kind, was, step in [
        (Move.BEGIN, SHADOW, SHADOW),
        (Move.PROMOTE, SHADOW, CANARY),
        (Move.HOLD, CANARY, CANARY),
    ]:
        await decided(log, kind, was, step)
    await decided(log, Move.BEGIN, SHADOW, SHADOW, "flow.get")
    async with log.connect() as connection:
        found = await standing(connection)
    assert {place: (item.kind, item.step) for place, item in found.items()} == {
        ("task.get", Dialect.NEW): (Move.PROMOTE, CANARY),
        ("flow.get", Dialect.NEW): (Move.BEGIN, SHADOW),
    }


async def test_evidence_is_of_all_runs(log: AsyncEngine) -> None:
    """Verdicts and ratios by route and dialect asked; what was covered, too."""
    url = log.url.render_as_string(hide_password=False)
    faced = changed(finding(FIRST), asked=Dialect.LEGACY)
    for _ in range(2):
        await write_run(url, FIRST, finding(FIRST), finding(FIRST, NEW), faced)
    async with log.connect() as connection:
        found = await read_evidence(connection)
        seen = await read_seen(connection)
    api, face = ("task.get", Dialect.NEW), ("task.get", Dialect.LEGACY)
    assert found[api].verdicts == {"match": 2, str(Outcome.MISMATCH): 2}
    assert sum(found[api].ratios.values()) == 4
    assert (found[face].verdicts, sum(found[face].ratios.values())) == ({"match": 2}, 2)
    assert all(("parameter", "task_id") in seen[place] for place in (api, face))


async def test_nothing_counted_is_no_evidence(log: AsyncEngine) -> None:
    """A new log has none."""
    async with log.connect() as connection:
        assert (await read_evidence(connection), await last_number(connection)) == ({}, 0)
