"""PHP's loose comparison of texts (``==``): numbers in texts are compared as numbers."""

from config.templates import is_numeric

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def loosely_equal(left: str, right: str) -> bool:
    """Whether PHP takes two texts for equal (legacy notes, data 10.17 and task 1.5).

    ``10``, ``10.0`` and ``1e1`` are equal; ``10x`` and ``10X`` are not. Integers beyond 64 bit are compared as
    floats, and as text when both are beyond at the same side.

    Args:
        left: A text.
        right: Another.

    Returns:
        True for the same text or the same number.
    """
    if left == right:
        return True
    # Blanks around a number do not count (behind it since PHP 8).
    left, right = left.rstrip(" \t\n\r\v\f"), right.rstrip(" \t\n\r\v\f")
    if not (is_numeric(left) and is_numeric(right)):
        return False
    numbers = [_number(left), _number(right)]
    if all(isinstance(number, int) for number in numbers):
        beyond = [number > _LARGEST or number < _SMALLEST for number in numbers]
        if all(beyond):
            return False  # as texts, and they differ
        if not any(beyond):
            return numbers[0] == numbers[1]
    return float(numbers[0]) == float(numbers[1])


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        return float(text)
