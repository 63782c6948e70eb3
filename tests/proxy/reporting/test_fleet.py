"""What became of the captures of a fleet."""

from dataclasses import replace
from pathlib import Path

import pytest

from diffing.model import Comparison, Outcome
from proxy.exchange.judgement import Judgement
from proxy.log.counters import Counters
from proxy.log.once import JudgedCapture, OnceRecorder
from proxy.log.reading import reading
from proxy.log.writer import Recorder, open_log
from proxy.reporting.fleet import Fleet, Lost, read_fleet
from tests.proxy.logs import FIRST, finding

pytestmark = pytest.mark.anyio
QUEUED = Judgement(Comparison(Outcome.QUEUED), "task.get queued")


async def test_what_proxies_queued_is_judged_or_waits(tmp_path: Path) -> None:
    """And what was lost is told where it was, with its reason."""
    url = f"sqlite:///{tmp_path / 'log.db'}"
    for place, shed in (("proxy a", 0), ("proxy b", 3)):
        counters = Counters(received=4, served=4)
        for _ in range(4 - shed):
            counters.add(replace(finding(FIRST), judgement=QUEUED))
        for _ in range(shed):
            counters.add(replace(finding(FIRST), judgement=Judgement(Comparison(Outcome.SHED), "")))
            counters.shed["queue full"] += 1
        proxy = Recorder(open_log(url), counters, place=place)
        await proxy.open()
        await proxy.aclose()
    worker = OnceRecorder(
        open_log(url), Counters, lambda log, counters: Recorder(log, counters, place="worker w")
    )
    await worker.open()
    await worker.record([JudgedCapture("1", finding(FIRST)), JudgedCapture("2", finding(FIRST), "abandoned")])
    await worker.aclose()
    async with reading(url) as connection:
        found = await read_fleet(connection)
    assert found == Fleet(5, 2, [Lost("proxy b", "queue full", 3), Lost("worker w", "abandoned", 1)])
    assert found.told() == (
        "fleet: queued 5 = judged 2 + waiting 3",
        "lost: 3 by proxy b: queue full",
        "lost: 1 by worker w: abandoned",
    )
    assert found.document()["waiting"] == 3


async def test_a_log_without_a_fleet_says_nothing_of_one(tmp_path: Path) -> None:
    """Its lines would be in the way."""
    url = f"sqlite:///{tmp_path / 'log.db'}"
    proxy = Recorder(open_log(url), Counters())
    await proxy.open()
    await proxy.aclose()
    async with reading(url) as connection:
        found = await read_fleet(connection)
    assert (found, found.told()) == (Fleet(lost=[]), ())
