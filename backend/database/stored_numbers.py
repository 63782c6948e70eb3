"""Numbers that the database stores as text (new-API contract, decision 5)."""

import math
from functools import lru_cache

from config.php.numbers import JSON_INTEGER, JSON_NUMBER
from config.php.text import TRIMMED

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
"""What JSON integers are read as without loss by the usual clients."""


# A list has a thousand of them, most of which are few.
@lru_cache(maxsize=4096)
def float_or_text(text: str) -> float | str:
    """A stored number, or the text when it is none. ``text``: as the column has it. Returns ``63`` → 63.0; ``007``,
    ``NaN``, ``1_0``, ``0x1f`` and what is too large for a double stay text, trimmed.
    """
    word = text.strip(TRIMMED)
    if JSON_NUMBER.fullmatch(word) and math.isfinite(value := float(word)):
        return value
    return word


def integer_or_text(text: str) -> int | str:
    """A stored integer, or the text when it is none. ``text``: as the column has it. Returns ``2`` → 2; ``2.0``,
    ``01`` and what is beyond 64 bit stay text, trimmed.
    """
    word = text.strip(TRIMMED)
    if JSON_INTEGER.fullmatch(word) and len(word) <= 20 and _SMALLEST <= (value := int(word)) <= _LARGEST:
        return value
    return word


def literal(text: str) -> int | float | str:
    """A stored value of any kind: an integer if written as one, else a number, else the text. ``text``: as the column
    has it. Returns ``10`` → 10, ``2.0`` → 2.0, ``True`` stays text.
    """
    whole = integer_or_text(text)
    return whole if isinstance(whole, int) else float_or_text(text)
