"""Ids in the path as PHP's database compares them: a text that is a number, with a column of integers."""

from dataclasses import replace

from backend.php.numbers import digits_of
from config.dispatch import LegacyMatch


def canonical(match: LegacyMatch) -> LegacyMatch:
    """The same match, ids of its path in decimal digits."""
    numbers = {segment.text for segment in match.template if segment.kind == "number"}
    values = {name: digits_of(value) if name in numbers else value for name, value in match.values.items()}
    return replace(match, values=values)
