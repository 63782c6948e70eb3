"""Ids in the path as PHP's database compares them: a text that is a number, with a column of integers."""

from dataclasses import replace

from backend.php.numbers import LARGEST, number
from config.dispatch import LegacyMatch


def digits_of(text: str) -> str:
    """The same id in decimal digits.

    Args:
        text: What PHP's is_numeric takes.

    Returns:
        ``01`` and ``0`` as they are, ``1.0`` and ``1e0`` as ``1``, ``0.0`` as ``00``, which is not the zero that PHP
        asks about. ``-1`` for what no row can have.
    """
    if text.isascii() and text.isdigit():
        return text
    value = number(text.strip())
    if value == 0:
        return "00"
    if value != value or value < 0 or value > LARGEST or value != int(value):
        return "-1"
    return str(int(value))


def canonical(match: LegacyMatch) -> LegacyMatch:
    """The same match, ids of its path in decimal digits."""
    numbers = {segment.text for segment in match.template if segment.kind == "number"}
    values = {name: digits_of(value) if name in numbers else value for name, value in match.values.items()}
    return replace(match, values=values)
