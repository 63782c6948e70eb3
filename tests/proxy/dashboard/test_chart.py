"""Traffic over time as bars with axes."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from proxy.dashboard.chart import HEIGHT, RANGES, WIDTH, chart, kind_of, range_of
from proxy.log.moments import Timeline

START = datetime.fromisoformat("2026-11-22T00:00:00")
HOUR = timedelta(hours=1)


def drawn(steps: Mapping[datetime, Mapping[str, int]], count: int = 24, step: timedelta = HOUR) -> Timeline:
    """Exchanges over so many steps."""
    return Timeline(START, step, count, steps)


def test_the_verdicts_of_a_step_are_stacked() -> None:
    """From the ground, in proportion to the highest number of the axis."""
    found = chart(drawn({START: {"match": 3, "mismatch": 1}}))
    low, high = found.bars
    assert (low.y + low.height, high.y + high.height) == (HEIGHT, low.y)
    assert low.height == 3 * high.height == HEIGHT * 3 / 5
    assert high.title == "2026-11-22 00:00:00: 1 mismatch"
    assert found.numbers == ["5", "2.5", "0"]


def test_what_is_rare_is_seen() -> None:
    """One in a million has a height."""
    assert min(bar.height for bar in chart(drawn({START: {"match": 10**6, "mismatch": 1}})).bars) >= 0.5


def test_what_waits_for_a_worker_is_no_failure() -> None:
    """It has no verdict yet; a step in which more was judged than queued has nothing of it."""
    assert kind_of("queued") == "skipped"
    found = chart(drawn({START: {"match": 3, "queued": -3}, START + HOUR: {"queued": 2}}))
    assert [bar.kind for bar in found.bars] == ["match", "skipped"]


def test_steps_without_traffic_are_gaps() -> None:
    """Time is not folded, and the last bar ends where the axis does."""
    first, last = chart(drawn({START: {"match": 1}, START + 23 * HOUR: {"match": 1}})).bars
    assert first.x == 0
    assert last.x == pytest.approx(WIDTH * 23 / 24)
    assert last.x + last.width <= WIDTH


@pytest.mark.parametrize(
    ("count", "step", "times", "words"),
    [
        (60, timedelta(seconds=15), ["00:00", "00:03", "00:07", "00:11", "00:15"], "15 seconds"),
        (24, HOUR, ["00:00", "06:00", "12:00", "18:00", "00:00"], "hour"),
        (84, 2 * HOUR, ["Nov 22", "Nov 23", "Nov 25", "Nov 27", "Nov 29"], "2 hours"),
        (90, 24 * HOUR, ["Nov 22", "Dec 14", "Jan 06", "Jan 28", "Feb 20"], "day"),
    ],
)
def test_the_axis_of_time(count: int, step: timedelta, times: list[str], words: str) -> None:
    """Five moments, evenly spaced; how long a bar is."""
    found = chart(drawn({}, count, step))
    assert (found.times, found.step) == (times, words)


@pytest.mark.parametrize(
    ("highest", "numbers"),
    [(1, ["1", "0.5", "0"]), (7, ["10", "5", "0"]), (1200, ["2,000", "1,000", "0"]), (50, ["50", "25", "0"])],
)
def test_the_axis_of_numbers_ends_with_a_round_one(highest: int, numbers: list[str]) -> None:
    """Not below what is drawn."""
    assert chart(drawn({START: {"match": highest}})).numbers == numbers


def test_no_traffic_is_no_bar() -> None:
    """An empty log has a page too."""
    assert chart(drawn({})).bars == []


@pytest.mark.parametrize(
    ("span", "name"),
    [(timedelta(0), "15m"), (HOUR, "1h"), (timedelta(hours=5), "6h"), (timedelta(days=80), "24h")],
)
def test_a_page_shows_all_of_a_short_log(span: timedelta, name: str) -> None:
    """Of a long one the last day."""
    assert range_of(span) == name
    assert (min(RANGES.values())[0], max(RANGES.values())[0]) == (
        timedelta(minutes=15),
        timedelta(days=90),
    )


@pytest.mark.parametrize(
    ("verdict", "kind"), [("skipped:xml", "skipped"), ("new_error", "errors"), ("match", "match")]
)
def test_every_verdict_is_drawn(verdict: str, kind: str) -> None:
    """Under one of five kinds."""
    assert kind_of(verdict) == kind
