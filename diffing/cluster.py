"""Signatures: the same difference in many exchanges gets one name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from diffing.model import Difference, Observation
from diffing.paths import generalise

# A side chooses its keys, and so the length of a path; beyond it a hash tells two signatures apart.
LONGEST: Final = 2_000


def signature(route: str, legacy: Observation, new: Observation, differences: Iterable[Difference]) -> str:
    """Route, status pair, and per difference its generalised path, what it is and the types on both sides."""
    marks = sorted({f"{generalise(d.path)} {d.what} {_type(d.legacy)}→{_type(d.new)}" for d in differences})
    name = f"{route} {legacy.status}→{new.status} " + "; ".join(marks)
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}… {_hashed(name)[:16]}"


def cluster_id(signature: str) -> str:
    """The name of a signature: the same in every log, report and baseline; people write its beginning."""
    return _hashed(signature)


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _type(value: object) -> str:
    return "null" if value is None else type(value).__name__
