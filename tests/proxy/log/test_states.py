"""States of clusters: closed by people and by evidence, open again by themselves."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from diffing.cluster import cluster_id
from proxy.log.clusters import count_clusters, open_clusters, read_clusters, read_named
from proxy.log.reading import reading
from proxy.log.states import (
    OPEN,
    ClusterState,
    Standing,
    count_states,
    gone,
    note_told,
    put,
    settle_states,
    untold,
)
from proxy.log.tables import states
from tests.proxy.logs import FIRST, KEPT, NEW, OLD, SECOND, finding, two_runs, write_run

pytestmark = pytest.mark.anyio
LATER = SECOND + timedelta(days=1)
TODAY = LATER.date()
SHUT = Standing(ClusterState.DOCUMENTED, SECOND, "because", "me")


async def state_of(log: AsyncConnection, signature: str) -> Standing:
    """Where a cluster stands."""
    name = cluster_id(signature)
    return (await read_named(log, [name]))[name].standing


def accepted(expires: date) -> Standing:
    """Somebody lets it be."""
    return Standing(ClusterState.ACCEPTED, SECOND, "not yet", "ann", expires)


async def test_a_cluster_is_open_until_somebody_says_otherwise(tmp_path: Path) -> None:
    """Each is, in a log of which nobody has looked at any."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        assert {item.standing for item in await read_clusters(log)} == {Standing()}
        assert await open_clusters(log) == {"task.get": 2, "study.get": 1}
        assert await count_states(log, TODAY) == {
            state: 3 if state is ClusterState.OPEN else 0 for state in ClusterState
        }


async def test_closed_clusters_count_against_nothing(tmp_path: Path) -> None:
    """Documented and resolved ones for good, accepted ones until their last day is over."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        await put(log, {cluster_id(KEPT): SHUT, cluster_id(NEW): accepted(TODAY)})
        assert await open_clusters(log, today=TODAY) == {"study.get": 1}
        tomorrow = TODAY + timedelta(days=1)
        assert await open_clusters(log, today=tomorrow) == {"study.get": 1, "task.get": 1}
        assert await count_states(log, TODAY) == {
            **dict.fromkeys(ClusterState, 0),
            ClusterState.OPEN: 1,
            ClusterState.DOCUMENTED: 1,
            ClusterState.ACCEPTED: 1,
        }
        far = accepted(date(2999, 1, 1))
        await put(log, {cluster_id(NEW): far})
        assert [item.signature for item in await read_clusters(log, standing=OPEN)] == [OLD]
        assert await count_clusters(log, standing=[ClusterState.ACCEPTED, ClusterState.DOCUMENTED]) == 2
        assert await state_of(log, NEW) == far
        assert far.told == "accepted until 2999-01-01 by ann: not yet"


async def test_a_closed_cluster_that_comes_again_has_regressed(tmp_path: Path) -> None:
    """At once, whoever looks; and it is stored, so that it stays so."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        await put(log, {cluster_id(KEPT): SHUT})
        await log.commit()
    await write_run(url, LATER, finding(LATER, KEPT))
    async with reading(url) as log:
        found = await state_of(log, KEPT)
        assert (found.state, found.since) == (ClusterState.REGRESSED, LATER)
        assert found.reason == "it was documented (because) and came again"
        assert (await open_clusters(log))["task.get"] == 2
        [back] = await read_clusters(log, standing=[ClusterState.REGRESSED])
        assert back.signature == KEPT
        await settle_states(log, LATER, 1000)
        stored = (await log.execute(select(states).where(states.c.cluster == cluster_id(KEPT)))).one()
        assert (stored.state, stored.told) == ("regressed", 0)
        assert await state_of(log, KEPT) == found


async def test_an_accepted_cluster_is_open_when_its_time_is_over(tmp_path: Path) -> None:
    """With the reason of then."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        await put(log, {cluster_id(KEPT): accepted(SECOND.date())})
        await settle_states(log, LATER, 1000)
        found = await state_of(log, KEPT)
        assert found.state is ClusterState.OPEN
        assert found.reason == f"it was accepted until {SECOND.date()}: not yet"


@pytest.mark.parametrize(("asked", "state"), [(5, ClusterState.OPEN), (6, ClusterState.RESOLVED)])
async def test_evidence_closes_a_cluster(tmp_path: Path, asked: int, state: ClusterState) -> None:
    """One of two exchanges had it: six without it are needed; then it is clean since it came last."""
    url = f"sqlite:///{tmp_path}/log.db"
    await write_run(url, FIRST, finding(FIRST, OLD), finding(FIRST, route="study.get"))
    await write_run(url, SECOND, *(finding(SECOND, route="study.get") for _ in range(asked)))
    async with reading(url) as log:
        await settle_states(log, SECOND, 3)
        found = await state_of(log, OLD)
        assert found.state is state
        if state is ClusterState.RESOLVED:
            assert (found.since, found.by) == (FIRST, "evidence")
            assert found.reason == "not seen again in 6 compared"
        await log.commit()
    await write_run(url, LATER, finding(LATER, OLD))
    async with reading(url) as log:
        again = (await state_of(log, OLD)).state
    assert again is (ClusterState.REGRESSED if state is ClusterState.RESOLVED else ClusterState.OPEN)


async def test_what_was_compared_before_is_no_evidence(tmp_path: Path) -> None:
    """The log counts by the hour: of that in which a cluster came last, only runs that began later count."""
    url = f"sqlite:///{tmp_path}/log.db"
    await write_run(url, FIRST, finding(FIRST, OLD), *(finding(FIRST, route="study.get") for _ in range(50)))
    async with reading(url) as log:
        await settle_states(log, FIRST, 3)
        assert (await state_of(log, OLD)).state is ClusterState.OPEN
    soon = FIRST + timedelta(minutes=1)
    await write_run(url, soon, *(finding(soon, route="study.get") for _ in range(153)))
    async with reading(url) as log:
        await settle_states(log, soon, 3)
        assert (await state_of(log, OLD)).state is ClusterState.RESOLVED


async def test_an_accepted_cluster_is_not_resolved(tmp_path: Path) -> None:
    """What a person has said stays until its day."""
    url = f"sqlite:///{tmp_path}/log.db"
    await write_run(url, FIRST, finding(FIRST, OLD))
    await write_run(url, SECOND, *(finding(SECOND, route="study.get") for _ in range(9)))
    async with reading(url) as log:
        await put(log, {cluster_id(OLD): accepted(date(2999, 1, 1))})
        await settle_states(log, SECOND, 1)
        assert (await state_of(log, OLD)).state is ClusterState.ACCEPTED


async def test_new_and_regressed_clusters_are_told_once(tmp_path: Path) -> None:
    """Closed ones are not, and those neither that an older log had already."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        await settle_states(log, SECOND, 1000)
        names = {cluster_id(name): ClusterState.OPEN for name in (KEPT, NEW, OLD)}
        assert await untold(log) == names
        await note_told(log, list(names))
        assert await untold(log) == {}
        await put(log, {cluster_id(KEPT): Standing(ClusterState.RESOLVED, FIRST)})
        assert await untold(log) == {}
        await settle_states(log, SECOND, 1000)
        assert await untold(log) == {cluster_id(KEPT): ClusterState.REGRESSED}
        assert await log.scalar(select(func.count()).select_from(states)) == 3


@pytest.mark.parametrize(
    ("since", "enough", "found"), [(29, 1, False), (30, 1, True), (30, 31, False), (31, 31, True)]
)
def test_a_rare_cluster_needs_more_evidence(since: int, enough: int, found: bool) -> None:
    """Ten exchanges of which one had it: thirty, and never fewer than the setting."""
    assert gone(1, 10, since, enough) is found


def test_a_state_as_json() -> None:
    """Who, why, since when and until when."""
    assert accepted(TODAY).document() == {
        "state": "accepted",
        "since": SECOND.isoformat(),
        "reason": "not yet",
        "by": "ann",
        "expires": TODAY.isoformat(),
    }
