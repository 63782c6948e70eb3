"""The arrays of evaluations, which the database stores as text like ``[0.5,[1,2],?]``."""

import math
import re

from backend.php.text import TRIMMED

_LEADING_BLANKS = " \t\n\r\v\f"
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def elements(stored: str | None) -> list[int | float | str]:
    """The elements of a stored array, flat: a confusion matrix loses its rows, as in PHP's lists.

    PHP removes all brackets and splits at the commas. What it takes for a number (blanks before it are fine, behind
    it not) it prints as it is, all else as trimmed text (legacy notes, task 4.2). Numbers that are none in JSON
    (``.5``, ``007``) are text here; PHP's answer cannot be read then.

    Args:
        stored: As the column has it.

    Returns:
        Numbers and texts; none where nothing is stored. ``[]`` has one element, the empty text.
    """
    if not stored:
        return []
    return [_element(item) for item in stored.replace("[", "").replace("]", "").split(",")]


def _element(item: str) -> int | float | str:
    word = item.lstrip(_LEADING_BLANKS)
    if found := _NUMBER.fullmatch(word):
        if found[2] is None and found[3] is None and len(word) <= 18:
            return int(word)
        if math.isfinite(value := float(word)):
            return value
    return item.strip(TRIMMED)
