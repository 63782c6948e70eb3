"""What the overview says first."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from diffing.cluster import cluster_id
from proxy.dashboard.app import dashboard
from proxy.dashboard.overview import COLUMNS, Summary
from proxy.dashboard.views import Views
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, put, settle_states
from proxy.log.tables import runs
from tests.proxy.exchanges import changed
from tests.proxy.logs import FIRST, KEPT, OLD, SECOND, finding, two_runs, write_run

pytestmark = pytest.mark.anyio
LARGE = "task.get 200→500 $.large"


async def told(url: str, config: Path) -> Summary:
    """The summary of a log."""
    async with reading(url) as log:
        found = (await Views(config).overview(log, {})).context["summary"]
    assert isinstance(found, Summary)
    return found


async def shown(url: str, config: Path, path: str = "/") -> str:
    """A page."""
    transport = httpx.ASGITransport(dashboard(url, config))
    async with httpx.AsyncClient(transport=transport, base_url="http://dashboard") as client:
        return (await client.get(path)).text


async def test_what_needs_a_decision(tmp_path: Path, config: Path) -> None:
    """The largest and the newest, each with the side that is likely wrong; closed ones are none of them."""
    url, _, _ = await two_runs(tmp_path)
    await write_run(url, SECOND, *(finding(SECOND, LARGE, route="task.get") for _ in range(5)))
    later = SECOND + timedelta(seconds=1)
    await write_run(url, later, *(finding(later, f"study.get 200→200 $.{n}") for n in "xyzz"))
    async with reading(url) as log:
        await put(log, {cluster_id(KEPT): Standing(ClusterState.DOCUMENTED, SECOND)})
        await log.commit()
    found = await told(url, config)
    assert [(one.cluster.signature, one.why) for one in found.decide][:1] == [(LARGE, "the largest")]
    assert found.decide[0].side == "the new side, which fails"
    assert {one.why for one in found.decide[1:]} >= {"one of the largest"}
    assert any("the newest" in one.why and one.cluster.signature.startswith("study") for one in found.decide)
    assert KEPT not in {one.cluster.signature for one in found.decide}
    assert (found.open, found.states[ClusterState.DOCUMENTED]) == (6, 1)
    page = await shown(url, config)
    assert "6 clusters need a decision" in page
    assert "Likely: the new side, which fails." in page


async def test_what_changed_since_the_last_run(tmp_path: Path, config: Path) -> None:
    """Clusters by their states, and parity before and after."""
    url, _, _ = await two_runs(tmp_path)
    soon = SECOND + timedelta(hours=2)
    await write_run(url, soon, finding(soon), finding(soon), finding(soon, "task.get 200→200 $.more"))
    async with reading(url) as log:
        await settle_states(log, soon, 1000)
        await put(log, {cluster_id(OLD): Standing(ClusterState.RESOLVED, FIRST)}, now=soon)
        await log.commit()
    since = (await told(url, config)).since
    assert since is not None
    assert (since.time, since.words) == (soon, "since the last run began")
    assert since.told == "1 new, 0 documented, 0 accepted, 1 resolved, 0 regressed"
    assert (since.now.judged, since.now.good, since.before.judged) == (3, 2, 14)
    assert "Clusters since the last run began" in await shown(url, config)


async def test_what_changed_since_yesterday(tmp_path: Path, config: Path) -> None:
    """Where the last run began earlier, or others write beside it."""
    url, first, second = await two_runs(tmp_path)
    end = SECOND + timedelta(days=2)
    for run in ((second,), (first, second)):
        async with reading(url) as log:
            await log.execute(update(runs).where(runs.c.run.in_(run)).values(seen=end))
            await log.commit()
        since = (await told(url, config)).since
        assert since is not None
        assert (since.time, since.words) == (end - timedelta(days=1), "in the last 24 hours")
        assert (since.now.judged, since.before.judged) == (0, 14)


async def test_a_first_run_has_nothing_earlier(tmp_path: Path, config: Path) -> None:
    """That is said."""
    url = f"sqlite:///{tmp_path}/log.db"
    await write_run(url, FIRST, finding(FIRST))
    assert (await told(url, config)).since is None
    assert "This is the first run in less than a day" in await shown(url, config)
    assert "No cluster needs a decision." in await shown(url, config)


async def test_what_can_move_and_what_the_others_lack(tmp_path: Path, config: Path) -> None:
    """The next step of those that can; of the others the reason, with their names."""
    url = f"sqlite:///{tmp_path}/log.db"
    facts = tuple(("parameter", name) for name in ("task_id",))
    ready = [changed(finding(FIRST), facts=facts) for _ in range(300)]
    few = [finding(FIRST, route="study.get") for _ in range(7)]
    await write_run(url, FIRST, *ready, *few, finding(FIRST, "dataset.get 200→200 $.a"))
    found = await told(url, config)
    assert list(found.movable) == ["task.get"]
    lacks = {lack.name: names for lack, names in found.lacks.items()}
    assert lacks["EVIDENCE"] == ["dataset.get", "study.get"]
    assert lacks["PARITY"] == lacks["CLUSTERS"] == ["dataset.get"]
    page = await shown(url, config)
    assert "1 route can move" in page
    assert "too little was compared" in page
    assert found.document()["lacks"]["clusters"] == ["dataset.get"]


async def test_a_route_without_a_mismatch_is_not_red(tmp_path: Path, config: Path) -> None:
    """It says how much is there and how much is needed; one with a mismatch is not ready."""
    url = f"sqlite:///{tmp_path}/log.db"
    few = [finding(FIRST, route="study.get") for _ in range(120)]
    await write_run(url, FIRST, *few, finding(FIRST, KEPT))
    page = await shown(url, config)
    assert ">collecting evidence: 120 of 300</td>" in page
    cell = page.partition(">collecting evidence: 120 of 300</td>")[0].rpartition("<td")[2]
    assert "class=" not in cell
    assert 'class="bad"' in page
    route = await shown(url, config, "/routes/study.get")
    assert "<p>study.get is collecting evidence: 120 of 300, without a mismatch" in route


async def test_the_table_can_be_sorted_and_explains_itself(tmp_path: Path, config: Path) -> None:
    """By links, so that it needs no script."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        names = [
            [row[0] for row in (await Views(config).overview(log, {"sort": sort})).rows]
            for sort in ("received", "-received")
        ]
    assert names == [["study.get", "task.get"], ["task.get", "study.get"]]
    page = await shown(url, config, "/?sort=-received&route=*get")
    assert 'aria-sort="descending"><a href="?sort=received&amp;route=%2Aget"' in page
    assert all(f"<dd>{meaning}</dd>" in page for meaning in COLUMNS.values())


@pytest.mark.parametrize("path", ["/", "/clusters", "/deviations", "/latency", "/compare", "/nothing?x=1"])
async def test_every_page_says_what_it_is_about(tmp_path: Path, config: Path, path: str) -> None:
    """Product, log, configuration, time."""
    url, _, _ = await two_runs(tmp_path)
    page = await shown(url, config, path)
    if path == "/nothing?x=1":
        assert page == "Not Found"
        return
    assert "OpenML parity 0." in page
    assert f"<code>{url}</code>" in page
    assert f"<code>{config}</code>" in page
    assert "2026-11-21 12:34:56 to 2026-11-22 12:34:56 UTC" in page


TIMES = ["/", "/latency", "/routes/task.get", f"/clusters/{cluster_id(KEPT)}?show=timing"]


@pytest.mark.parametrize("path", TIMES)
async def test_latency_against_recordings_says_so(tmp_path: Path, config: Path, path: str) -> None:
    """Wherever times are shown."""
    url = f"sqlite:///{tmp_path}/log.db"
    await write_run(url, FIRST, finding(FIRST, KEPT))
    assert "from recordings" not in await shown(url, config, path)
    await write_run(url, SECOND, changed(finding(SECOND), facts=(("legacy", "recordings"),)))
    assert "from recordings here: its times" in await shown(url, config, path)


async def test_a_route_is_not_slow_for_recordings_alone(tmp_path: Path, config: Path) -> None:
    """Where routes lack speed, the page says what it was measured against."""
    url = f"sqlite:///{tmp_path}/log.db"
    slow = [finding(FIRST, seconds=(0.1, 0.9)) for _ in range(9)]
    await write_run(url, FIRST, *slow)
    page = await shown(url, config, "/")
    assert "1: the new side is too slow (" in page
    await write_run(url, SECOND, changed(finding(SECOND), facts=(("legacy", "recordings"),)))
    page = await shown(url, config, "/")
    assert "1: the new side is too slow, measured against recordings, not against PHP (" in page


async def test_the_chart_has_axes_and_a_range(tmp_path: Path, config: Path) -> None:
    """From a quarter of an hour to ninety days."""
    url, _, _ = await two_runs(tmp_path)
    for name, step in (("15m", "15 seconds"), ("24h", "15 minutes"), ("90d", "day")):
        page = await shown(url, config, f"/?range={name}")
        assert f"Exchanges, {step} a bar" in page
        assert f'<a href="?range={name}" aria-current="true">{name}</a>' in page
        assert page.count("<rect ") >= 2
    assert "range is 15m, 1h, 6h, 24h, 7d, 30d, 90d, not" in await shown(url, config, "/?range=1y")
