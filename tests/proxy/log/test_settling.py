"""Nothing of a run that was killed stays open."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from config.reports import Retention
from proxy.log.reading import reading
from proxy.log.retention import prune
from proxy.log.settling import settle_runs
from proxy.log.tables import runs, traffic
from tests.proxy.logs import FIRST, finding, write_run

pytestmark = pytest.mark.anyio


async def killed_run(folder: Path) -> tuple[str, str]:
    """A run of which five requests came, four were served and one got its verdict."""
    url = f"sqlite:///{folder}/log.db"
    run = await write_run(url, FIRST, finding(FIRST))
    async with reading(url) as connection:
        await connection.execute(update(runs).values(received=5, served=4, refused=0, pending=3))
        await connection.commit()
    return url, run


async def test_what_is_pending_is_shed_once(tmp_path: Path) -> None:
    """And who got no answer is gone; a second time changes nothing."""
    url, run = await killed_run(tmp_path)
    async with reading(url) as connection:
        for _ in range(2):
            await settle_runs(connection, [run], FIRST)
            [row] = (await connection.execute(select(runs))).all()
            assert (row.received, row.served, row.client_gone, row.pending) == (5, 4, 1, 0)
            found = await connection.execute(select(traffic.c.verdict, traffic.c.exchanges))
            assert sorted(tuple(one) for one in found) == [("match", 1), ("shed", 3)]


async def test_what_was_told_before_counts(tmp_path: Path) -> None:
    """The log of a killed process is a second old."""
    url, run = await killed_run(tmp_path)
    async with reading(url) as connection:
        await settle_runs(connection, [run], FIRST, {"received": 9, "served": 8})
        [row] = (await connection.execute(select(runs))).all()
        assert (row.received, row.served, row.client_gone, row.pending) == (9, 8, 1, 0)
        shed = select(traffic.c.exchanges).where(traffic.c.verdict == "shed")
        assert (await connection.execute(shed)).scalars().all() == [7]


async def test_what_each_dialect_owes_is_shed(tmp_path: Path) -> None:
    """Of four exchanges three were asked of the legacy face, one of them also of the new API."""
    url, run = await killed_run(tmp_path)
    async with reading(url) as connection:
        await settle_runs(connection, [run], FIRST, {"faced": 3, "twice": 1})
        query = select(traffic.c.asked, traffic.c.verdict, traffic.c.exchanges)
        found = sorted(tuple(one) for one in await connection.execute(query))
        assert found == [("legacy", "shed", 3), ("new", "match", 1), ("new", "shed", 1)]


async def test_runs_that_ended_long_ago_are_settled_at_the_next_start(tmp_path: Path) -> None:
    """Nobody else knows that their process was killed."""
    url, _ = await killed_run(tmp_path)
    async with reading(url) as connection:
        await prune(connection, "another", Retention(), FIRST + timedelta(hours=2))
        [row] = (await connection.execute(select(runs))).all()
        assert (row.pending, row.client_gone) == (0, 1)
