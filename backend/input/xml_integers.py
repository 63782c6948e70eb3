"""Integers as schemas write them (``xs:integer``)."""

from backend.input.parameters import bounded


def integer(text: str | None) -> int:
    """Read an integer that a schema has let through.

    Args:
        text: Digits, perhaps with a sign before and blanks around; of any length.

    Returns:
        The number; what no column can hold is an id that no row has. 0 for None.
    """
    digits = (text or "0").strip()
    number = bounded(digits.lstrip("+-"))
    return -number if digits.startswith("-") else number
