"""PHP's loose comparison of texts (``==``): numbers in texts are compared as numbers."""

from backend.php.numbers import LARGEST, SMALLEST, number
from config.templates import is_numeric


def loosely_equal(left: str, right: str) -> bool:
    """Whether PHP takes two texts for equal (legacy notes, data 10.17 and task 1.5).

    ``10``, ``10.0`` and ``1e1`` are equal; ``10x`` and ``10X`` are not. Integers beyond 64 bit are compared as
    floats, and as text when both are beyond at the same side. Blanks before a number do not count, behind it they do.

    Args:
        left: A text.
        right: Another.

    Returns:
        True for the same text or the same number.
    """
    if left == right:
        return True
    if not (is_numeric(left) and is_numeric(right)):
        return False
    numbers = [number(left), number(right)]
    if all(isinstance(value, int) for value in numbers):
        beyond = [value > LARGEST or value < SMALLEST for value in numbers]
        if all(beyond):
            return False  # as texts, and they differ
        if not any(beyond):
            return numbers[0] == numbers[1]
    return float(numbers[0]) == float(numbers[1])
