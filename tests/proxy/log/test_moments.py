"""Exchanges since a time: as exact as the log still is, and nothing counted twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from config.rollout import Dialect
from proxy.log.moments import flows_since, timeline
from proxy.log.reading import reading
from proxy.log.tables import moments
from tests.proxy.logs import FIRST, finding, write_run

pytestmark = pytest.mark.anyio
HOUR = FIRST.replace(minute=0, second=0)
"""Exchanges are a second, a minute and an hour after 12:34:56."""
TIMES = (FIRST, FIRST + timedelta(seconds=1), FIRST + timedelta(minutes=1), FIRST + timedelta(hours=1))


@pytest.fixture
async def url(tmp_path: Path) -> str:
    """The URL of a log with an exchange at each of these times, by two runs."""
    found = f"sqlite:///{tmp_path}/log.db"
    for part in (TIMES[::2], TIMES[1::2]):
        await write_run(found, part[0], *(finding(at) for at in part))
    return found


async def since(log: AsyncConnection, at: datetime, *, never_earlier: bool = False) -> tuple[int, datetime]:
    """How many exchanges there are since a time, and from when they are counted."""
    flows, begin = await flows_since(log, at, never_earlier=never_earlier)
    assert begin is not None
    return sum(flow.exchanges for flow in flows), begin


async def without(log: AsyncConnection, *widths: int) -> None:
    """Forget moments."""
    await log.execute(delete(moments).where(moments.c.width.in_(widths)))


async def test_everything_is_everything(url: str) -> None:
    """From no time on, with times of both sides."""
    async with reading(url) as log:
        [flow], begin = await flows_since(log, None)
    assert begin is None
    assert (flow.route, flow.verdict, flow.asked, flow.exchanges) == ("task.get", "match", "new", 4)
    assert (flow.legacy_seconds, flow.new_seconds) == pytest.approx((0.8, 0.4))


@pytest.mark.parametrize(("place", "count"), [(0, 4), (1, 3), (2, 2), (3, 1)])
async def test_it_counts_by_the_second(url: str, place: int, count: int) -> None:
    """The second itself included, whatever part of it is asked for."""
    async with reading(url) as log:
        for part in (0, 999_999):
            asked = TIMES[place].replace(microsecond=part)
            assert await since(log, asked) == (count, TIMES[place])
        assert await since(log, TIMES[place] + timedelta(seconds=1), never_earlier=True) == (
            max(0, count - 1),
            TIMES[place] + timedelta(seconds=1),
        )


async def test_seconds_that_are_gone_are_minutes(url: str) -> None:
    """What was before is counted or left out, as is asked for; never a part of it."""
    async with reading(url) as log:
        await without(log, 1)
        minute = FIRST.replace(second=0)
        assert await since(log, TIMES[1]) == (4, minute)
        later = minute + timedelta(minutes=1)
        # The run that began then, and what the other one had in the next minute.
        assert await since(log, TIMES[1], never_earlier=True) == (3, later)
        soon = TIMES[1] + timedelta(seconds=1)
        assert await since(log, soon, never_earlier=True) == (2, later)


async def test_minutes_that_are_gone_are_hours(url: str) -> None:
    """Rather than earlier ones, those count of runs that began later."""
    async with reading(url) as log:
        await without(log, 1, 60)
        assert await since(log, TIMES[1]) == (4, HOUR)
        assert await since(log, TIMES[1], never_earlier=True) == (2, HOUR + timedelta(hours=1))
        later = TIMES[2] + timedelta(seconds=1)
        assert (await since(log, later, never_earlier=True))[0] == 1


async def test_a_part_of_an_hour_says_nothing(url: str) -> None:
    """When some of its seconds are gone, no second of it counts."""
    async with reading(url) as log:
        await log.execute(delete(moments).where(moments.c.width == 1, moments.c.at == TIMES[2]))
        assert await since(log, TIMES[1]) == (4, FIRST.replace(second=0))


async def test_whole_hours_need_no_moments(url: str) -> None:
    """They are counted for good."""
    async with reading(url) as log:
        await without(log, 1, 60)
        assert await since(log, HOUR) == (4, HOUR)
        assert await since(log, HOUR + timedelta(hours=1)) == (1, HOUR + timedelta(hours=1))


def spots(begin: datetime, found: Sequence[datetime], step: timedelta) -> list[int]:
    """Which steps there are."""
    return [(at - begin) // step for at in sorted(found)]


@pytest.mark.parametrize(
    ("span", "step", "expected"),
    [
        (timedelta(minutes=15), timedelta(seconds=15), [59]),
        (timedelta(hours=2), timedelta(minutes=1), [59, 60, 119]),
        (timedelta(days=7), timedelta(hours=2), [83]),
    ],
)
async def test_exchanges_over_time(url: str, span: timedelta, step: timedelta, expected: list[int]) -> None:
    """The last step holds the end; by the second, the minute and the hour."""
    async with reading(url) as log:
        found = await timeline(log, TIMES[-1], span, step, Dialect.NEW)
        assert (found.step, found.count) == (step, span // step)
        assert spots(found.begin, list(found.steps), step) == expected
        assert await timeline(log, TIMES[-1], span, step, Dialect.NEW, ["task.get"]) == found
        assert not (await timeline(log, TIMES[-1], span, step, Dialect.NEW, ["study.get"])).steps
        assert not (await timeline(log, TIMES[-1], span, step, Dialect.LEGACY)).steps


async def test_what_the_log_does_not_know_by_the_minute_is_shown_by_the_hour(url: str) -> None:
    """A log of an older version has no moments."""
    async with reading(url) as log:
        await without(log, 1, 60)
        found = await timeline(log, TIMES[-1], timedelta(minutes=15), timedelta(seconds=15), Dialect.NEW)
    assert (found.step, found.count) == (timedelta(hours=1), 1)
    assert dict(found.steps) == {HOUR + timedelta(hours=1): {"match": 1}}
