"""Names and values that PHP pastes together as the text of a JSON object, and then reads (legacy notes, task 1.2)."""

import json
import re
from collections.abc import Sequence

_SPECIAL = re.compile(r'["\\\x00-\x1f]')


def pasted(pairs: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """What PHP shows of the pairs: none of them where one has a character that JSON would have escaped."""
    if not any(_SPECIAL.search(value) for _, value in pairs):
        return pairs
    text = ",".join(f'"{name}":"{value}"' for name, value in pairs)
    try:
        read: dict[str, str] = json.loads(f"{{{text}}}")
    except (ValueError, RecursionError):
        return ()
    return tuple(read.items())
