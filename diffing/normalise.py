"""Turn a legacy document into the document that the new API must give, by the transforms of its route."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from diffing.deviations import Deviation, Kind
from diffing.model import Asked
from diffing.paths import change
from diffing.transforms import TRANSFORMS


@dataclass(frozen=True, slots=True)
class Normalised:
    """A legacy document after the deviations.

    Args:
        document: The document that the new answer must equal.
        hits: Ids of the entries that changed something, in order.
        unmet: Ids of the entries whose premise did not hold, and why.
    """

    document: object
    hits: tuple[str, ...]
    unmet: tuple[tuple[str, str], ...]


def normalise(document: object, asked: Asked, deviations: Iterable[Deviation]) -> Normalised:
    """Apply the transform entries in order.

    Args:
        document: The decoded legacy document. It is changed in place: hand in one of your own.
        asked: Facts of the request, for `when`.
        deviations: The route's entries; those of other kinds are passed over.
    """
    hits: list[str] = []
    unmet: list[tuple[str, str]] = []
    for deviation in deviations:
        if deviation.kind is not Kind.TRANSFORM:
            continue
        reason = deviation.when.unmet_by(asked, document)
        if reason is not None:
            unmet.append((deviation.id, reason))
            continue
        document, changed = apply(deviation, document)
        if changed:
            hits.append(deviation.id)
    return Normalised(document, tuple(hits), tuple(unmet))


def apply(deviation: Deviation, document: object) -> tuple[object, int]:
    """Carry one transform out at all its paths.

    Returns:
        The document and how many values changed.
    """
    function = TRANSFORMS[deviation.transform or ""].apply
    arguments = deviation.arguments or {}
    changed = 0
    for steps in deviation.steps:
        document, count = change(document, steps, lambda value: function(value, arguments))
        changed += count
    return document, changed
