"""Samples compared again: by the rules in force, and with what the new side answers now."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest

from config.rollout import Dialect
from diffing.model import Observation
from proxy.log.clusters import read_cluster, read_clusters
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, put
from proxy.message.fields import to_bytes
from proxy.outbound.transport import SideAnswer, Transport
from proxy.rollout.live_config import load_live_config, rules_digest
from proxy.triage.file_cluster import TriageVerdict, file_cluster
from proxy.triage.recheck import Recheck, Rechecked, bring_up_to_date, counted, recheck_clusters
from tests.proxy.exchanges import changed
from tests.proxy.logs import FIRST, two_runs, write_run
from tests.proxy.triage_cases import AT, CONTRACT, damaged, verdict

pytestmark = pytest.mark.anyio
NUMBER = damaged(lambda document: document["task_type"].update(id=1))
NAME = damaged(lambda document: document["task_type"].update(name="Other"))
RIGHT = damaged(lambda _document: None)[2]
LATER = AT + timedelta(days=1)


class NewSide:
    """A new side that always says the same."""

    def __init__(self, answer: Observation, asked: list[bytes] | None = None) -> None:
        self._answer = answer
        self._asked = asked

    async def ask(self, _method: str, target: bytes, *_: object) -> SideAnswer:
        """Answer."""
        if self._asked is not None:
            self._asked.append(target)
        return SideAnswer(self._answer.status or 500, to_bytes(self._answer.headers), self._answer.body)


@pytest.fixture
async def log(tmp_path: Path) -> str:
    """The URL of a log with two clusters of one route."""
    url = f"sqlite:///{tmp_path}/log.db"
    await write_run(url, AT, verdict(AT, *NUMBER), verdict(AT, *NAME))
    return url


@pytest.fixture
async def documented(log: str, tmp_path: Path) -> Path:
    """A configuration with an entry for one of the clusters."""
    config = tmp_path / "config"
    shutil.copytree("config", config, ignore=shutil.ignore_patterns("sample", "*.py"))
    async with reading(log) as opened:
        found = await read_cluster(opened, await named(log, ".id"))
    entry = file_cluster(found, TriageVerdict.DOCUMENTED, CONTRACT).text.replace(
        "WRITE HERE", "Because it is so"
    )
    with (config / "deviations" / "tasktypes.toml").open("a") as file:
        file.write(f"\n{entry}")
    return config


async def named(url: str, part: str) -> str:
    """The id of the cluster whose signature has a part."""
    async with reading(url) as opened:
        [found] = [item.id for item in await read_clusters(opened) if part in item.signature]
    return found


async def states(url: str) -> dict[str, ClusterState]:
    """The states of all clusters, by what differs."""
    async with reading(url) as opened:
        found = await read_clusters(opened)
    return {item.signature.split(" ")[2].rpartition(".")[2]: item.standing.state for item in found}


def checking(config: Path, new: Transport | None = None) -> Recheck:
    """By the rules of a configuration."""
    return Recheck(load_live_config(config), rules_digest(config), new)


async def by(url: str, check: Recheck) -> dict[str, Rechecked]:
    """Everything compared again."""
    found = await recheck_clusters(url, check, now=lambda: LATER)
    return {one.cluster.signature.split(" ")[2].rpartition(".")[2]: one for one in found}


async def test_the_same_rules_change_nothing(log: str) -> None:
    """Both still differ."""
    found = await by(log, checking(Path("config")))
    assert {one.remark for one in found.values()} == {"still mismatch"}
    assert not any(one.changed for one in found.values())
    assert counted(list(found.values())) == "2 clusters compared again: 2 open; 0 changed"
    assert set((await states(log)).values()) == {ClusterState.OPEN}


async def test_an_entry_closes_what_it_explains(log: str, documented: Path) -> None:
    """And opens it again when it goes."""
    found = await by(log, checking(documented))
    assert await states(log) == {"id": ClusterState.DOCUMENTED, "name": ClusterState.OPEN}
    assert (found["id"].standing.since, found["id"].standing.by) == (LATER, "the rules in force")
    assert found["id"].remark.startswith("explained by ")
    assert found["id"].document()["standing"]["state"] == "documented"
    again = await by(log, checking(documented))
    assert not any(one.changed for one in again.values())
    gone = await by(log, checking(Path("config")))
    assert gone["id"].remark == "the rules in force no longer settle its sample"
    assert (await states(log))["id"] is ClusterState.REGRESSED


async def test_a_sample_does_not_close_twice_what_came_again(log: str, documented: Path) -> None:
    """Under the same rules it shows something else than what came."""
    await by(log, checking(documented))
    after = LATER + timedelta(hours=1)
    await write_run(log, after, verdict(after, *NUMBER))
    found = await by(log, checking(documented))
    assert "came again under these rules" in found["id"].remark
    assert (await states(log))["id"] is ClusterState.REGRESSED


async def test_an_accepted_cluster_stays_accepted_until_it_is_documented(log: str, documented: Path) -> None:
    """What a person has said is only replaced by what is better."""
    ann = Standing(ClusterState.ACCEPTED, AT, "later", "ann", date(2999, 1, 1))
    async with reading(log) as opened:
        await put(opened, {await named(log, part): ann for part in (".id", ".name")})
        await opened.commit()
    await by(log, checking(documented))
    assert await states(log) == {"id": ClusterState.DOCUMENTED, "name": ClusterState.ACCEPTED}


async def test_the_new_side_is_asked_again(log: str) -> None:
    """What it answers right now is resolved; then it is asked what its sample says."""
    asked: list[bytes] = []
    found = await by(log, checking(Path("config"), NewSide(RIGHT, asked)))
    assert asked == [b"/tasktypes/1"] * 2
    assert {one.standing.state for one in found.values()} == {ClusterState.RESOLVED}
    assert found["id"].standing.since == LATER
    still = await by(log, checking(Path("config"), NewSide(NUMBER[2])))
    assert {one.standing.state for one in still.values()} == {ClusterState.REGRESSED}


async def test_a_side_that_is_still_wrong_changes_nothing(log: str) -> None:
    """Nor does one that does not answer."""
    for answer in (NUMBER[2], Observation(500, (), b"")):
        found = await by(log, checking(Path("config"), NewSide(answer)))
        assert not any(one.changed for one in found.values())
        assert all("is still" in one.remark for one in found.values())


async def test_a_cluster_of_the_face_is_compared_as_such(tmp_path: Path) -> None:
    """Both answers in PHP's dialect; no rule lies between."""
    url = f"sqlite:///{tmp_path}/log.db"
    asked, legacy, _ = NUMBER
    await write_run(url, AT, changed(verdict(AT, asked, legacy, NUMBER[2]), asked=Dialect.LEGACY))
    [kept] = await recheck_clusters(url, checking(Path("config")))
    assert kept.remark == "still mismatch"
    [asked_again] = await recheck_clusters(url, checking(Path("config"), NewSide(legacy)))
    assert asked_again.standing.state is ClusterState.RESOLVED


async def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    """A body that was cut, a route that is gone, no sample at all."""
    url = f"sqlite:///{tmp_path}/log.db"
    for change, told in (
        (lambda kept: kept["new"].update(truncated=True), "too long to be kept whole"),
        (lambda kept: kept["asked"].update(route="nothing.get"), "nothing.get is no route any more"),
    ):
        await write_run(url, AT, verdict(AT, *NUMBER))
        found = await _with_samples(url, change)
        assert told in found.remark
        assert not found.changed
    async with reading(url) as opened:
        [cluster] = await read_clusters(opened)
    bare = await checking(Path("config")).of(cluster, [], AT)
    assert bare.remark == "cannot be told: no sample of it was kept"


async def _with_samples(url: str, change: Callable[[dict[str, dict[str, object]]], None]) -> Rechecked:
    async with reading(url) as opened:
        [cluster] = await read_clusters(opened)
        shown = await read_cluster(opened, cluster.id)
    kept = orjson.loads(orjson.dumps(shown.sample))
    change(kept)
    return await checking(Path("config")).of(cluster, [kept], AT)


async def test_changed_rules_are_noticed(log: str, documented: Path) -> None:
    """Once; a route that is moved is no rule."""
    assert len(await bring_up_to_date(log, Path("config"))) == 2
    assert await bring_up_to_date(log, Path("config")) == []
    assert len(await bring_up_to_date(log, documented)) == 2
    with (documented / "rollout.toml").open("a") as file:
        file.write("\n# moved\n")
    assert await bring_up_to_date(log, documented) == []
    assert (await states(log))["id"] is ClusterState.DOCUMENTED


async def test_named_clusters_are_not_all(log: str, documented: Path) -> None:
    """After them the others are still to be compared."""
    [found] = await recheck_clusters(log, checking(documented), [await named(log, ".name")])
    assert found.remark == "still mismatch"
    assert len(await bring_up_to_date(log, documented)) == 2


async def test_evidence_is_stored_along(tmp_path: Path) -> None:
    """What comes of clusters by themselves."""
    url, _, _ = await two_runs(tmp_path)
    await bring_up_to_date(url, Path("config"))
    async with reading(url) as opened:
        assert {item.standing.since for item in await read_clusters(opened)} >= {FIRST}
