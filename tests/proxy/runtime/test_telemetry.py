"""Operators' numbers."""

from proxy.runtime.telemetry import BOUNDS, Histogram, Telemetry


def test_durations_fall_into_buckets() -> None:
    """The last one has no upper bound."""
    telemetry = Telemetry()
    for seconds in (0.001, BOUNDS[0], 99.0):
        telemetry.took("asked", "new", seconds)
    found = telemetry.durations["asked new"]
    assert (found.counts[0], found.counts[-1], sum(found.counts)) == (2, 1, 3)
    assert round(found.total, 3) == 99.006


def test_histograms_add_up() -> None:
    """Of many processes."""
    one, other = Histogram(), Histogram()
    one.add(0.001)
    other.add(99.0)
    one.merge(other.counts, other.total)
    assert (sum(one.counts), one.total) == (2, 99.001)
