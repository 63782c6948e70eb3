"""Ids that PHP pastes into its SQL without a look at them (legacy notes, flow 5, 8 and 9)."""

from backend.input.parameters import BLANKS, PathId
from config.php.numbers import digits_of, is_numeric

NOBODY = "0"
"""An id that no row has."""

NO_KEY = "-1"
"""The id of a caller without a key."""


def pasted_id(text: str) -> str:
    """The id in decimal digits. ``text``: as PHP pastes it: ``1.0`` and ``(1)`` are the number 1 there. Returns what
    no row can have is ``0``; what is no number stays.
    """
    text = text.strip(BLANKS)
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip(BLANKS)
    if not is_numeric(text):
        return text
    digits = digits_of(text)
    return NOBODY if digits.startswith("-") else digits


class PastedId(PathId):
    """An id in the path that may be the caller's, who is -1 without a key."""

    def from_php(self, text: str) -> str:
        """The id in decimal digits; ``0`` for what is none: what is no number breaks PHP's SQL."""
        digits = pasted_id(text)
        return text if text == NO_KEY else digits if digits.isdecimal() else NOBODY
