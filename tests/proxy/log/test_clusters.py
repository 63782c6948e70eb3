"""Clusters of a log: how often and since when."""

from pathlib import Path

import pytest

from config.rollout import Dialect
from diffing.cluster import cluster_id
from proxy.log.clusters import (
    count_clusters,
    fitting,
    open_clusters,
    read_cluster,
    read_clusters,
    read_named,
    received_exchanges,
)
from proxy.log.reading import reading
from proxy.log.schema import LogError
from tests.proxy.exchanges import changed
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


async def test_the_smallest_exchange_is_the_sample(tmp_path: Path) -> None:
    """Over all runs."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        shown = await read_cluster(log, cluster_id(KEPT)[:10])
    assert shown.requests == [{"request": "GET /api/v1/json/task/1", "role": None, "parameters": {}}]
    assert shown.sample is not None
    assert shown.sample["legacy"]["body"] == '{"task":{"task_id":"1","new":"ax"}}'


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


async def test_clusters_of_routes_that_fit(tmp_path: Path) -> None:
    """A glob; a list of no routes is not all of them."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        assert (await fitting(log, "t*.get"), await fitting(log, "task")) == (["task.get"], [])
        assert await read_clusters(log, routes=["task.get"]) == [
            item for item in await read_clusters(log) if item.route == "task.get"
        ]
        assert (await read_clusters(log, routes=[]), await count_clusters(log, [])) == ([], 0)


async def test_named_clusters_are_of_one_run_or_of_all(tmp_path: Path) -> None:
    """A name that a run does not have is left out."""
    url, first, _ = await two_runs(tmp_path)
    names = [cluster_id(KEPT), cluster_id(NEW)]
    async with reading(url) as log:
        of_all, of_one = await read_named(log, names), await read_named(log, names, first)
    assert {name: found.exchanges for name, found in of_all.items()} == dict.fromkeys(names, 2)
    assert {name: found.exchanges for name, found in of_one.items()} == {cluster_id(KEPT): 1}


async def test_clusters_of_the_face_stand_apart(tmp_path: Path) -> None:
    """They are counted, listed and shared out by the dialect in which the new side was asked."""
    url = f"sqlite:///{tmp_path}/log.db"
    faced = changed(finding(FIRST, "task.get (face) 200→200 $.x"), asked=Dialect.LEGACY)
    await write_run(url, FIRST, faced)
    await write_run(url, SECOND, finding(SECOND))
    async with reading(url) as log:
        [face] = await read_clusters(log, asked=Dialect.LEGACY)
        assert (face.share, face.asked, face.document()["asked"]) == (1.0, Dialect.LEGACY, "legacy")
        assert await read_clusters(log, asked=Dialect.NEW) == []
        assert await read_clusters(log, routes=["task.get"], asked=Dialect.LEGACY) == [face]
        assert (await count_clusters(log, None, Dialect.LEGACY), await count_clusters(log)) == (1, 1)
        assert await count_clusters(log, ["task.get"], Dialect.NEW) == 0
        assert await open_clusters(log) == {}
        assert await open_clusters(log, None, Dialect.LEGACY) == {"task.get": 1}
        assert await received_exchanges(log) == {
            ("task.get", Dialect.LEGACY): 1,
            ("task.get", Dialect.NEW): 1,
        }
