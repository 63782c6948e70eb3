"""Readiness by what a log says."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.reports import ReadinessSettings as Thresholds
from config.rollout import Dialect
from proxy.log.reading import reading
from proxy.rollout.readiness_log import read_readiness
from tests.proxy.exchanges import changed
from tests.proxy.logs import SECOND, finding, two_runs, write_run

pytestmark = pytest.mark.anyio
KNOWN = {
    "task.get": frozenset({("parameter", "task_id"), ("role", "admin")}),
    "study.get": frozenset({("parameter", "study_id")}),
}


async def test_all_numbers_come_from_the_log(tmp_path: Path) -> None:
    """Counts, coverage, paired times, clusters."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        study, task = await read_readiness(log, KNOWN, Thresholds())
    assert (task.matched, task.trials, task.coverage.share, task.clusters) == (7, 11, 0.5, 2)
    assert task.latency is not None
    assert task.latency.median == pytest.approx(0.5, rel=0.03)
    assert (study.coverage.share, study.clusters, study.latency) == (0.0, 1, None)


async def test_each_dialect_has_its_own_numbers(tmp_path: Path) -> None:
    """What the new API answered makes no route ready in PHP's dialect."""
    url, _, _ = await two_runs(tmp_path)
    await write_run(url, SECOND, *(changed(finding(SECOND), asked=Dialect.LEGACY) for _ in range(7)))
    async with reading(url) as log:
        _, face = await read_readiness(log, KNOWN, Thresholds(), asked=Dialect.LEGACY)
        _, task = await read_readiness(log, KNOWN, Thresholds())
    assert (face.matched, face.trials, face.clusters, face.coverage.share) == (7, 7, 0, 0.5)
    assert (task.matched, task.trials, task.clusters) == (7, 11, 2)


async def test_only_what_came_since(tmp_path: Path) -> None:
    """A difference that was fixed before does not keep a route back."""
    url, _, _ = await two_runs(tmp_path)
    async with reading(url) as log:
        [study] = await read_readiness(log, KNOWN, Thresholds(), since=SECOND, route="study.*")
        [later] = await read_readiness(
            log, KNOWN, Thresholds(), since=SECOND + timedelta(days=1), route="task.*"
        )
    assert (study.trials, study.clusters) == (1, 0)
    assert (later.trials, later.coverage.share, later.bound) == (0, 0.0, 1.0)
