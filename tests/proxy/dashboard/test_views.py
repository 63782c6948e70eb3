"""What the pages show."""

from pathlib import Path

import pytest

from config.rollout import Dialect, Stage
from diffing.usage import STALE_AFTER
from proxy.dashboard.page import Misasked, NotThere
from proxy.dashboard.views import Views
from proxy.log.reading import reading
from proxy.log.writer import open_log
from proxy.rollout.edit import StageShare
from proxy.rollout.gate import GateDecision, Move, RouteEvidence
from proxy.rollout.gate_log import write_decision
from tests.proxy.logs import FIRST, explained, two_runs, write_run

pytestmark = pytest.mark.anyio


async def test_the_overview_has_stage_and_readiness(tmp_path: Path, config: Path) -> None:
    """Of the routes that were asked; the others on demand."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        page = await Views(config).overview(log, {})
        everything = await Views(config).overview(log, {"all": "1"})
    assert [row[:4] for row in page.rows][1] == ("task.get", page.rows[1][1], "not ready", 11)
    assert len(everything.rows) > 80
    assert page.context["totals"] == {"match": 9, "explained": 0, "mismatch": 5, "errors": 0, "skipped": 0}


async def test_deviations_without_a_hit_are_shown(tmp_path: Path, config: Path) -> None:
    """They may be stale."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        page = await Views(config).deviations(log)
    assert {row[4] for row in page.rows} == {"never"}


async def test_stale_deviations_are_marked(tmp_path: Path, config: Path) -> None:
    """By the rule of the lint; the most used come first, with their share."""
    url = f"sqlite:///{tmp_path}/log.db"
    hits = (explained(FIRST, "dataset.get", "dataset-url-unescaped") for _ in range(STALE_AFTER))
    await write_run(url, FIRST, *hits)
    async with reading(url) as log:
        page = await Views(config).deviations(log)
    assert page.rows[0][:8] == (
        *("dataset-url-unescaped", "transform", STALE_AFTER, 1.0, "2026-11-21 12:00", 1, STALE_AFTER, ""),
    )
    stale = {row[0] for row in page.rows if row[7]}
    assert ("dataset-format-lower-case" in stale, "task-id-name" in stale) == (True, False)
    assert page.context["counts"]["stale"] == len(stale)


async def test_latencies_are_quantiles_of_both_sides(tmp_path: Path, config: Path) -> None:
    """In milliseconds; the ratio is of pairs."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        page = await Views(config).latency(log)
    row = next(row for row in page.rows if row[0] == "task.get")
    assert row[2] == pytest.approx(200, rel=0.03)
    assert row[5] == pytest.approx(100, rel=0.03)
    assert row[8] == pytest.approx(0.5, rel=0.03)
    assert [float(str(row[index])) for index in (9, 8, 10)] == sorted(float(str(cell)) for cell in row[8:11])


async def test_a_page_of_clusters_that_is_no_number_is_refused(tmp_path: Path, config: Path) -> None:
    """One beyond the last is empty."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        for number in ("x", "0", "-1", "²", "9" * 9):
            with pytest.raises(Misasked, match="page is a number"):
                await Views(config).clusters(log, {"page": number})
        assert (await Views(config).clusters(log, {"page": "99999999"})).rows == []


async def test_an_unknown_route_is_not_there(tmp_path: Path, config: Path) -> None:
    """Even when it was asked before and has gone from the map."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        with pytest.raises(NotThere, match=r"task\.got"):
            await Views(config).route(log, "task.got")


async def test_a_route_shows_what_the_gate_decided(tmp_path: Path, config: Path) -> None:
    """The newest decision first, of this route only."""
    url, _, _ = await two_runs(tmp_path)
    engine = open_log(url)
    async with engine.begin() as connection:
        for route in ("task.get", "study.get"):
            decision = GateDecision(Move.PROMOTE, StageShare(Stage.CANARY, 5), "matched 300 of 300", {})
            await write_decision(
                connection, route, Dialect.NEW, StageShare(Stage.SHADOW), decision, FIRST, RouteEvidence()
            )
    await engine.dispose()
    async with reading(url) as log:
        page = await Views(config).route(log, "task.get")
    assert [item.sentence for item in page.context["decided"]] == [
        "2026-11-21 12:34:56 UTC: task.get (new) promoted from shadow to canary 5 %: matched 300 of 300"
    ]
