"""Signatures: the same difference in many exchanges gets one name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from config import text
from diffing.model import Difference, Observation
from diffing.paths import generalise

MOST: Final = 2000
"""Most characters of a signature; a longer one ends with a digest of what is left out."""


def signature(route: str, legacy: Observation, new: Observation, differences: Iterable[Difference]) -> str:
    """Route, status pair, and per difference its generalised path, what it is and the types on both sides."""
    marks = sorted({f"{generalise(d.path)} {d.what} {_type(d.legacy)}→{_type(d.new)}" for d in differences})
    return text.name(f"{route} {legacy.status}→{new.status} " + "; ".join(marks), MOST)


def face_name(route: str) -> str:
    """What signatures have for a route where the new side's legacy face was asked."""
    return f"{route} (face)"


def cluster_id(signature: str) -> str:
    """The name of a signature: the same in every log, report and baseline; people write its beginning."""
    return hashlib.sha256(text.clean(signature, 2**31).encode()).hexdigest()


def _type(value: object) -> str:
    return "null" if value is None else type(value).__name__
