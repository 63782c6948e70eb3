"""How large a rate may still be after so many trials: exact bounds of Clopper and Pearson."""

import math
from typing import Final

_STEPS: Final = 500
_TINY: Final = 1e-300
_EXACT: Final = 1e-15


def upper_bound(failures: int, trials: int, confidence: float = 0.95) -> float:
    """The largest rate of failure that the trials do not rule out.

    The rate p at which no more than `failures` in `trials` happen with probability 1 - confidence (Clopper and
    Pearson, Biometrika 26, 1934; one-sided). Without a failure it is 1 - (1 - confidence)^(1/trials), about 3/trials:
    the rule of three. Raises ValueError: there are more failures than trials, or fewer than none.

    Args:
        failures: How many failed.
        trials: How many there were; 0 says nothing, the bound is 1.
        confidence: Between 0 and 1.
    """
    if not 0 <= failures <= trials:
        raise ValueError(f"{failures} of {trials} is no number of failures")
    if failures == trials:
        return 1.0
    if failures == 0:
        return -math.expm1(math.log1p(-confidence) / trials)
    low, high = failures / trials, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if at_most(failures, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def trials_without_failure(rate: float, confidence: float = 0.95) -> int:
    """So many trials without a failure bound the rate by this one; 0 where none can, or none are needed."""
    return math.ceil(math.log(1 - confidence) / math.log(1 - rate)) if 0 < rate < 1 else 0


def at_most(failures: int, trials: int, rate: float) -> float:
    """The probability of at most so many failures: the binomial distribution function.

    It is the regularised incomplete beta function I(1 - rate; trials - failures, failures + 1), so that a million
    trials take no longer than ten (DLMF 8.17.5).
    """
    if failures >= trials:
        return 1.0
    return incomplete_beta(trials - failures, failures + 1, 1 - rate)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I(x; a, b), by its continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)  # the fraction converges fast on the other side only
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    return front * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    # Evaluated from the front by the modified method of Lentz: neither part may become 0.
    upper, lower = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = lower
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for coefficient in (even, odd):
            lower = 1 / _not_zero(1 + coefficient * lower)
            upper = _not_zero(1 + coefficient / upper)
            value *= upper * lower
        if abs(upper * lower - 1) < _EXACT:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
