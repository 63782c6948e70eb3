"""Traffic over time as bars."""

from datetime import datetime, timedelta

import pytest

from proxy.dashboard.chart import HEIGHT, WIDTH, bars, kind_of

START = datetime.fromisoformat("2026-11-22T00:00:00")


def test_the_bars_of_an_hour_are_stacked() -> None:
    """From the ground, in proportion, the highest almost to the top."""
    low, high = bars({START: {"match": 3, "mismatch": 1}})
    assert (low.y + low.height, high.y + high.height) == (HEIGHT, low.y)
    assert low.height == 3 * high.height
    assert high.title == "2026-11-22 00:00: 1 mismatch"


def test_what_is_rare_is_seen() -> None:
    """One in a million has a height."""
    assert min(bar.height for bar in bars({START: {"match": 10**6, "mismatch": 1}})) >= 0.5


def test_hours_without_traffic_are_gaps() -> None:
    """Time is not folded."""
    first, last = bars({START: {"match": 1}, START + timedelta(hours=9): {"match": 1}})
    assert last.x - first.x == pytest.approx(9 * 40)


def test_months_fit_the_width() -> None:
    """Several hours are one bar, and nothing is lost."""
    found = bars({START + timedelta(hours=number): {"match": 1} for number in range(2000)})
    assert max(bar.x + bar.width for bar in found) <= WIDTH
    assert sum(int(bar.title.split()[2]) for bar in found) == 2000


def test_no_traffic_is_no_bar() -> None:
    """An empty log has a page too."""
    assert bars({}) == []


@pytest.mark.parametrize(
    ("verdict", "kind"), [("skipped:xml", "skipped"), ("new_error", "errors"), ("match", "match")]
)
def test_every_verdict_is_drawn(verdict: str, kind: str) -> None:
    """Under one of five kinds."""
    assert kind_of(verdict) == kind
