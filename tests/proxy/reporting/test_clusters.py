"""Clusters of a log: how often, since when, and whether they are over."""

from datetime import timedelta
from pathlib import Path

import pytest

from diffing.cluster import cluster_id
from proxy.log.reading import reading
from proxy.log.schema import LogError
from proxy.reporting.clusters import (
    State,
    changes,
    changes_since,
    compared_exchanges,
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
    """New, still there, fixed: the route of the one that went was compared often enough."""
    url, first, second = await two_runs(tmp_path)
    async with reading(url) as log:
        found = await changes(log, first, second, 1)
    assert [(item.signature, item.became) for item in found.clusters] == [
        (NEW, "new"),
        (KEPT, "still"),
        (OLD, "not seen again in 1 compared"),
    ]
    assert found.clusters[0].exchanges == 2


@pytest.mark.parametrize(("asked", "state"), [(0, "unasked"), (5, "unseen"), (6, "fixed"), (12, "fixed")])
async def test_fixed_is_what_would_have_come_again(tmp_path: Path, asked: int, state: str) -> None:
    """One of two exchanges had it: six without it are needed, whatever less the setting asks for."""
    url = f"sqlite:///{tmp_path}/log.db"
    first = await write_run(url, FIRST, finding(FIRST, OLD), finding(FIRST, route="study.get"))
    second = await write_run(url, SECOND, *(finding(SECOND, route="study.get") for _ in range(asked)))
    async with reading(url) as log:
        [found] = (await changes(log, first, second, 3)).clusters
        [strict] = (await changes(log, first, second, 13)).clusters
    assert (found.state, found.compared) == (State(state), asked)
    assert strict.state is (State.UNSEEN if asked else State.UNASKED)
    if found.state is State.UNSEEN:
        assert found.became == "not seen again in 5 compared"


async def test_a_time_against_what_was_before(tmp_path: Path) -> None:
    """The same over a window."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        found = (await changes_since(log, SECOND, 1)).clusters
    assert [(item.signature, item.state) for item in found] == [
        (NEW, State.NEW),
        (KEPT, State.STILL),
        (OLD, State.UNSEEN),
    ]


async def test_what_may_have_been_before_the_time_is_not_counted(tmp_path: Path) -> None:
    """The log counts by the hour: of the hour of the time, only runs that began after it are."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        at_once = await compared_exchanges(log, since=SECOND)
        soon = SECOND + timedelta(seconds=1)
        later = await compared_exchanges(log, since=soon)
        of_the_hour = await compared_exchanges(log, since=SECOND.replace(minute=0, second=0))
        found = (await changes_since(log, soon, 1)).clusters
    assert at_once == of_the_hour == {"task.get": 10, "study.get": 1}
    assert later == {}
    assert {item.state for item in found} == {State.UNASKED}


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


async def test_the_first_changes_are_those_of_all(tmp_path: Path) -> None:
    """A page shows some of them; how many there are is told of all."""
    url, first, second = await two_runs(tmp_path)
    async with reading(url) as log:
        found = await changes(log, first, second, 1)
        cut = await changes(log, first, second, 1, 1)
    assert (cut.clusters, cut.counts) == (found.clusters[:1], found.counts)
    assert found.counts == {
        State.NEW: 1,
        State.STILL: 1,
        State.FIXED: 0,
        State.UNSEEN: 1,
        State.UNASKED: 0,
    }
