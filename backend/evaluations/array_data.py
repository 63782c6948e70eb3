"""The arrays of evaluations, which the database stores as text like ``[0.5,[1,2],?]``."""

import math

from config.php.numbers import JSON_NUMBER
from config.php.text import TRIMMED

_LEADING_BLANKS = " \t\n\r\v\f"


def elements(stored: str | None) -> list[int | float | str]:
    """The elements of a stored array, flat: a confusion matrix loses its rows, as in PHP's lists.

    PHP removes all brackets and splits at the commas. What it takes for a number (blanks before it are fine, behind it
    not) it prints as it is, all else as trimmed text (legacy notes, task 4.2). Numbers that are none in JSON (``.5``,
    ``007``) are text here; PHP's answer cannot be read then. ``stored``: as the column has it. Returns numbers and
    texts; none where nothing is stored. ``[]`` has one element, the empty text.
    """
    if not stored:
        return []
    return [_number(word) if is_number else word for word, is_number in words(stored)]


def words(stored: str) -> list[tuple[str, bool]]:
    """The same elements as texts, and whether each is a number. ``stored``: as the column has it."""
    return [_word(item) for item in stored.replace("[", "").replace("]", "").split(",")]


def _word(item: str) -> tuple[str, bool]:
    word = item.lstrip(_LEADING_BLANKS)
    if JSON_NUMBER.fullmatch(word) and math.isfinite(float(word)):
        return word, True
    return item.strip(TRIMMED), False


def _number(word: str) -> int | float:
    return int(word) if word.lstrip("-").isdigit() and len(word) <= 18 else float(word)
