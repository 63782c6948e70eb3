"""What PHP 7.4 makes of numbers in texts."""

import re

NUMERIC = re.compile(r"[ \t\n\r\v\f]*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
JSON_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
JSON_NUMBER = re.compile(rf"{JSON_INTEGER.pattern}(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""What counts as a number where one is stored as text (new-API contract, decision 5)."""

SMALLEST, LARGEST = -(2**63), 2**63 - 1


def is_numeric(text: str) -> bool:
    """Whether PHP 7.4's ``is_numeric`` takes a text (legacy notes, data 8).

    Digits, sign, decimals, exponent, a leading or trailing dot and leading blanks; no hexadecimal, no ``1_0``.
    """
    return NUMERIC.fullmatch(text) is not None


def number(text: str) -> int | float:
    """The number of a text that is numeric. ``text``: as ``is_numeric`` takes it. Returns an integer of any size; a
    float for what is written as one.
    """
    try:
        return int(text)
    except ValueError:  # an integer of thousands of digits, too
        return float(text)


def intval(text: str) -> int:
    """The integer part of the number that a text begins with. Returns at most what 64 bit hold; 0 for a text that
    begins with no number.
    """
    found = NUMERIC.match(text)
    if found is None:
        return 0
    value = number(found[0])
    return int(max(SMALLEST, min(value, LARGEST)))


def digits_of(text: str) -> str:
    """The same id in decimal digits.

    ``text``: what PHP's is_numeric takes. Returns ``01`` and ``0`` as they are, ``1.0`` and ``1e0`` as ``1``, ``0.0``
    as ``00``, which is not the zero that PHP asks about. ``-1`` for what no row can have.
    """
    if text.isascii() and text.isdigit():
        return text
    value = number(text.strip())
    if value == 0:
        return "00"
    if value != value or value < 0 or value > LARGEST or value != int(value):
        return "-1"
    return str(int(value))


def column_number(text: str) -> int:
    """What a column of integers is compared with when PHP sends a text: the number that it begins with. Returns 0 for
    a text that begins with no number, ``-1`` for what no id can be, at most what 64 bit hold.
    """
    found = NUMERIC.match(text)
    digits = digits_of(found[0]) if found else "0"
    return -1 if digits == "-1" else int(min(number(digits.lstrip("0")[:20] or "0"), LARGEST))
