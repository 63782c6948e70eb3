"""Turn a legacy document into the document that the new API must give, by the transforms of its route.

Tolerances come last: they bring both documents to one canonical form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from diffing.further import ExchangeFacts, Underived
from diffing.model import Asked
from diffing.paths import change, identical
from diffing.registry import Deviation, Kind
from diffing.rules.book import RouteRules
from diffing.tolerances import TOLERANCES
from diffing.transforms import TRANSFORMS
from diffing.walk import canonical


class Observer(Protocol):
    """Whoever wants to know what the entries do."""

    def applies(self, deviation: Deviation, document: object, asked: Asked) -> None:
        """A transform is about to be carried out on a document as the earlier ones left it; do not change it."""

    def changed(self, deviation: str, before: object, after: object) -> None:
        """A transform changed a value."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """A legacy document after the deviations.

    Args:
        document: The document that the new answer must equal.
        hits: Ids of the rules and of the entries that changed something.
        unmet: Ids of the entries whose premise did not hold, and why.
    """

    document: object
    hits: tuple[str, ...]
    unmet: tuple[tuple[str, str], ...]


def normalise(
    document: object,
    asked: Asked,
    deviations: Iterable[Deviation],
    observer: Observer | None = None,
    rules: RouteRules | None = None,
) -> Normalised:
    """Take the envelope off, apply the transform entries in order, then give each value the type of the schema.

    Args:
        document: The decoded legacy document. It is changed in place: hand in one of your own.
        deviations: The route's entries; those of other kinds are passed over.
        observer: Told of each entry that applies and of each change.
    """
    hits: list[str] = []
    unmet: list[tuple[str, str]] = []
    derived: dict[str, None] = {}

    def tell(rule: str, before: object, after: object) -> None:
        derived[rule] = None
        if observer is not None:
            observer.changed(rule, before, after)

    if rules is not None:
        document = rules.open(document, tell)
    for deviation in deviations:
        if deviation.kind is not Kind.TRANSFORM:
            continue
        reason = deviation.when.why_not(asked, document)
        if reason is not None:
            unmet.append((deviation.id, reason))
            continue
        if observer is not None:
            observer.applies(deviation, document, asked)
        document, changed = apply(deviation, document, observer)
        if changed:
            hits.append(deviation.id)
    if rules is not None:
        document = rules.convert(document, tell)
    return Normalised(document, (*derived, *hits), tuple(unmet))


def apply(deviation: Deviation, document: object, observer: Observer | None = None) -> tuple[object, int]:
    """Carry one transform out at all its paths. Returns the document and how many values changed."""
    function = TRANSFORMS[deviation.transform or ""].apply
    arguments = deviation.arguments or {}

    def carried_out(value: object) -> object:
        after = function(value, arguments)
        if observer is not None and not identical(value, after):
            observer.changed(deviation.id, value, after)
        return after

    changed = 0
    for steps in deviation.steps:
        document, count = change(document, steps, carried_out)
        changed += count
    return document, changed


def tolerate(
    legacy: object, new: object, exchange: ExchangeFacts, deviations: Iterable[Deviation]
) -> tuple[object, object, tuple[str, ...]]:
    """Bring both documents to the canonical forms of the route's tolerances. Returns both documents and the ids of the
    entries that changed one of them.

    Args:
        legacy: The normalised legacy document; it may be changed in place.
        new: The new document, likewise.
        exchange: What else is known of the exchange.
        deviations: The route's entries; those of other kinds are passed over.

    Raises:
        Needed: something must be asked first.
        Underived: an entry cannot tell from the answers; its argument is the entry's id.
    """
    hits: list[str] = []
    # A body that is no document has no canonical form: any difference is one, unless each program has its own text.
    no_document = isinstance(legacy, bytes) or isinstance(new, bytes)
    for deviation in deviations:
        if no_document and deviation.canonical != "same_root":
            continue
        if deviation.kind is not Kind.TOLERANCE or deviation.when.why_not(exchange.asked, legacy) is not None:
            continue
        before = (legacy, new) if no_document else (canonical(legacy), canonical(new))
        try:
            legacy, new = TOLERANCES[deviation.canonical or ""](legacy, new, deviation.steps, exchange)
        except Underived as error:
            raise Underived(deviation.id) from error
        if ((legacy, new) if no_document else (canonical(legacy), canonical(new))) != before:
            hits.append(deviation.id)
    return legacy, new, tuple(hits)
