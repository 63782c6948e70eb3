"""Durations and ratios counted in logarithmic buckets: their quantiles can be told without keeping every value."""

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Final

STEPS: Final = 16
"""Buckets per doubling: neighbours differ by 4.4 %, which is how exactly a quantile is told."""

_SMALLEST: Final = 1e-6


def bucket(value: float) -> int:
    """The bucket of a positive number; whatever is below a millionth counts as that."""
    return math.floor(math.log2(max(value, _SMALLEST)) * STEPS)


def middle(number: int) -> float:
    """The value that stands for a bucket: its geometric middle."""
    return float(2 ** ((number + 0.5) / STEPS))


def quantile(buckets: Mapping[int, int], share: float) -> float | None:
    """A quantile of what was counted, None when nothing was. ``buckets``: bucket to count. ``share``: 0.5 for the
    median.
    """
    total = sum(buckets.values())
    return None if total == 0 else _ranked(buckets, max(1, math.ceil(share * total)))


def median_interval(buckets: Mapping[int, int], confidence: float = 0.95) -> tuple[float, float] | None:
    """An interval for the median by order statistics, without resampling; None for fewer than six values.

    The number of values below the median is binomial with p = 1/2, so the values of the ranks that enclose the middle
    of that distribution enclose the median (normal approximation with continuity correction, Conover, Practical
    Nonparametric Statistics, 3.2). ``buckets``: bucket to count. ``confidence``: how sure the interval is.
    """
    total = sum(buckets.values())
    if total < 6:
        return None  # the smallest and the largest of five enclose the median with 93.75 % only
    spread = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(total) / 2
    low = max(1, math.floor(total / 2 - spread))
    high = min(total, math.ceil(total / 2 + spread) + 1)
    return _ranked(buckets, low), _ranked(buckets, high)


def _ranked(buckets: Mapping[int, int], rank: int) -> float:
    passed = 0
    for number in sorted(buckets):
        passed += buckets[number]
        if passed >= rank:
            return middle(number)
    raise AssertionError("the rank is larger than the count")
