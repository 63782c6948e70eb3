"""Quantiles of what was counted in buckets."""

import math
from collections import Counter
from itertools import pairwise

import pytest

from proxy.runtime.histogram import STEPS, bucket, median_interval, middle, quantile


@pytest.mark.parametrize("value", [1e-6, 0.0123, 1.0, 60.0])
def test_a_value_is_near_the_middle_of_its_bucket(value: float) -> None:
    """Within half a bucket."""
    assert abs(math.log2(middle(bucket(value)) / value)) <= 0.5 / STEPS + 1e-9


def test_nothing_is_too_small() -> None:
    """A clock that stood still counts as a millionth."""
    assert bucket(0.0) == bucket(1e-6)


def test_buckets_are_in_the_order_of_their_values() -> None:
    """Quantiles depend on it."""
    assert all(a <= b for a, b in pairwise(bucket(number / 7) for number in range(1, 500)))


def test_the_median_is_the_middle_value() -> None:
    """Of one hundred, the fiftieth."""
    counted = Counter(bucket(number) for number in range(1, 101))
    assert quantile(counted, 0.5) == middle(bucket(50))
    assert quantile({}, 0.5) is None


def test_the_interval_has_the_ranks_of_the_textbook() -> None:
    """For n = 100 the 95 % interval of the median is from the 40th to the 61st value (Conover, table A3)."""
    counted = Counter(bucket(1.1**number) for number in range(1, 101))
    assert median_interval(counted) == (middle(bucket(1.1**40)), middle(bucket(1.1**61)))


def test_five_values_have_no_interval() -> None:
    """All five enclose the median with 93.75 % only."""
    assert median_interval({1: 5}) is None
    assert median_interval({1: 6}) is not None
