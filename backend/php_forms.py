"""Form fields as PHP reads them: what its filter against scripts makes of any text (legacy notes, data 12, no. 33).

Only what changes texts without scripts in them is done: percent sequences are decoded until none is left, control
characters go, tabs become blanks. Rows that both APIs look for by such a text must hold the same.
"""

import re
from urllib.parse import unquote

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_LONGEST = 20
"""Rounds of decoding; each takes two characters away at least, and nobody encodes a text that often."""


def filtered(text: str) -> str:
    """What PHP's form field holds.

    Args:
        text: As it was sent.

    Returns:
        The text without percent sequences, control characters and tabs.
    """
    text = _CONTROL.sub("", text)
    for _ in range(_LONGEST):
        decoded = unquote(text)
        if decoded == text:
            break
        text = decoded
    return _CONTROL.sub("", text).replace("\t", " ")
