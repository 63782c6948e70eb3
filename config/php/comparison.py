"""PHP's loose comparison of texts (``==``): numbers in texts are compared as numbers."""

import math

from config.php.numbers import LARGEST, SMALLEST, is_numeric, number


def loosely_equal(left: str, right: str) -> bool:
    """Whether PHP takes two texts for equal (legacy notes, data 10.17 and task 1.5).

    ``10``, ``10.0`` and ``1e1`` are equal; ``10x`` and ``10X`` are not. Integers beyond 64 bit, and what no float
    holds, are compared as text where both are such. Blanks before a number do not count, behind it they do. ``right``:
    another. Returns True for the same text or the same number.
    """
    if left == right:
        return True
    if not (is_numeric(left) and is_numeric(right)):
        return False
    numbers = [number(left), number(right)]
    if all(isinstance(value, int) for value in numbers):
        beyond = [value > LARGEST or value < SMALLEST for value in numbers]
        # Of two that are beyond the texts count, and they differ.
        return not any(beyond) and numbers[0] == numbers[1]
    one, other = (_as_float(value) for value in numbers)
    return one == other and math.isfinite(one)  # what no float holds is compared as text, too


def _as_float(value: int | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
