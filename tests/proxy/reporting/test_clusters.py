"""Clusters of a log: how often, since when, and whether they are over."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.rollout import Dialect
from diffing.cluster import cluster_id
from proxy.log.reading import reading
from proxy.log.schema import LogError
from proxy.reporting.clusters import (
    State,
    against_run,
    against_time,
    changes,
    compared_routes,
    count_clusters,
    open_clusters,
    read_cluster,
    read_clusters,
)
from tests.proxy.logs import FIRST, KEPT, NEW, OLD, SECOND, finding, two_runs, write_run

pytestmark = pytest.mark.anyio


async def test_clusters_are_added_up_over_runs(tmp_path: Path) -> None:
    """Count, first, last and the share of the route's exchanges."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        found = {cluster.signature: cluster for cluster in await read_clusters(log)}
    kept = found[KEPT]
    assert (kept.id, kept.exchanges, kept.first, kept.last) == (cluster_id(KEPT), 2, FIRST, SECOND)
    assert (kept.share, found[NEW].share, found[OLD].share) == (2 / 11, 2 / 11, 1 / 3)


async def test_the_smallest_exchange_is_the_witness(tmp_path: Path) -> None:
    """Over all runs."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        shown = await read_cluster(log, cluster_id(KEPT)[:10])
    assert shown.witness is not None
    assert shown.witness["legacy"]["body"] == '{"task":{"task_id":"1","new":"ax"}}'


async def test_a_run_against_an_earlier_one(tmp_path: Path) -> None:
    """New, still there, fixed: the route of the one that went was compared again."""
    url, first, second = await two_runs(tmp_path)
    async with reading(url) as log:
        before, after = await read_clusters(log, run=first), await read_clusters(log, run=second)
        found = against_run(before, after, await compared_routes(log, run=second))
    assert {item.signature: item.state for item in found} == {
        NEW: State.NEW,
        KEPT: State.STILL,
        OLD: State.FIXED,
    }


async def test_a_time_against_what_was_before(tmp_path: Path) -> None:
    """The same over a window."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        found = against_time(await read_clusters(log), SECOND, await compared_routes(log, since=SECOND))
    assert {item.signature: item.state for item in found} == {
        NEW: State.NEW,
        KEPT: State.STILL,
        OLD: State.FIXED,
    }


async def test_what_was_not_asked_again_is_not_fixed(tmp_path: Path) -> None:
    """Silence is no proof."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        found = against_time(await read_clusters(log), SECOND, {("task.get", Dialect.NEW)})
    assert [item.state for item in found if item.signature == OLD] == [State.UNASKED]


async def test_pages_of_clusters(tmp_path: Path) -> None:
    """The most frequent first, each once."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        pages = [await read_clusters(log, limit=2, offset=offset) for offset in (0, 2)]
        everything = await read_clusters(log)
    assert [*pages[0], *pages[1]] == everything


@pytest.mark.parametrize(
    ("name", "told"), [("%", "is no name"), ("", "is no name"), ("0123", "no clusters begin")]
)
async def test_an_unknown_cluster_is_told(tmp_path: Path, name: str, told: str) -> None:
    """In one sentence."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        with pytest.raises(LogError, match=told):
            await read_cluster(log, name)


async def test_the_database_tells_the_same_changes(tmp_path: Path) -> None:
    """As when all clusters are read; the names can be cut."""
    url, first, second = await two_runs(tmp_path)
    async with reading(url) as log:
        found = await changes(log, first, second, 10)
        cut = await changes(log, first, second, 1)
    expected = [(cluster_id(NEW), State.NEW), (cluster_id(KEPT), State.STILL), (cluster_id(OLD), State.FIXED)]
    assert found.first == expected
    assert (cut.first, cut.counts) == (expected[:1], found.counts)
    assert found.counts == {State.NEW: 1, State.STILL: 1, State.FIXED: 1, State.UNASKED: 0}


async def test_clusters_of_the_face_stand_apart(tmp_path: Path) -> None:
    """That its route was compared in the new API does not mean that one of them is fixed."""
    url = f"sqlite:///{tmp_path}/log.db"
    faced = replace(finding(FIRST, "task.get (face) 200→200 $.x"), route="task.get", asked=Dialect.LEGACY)
    before = await write_run(url, FIRST, faced)
    after = await write_run(url, SECOND, finding(SECOND))
    async with reading(url) as log:
        [face] = await read_clusters(log, asked=Dialect.LEGACY)
        assert await read_clusters(log, asked=Dialect.NEW) == []
        assert (await count_clusters(log, None, Dialect.LEGACY), await count_clusters(log)) == (1, 1)
        assert await open_clusters(log) == {}
        assert await open_clusters(log, None, Dialect.LEGACY) == {"task.get": 1}
        [gone] = against_run([face], [], await compared_routes(log, run=after))
        assert (gone.state, face.share, face.asked) == (State.UNASKED, 1.0, Dialect.LEGACY)
        assert (await changes(log, before, after, 5)).counts[State.UNASKED] == 1
