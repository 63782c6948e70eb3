"""Which side probably has to change, told by the verdict and the statuses alone; a person decides."""

import re
from typing import Final

from diffing.model import UNDOCUMENTED, Outcome

_STATUSES: Final = re.compile(r" (\d{3}|None)→(\d{3}|None) ")
_BY_VERDICT: Final = {
    str(Outcome.NEW_ERROR): "the new side, which fails",
    UNDOCUMENTED: "PHP, which fails",
    str(Outcome.BOTH_ERROR): "both sides fail",
    str(Outcome.TIMEOUT): "a side is too slow",
    str(Outcome.TOO_LARGE): "none: the answer is too large to compare",
    str(Outcome.TOO_EXPENSIVE): "none: the answer is too expensive to compare",
}


def likely_side(verdict: str, signature: str) -> str:
    """Which side it probably is, and why.

    Args:
        verdict: Of a cluster.
    """
    if verdict in _BY_VERDICT:
        return _BY_VERDICT[verdict]
    found = _STATUSES.search(signature)
    legacy, new = (int(part) if part.isdecimal() else 0 for part in found.groups()) if found else (0, 0)
    if new >= 500:
        return "the new side, which fails"
    if legacy >= 500:
        return "PHP, which fails"
    if legacy < 400 <= new:
        return "the new side, which refuses what PHP answers"
    if new < 400 <= legacy:
        return "the new side, which answers what PHP refuses"
    return "the new side, unless the difference is intended"
