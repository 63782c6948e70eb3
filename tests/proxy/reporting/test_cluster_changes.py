"""What became of clusters: new, still there, fixed by evidence only."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.rollout import Dialect
from proxy.log.clusters import State
from proxy.log.reading import reading
from proxy.reporting.cluster_changes import changes, changes_since, compared_since, exchanges_of
from tests.proxy.exchanges import changed
from tests.proxy.logs import FIRST, KEPT, NEW, OLD, SECOND, finding, two_runs, write_run

pytestmark = pytest.mark.anyio


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
        at_once = await compared_since(log, SECOND)
        soon = SECOND + timedelta(seconds=1)
        later = await compared_since(log, soon)
        of_the_hour = await compared_since(log, SECOND.replace(minute=0, second=0))
        found = (await changes_since(log, soon, 1)).clusters
    assert (
        at_once
        == of_the_hour
        == {
            ("task.get", Dialect.NEW): 10,
            ("study.get", Dialect.NEW): 1,
        }
    )
    assert later == {}
    assert {item.state for item in found} == {State.UNASKED}


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


async def test_clusters_of_the_face_are_not_fixed_by_the_new_api(tmp_path: Path) -> None:
    """Only what was compared in the dialect of a cluster says that it is gone."""
    url = f"sqlite:///{tmp_path}/log.db"
    signature = "task.get (face) 200→200 $.x"
    faced = changed(finding(FIRST, signature), asked=Dialect.LEGACY)
    before = await write_run(url, FIRST, faced)
    after = await write_run(url, SECOND, *(finding(SECOND) for _ in range(9)))
    matched = (changed(finding(SECOND), asked=Dialect.LEGACY) for _ in range(9))
    last = await write_run(url, SECOND + timedelta(days=1), *matched)
    async with reading(url) as log:
        [unasked] = (await changes(log, before, after, 3)).clusters
        [fixed] = (await changes(log, before, last, 3)).clusters
        [since] = (await changes_since(log, SECOND, 3)).clusters
        received, compared = await exchanges_of(log, after)
    assert received == compared == {("task.get", Dialect.NEW): 9}
    assert (unasked.state, unasked.compared, unasked.asked) == (State.UNASKED, 0, Dialect.LEGACY)
    assert (fixed.state, fixed.compared) == (State.FIXED, 9)
    assert (since.state, since.compared) == (State.FIXED, 9)
