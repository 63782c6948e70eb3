"""Say of each difference which deviations nearly explained it, and why they did not: sentences for a person."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from diffing.describe import shown
from diffing.model import Asked, Difference
from diffing.normalise import normalise
from diffing.paths import MISSING, ROW, generalise, identical, is_row
from diffing.registry import Deviation, Kind
from diffing.rules.book import RULES, RouteRules
from diffing.transforms import TRANSFORMS
from diffing.walk import canonical

_INDEX = re.compile(r"\[\*\]")
_OF_ROWS: Final = ("missing", "extra", "duplicate")
_LONGEST: Final = 60
_MOST: Final = 4


class _Made:
    """Remembers what the entries made of which values."""

    def __init__(self) -> None:
        self.of: dict[str, dict[bytes, object]] = {}

    def applies(self, deviation: Deviation, _document: object, _asked: Asked) -> None:
        """An entry applies, whether it finds something to change or not."""
        self.of.setdefault(deviation.id, {})

    def changed(self, deviation: str, before: object, after: object) -> None:
        """It changed a value, or each element of a list of values."""
        several = isinstance(before, list) and isinstance(after, list) and len(before) == len(after)
        pairs = zip(before, after, strict=True) if several else ()  # type: ignore[call-overload]  # both are lists
        for one, other in [(before, after), *pairs]:
            if other is not MISSING:
                self.of.setdefault(deviation, {}).setdefault(canonical(other), one)


def explained(
    differences: Iterable[Difference],
    asked: Asked,
    document: object,
    deviations: Sequence[Deviation],
    rules: RouteRules | None = None,
) -> tuple[Difference, ...]:
    """The differences of two documents with their `nearly` filled in.

    Args:
        differences: What the walk found.
        document: The decoded legacy document, not yet normalised. It is changed in place: hand in one of your own.
        deviations: The route's entries.
    """
    found = tuple(differences)
    if not found:
        return found
    made = _Made()
    unmet = dict(normalise(document, asked, deviations, made, rules).unmet)
    return tuple(
        replace(difference, nearly=tuple(_nearly(difference, asked, document, deviations, made, unmet)))
        for difference in found
    )


def undone(
    differences: Iterable[Difference],
    asked: Asked,
    document: object,
    deviations: Sequence[Deviation],
    rules: RouteRules | None = None,
) -> Iterator[tuple[Difference, str]]:
    """The differences where the new side answers what a rule or an entry has made something else of, and which one.

    Args:
        differences: What the walk found.
        document: The decoded legacy document, not yet normalised. It is changed in place: hand in one of your own.
        deviations: The route's entries.
    """
    made = _Made()
    normalise(document, asked, deviations, made, rules)
    for difference in differences:
        if difference.what not in ("value", "type") or isinstance(difference.legacy, bytes):
            continue
        form = canonical(difference.legacy)
        for name, values in made.of.items():
            if form in values and identical(values[form], difference.new):
                yield difference, name
                break


def _nearly(
    difference: Difference,
    asked: Asked,
    document: object,
    deviations: Iterable[Deviation],
    made: _Made,
    unmet: Mapping[str, str],
) -> Iterable[str]:
    path = difference.path
    if path.startswith("header."):
        return (
            f"No kind of entry is about headers: {path.partition('.')[2]} must be the same on both sides.",
        )
    if path == "status":
        return _other_status(difference, asked, document, deviations)
    if difference.what == "order":
        return (f"No entry allows another order of the rows of {asked.route_name}.",)
    if difference.what in _OF_ROWS and is_row(path):
        tolerances = tuple(_tolerances(asked, document, deviations))
        where = generalise(path).removesuffix(ROW).replace("$", "the answer", 1)
        return tolerances or (f"No entry adds rows to {where} of {asked.route_name}, or takes any away.",)
    strong: list[str] = []
    weak: list[str] = []
    for entry in deviations:
        if entry.kind is Kind.TRANSFORM and _about(entry, path):
            nearly, sentence = _told(entry, difference, made.of.get(entry.id, {}), unmet.get(entry.id))
            (strong if nearly else weak).append(sentence)
    strong += _by_rules(difference, made)
    told = strong or weak or [f"No entry is about {generalise(path)} of {asked.route_name}."]
    return told[:_MOST]


def _by_rules(difference: Difference, made: _Made) -> Iterator[str]:
    """What a rule made of PHP's value, where that is what the new side does not answer."""
    if difference.what == "extra" or isinstance(difference.legacy, dict | list | bytes):
        return
    form = canonical(difference.legacy)
    new = (
        "the new side has no such key"
        if difference.what == "missing"
        else f"the new side answers {_value(difference.new)}"
    )
    for rule in RULES:
        values = made.of.get(rule.id, {})
        if form in values:
            yield f"{rule.id} makes {_value(difference.legacy)} of {_of_php(values[form])}; {new}."


def _told(
    entry: Deviation, difference: Difference, made: Mapping[bytes, object], reason: str | None
) -> tuple[bool, str]:
    """Why an entry about the place does not explain the difference, and whether it nearly did."""
    legacy = MISSING if difference.what == "extra" else difference.legacy
    new = MISSING if difference.what == "missing" else difference.new
    would = _changed(entry, legacy)
    wish = "would take it away" if new is MISSING else f"would make {_value(new)} of it"
    if reason is not None:
        if identical(would, new):
            return True, f"{entry.id} {wish}, but does not apply: {reason}."
        return False, f"{entry.id} is about this place, but does not apply: {reason}."
    answers = "the new side has no such key" if new is MISSING else f"the new side answers {_value(new)}"
    if new is not MISSING and not identical(legacy, new) and identical(_changed(entry, new), legacy):
        return (
            True,
            f"{entry.id} turns {_value(new)} into {_value(legacy)}; the new side answers as PHP does.",
        )
    form = b"" if legacy is MISSING else canonical(legacy)
    if form in made:
        return True, f"{entry.id} makes {_value(legacy)} of {_of_php(made[form])}; {answers}."
    if identical(would, new):
        return True, f"{entry.id} {wish}, but an entry behind it made it what it is."
    return False, f"{entry.id} is about this place, and has nothing to change in {_value(legacy)}."


def _of_php(before: object) -> str:
    return "an absent key" if before is MISSING else f"PHP's {_value(before)}"


def _changed(entry: Deviation, value: object) -> object:
    arguments = entry.arguments or {}
    name = str(arguments["transform"]) if entry.transform == "every_level" else entry.transform or ""
    return TRANSFORMS[name].apply(value, arguments)


def _about(entry: Deviation, path: str) -> bool:
    """Whether an entry's place is that of the difference; envelopes before it may have gone meanwhile."""
    place, arguments = _INDEX.sub("", generalise(path))[1:], entry.arguments or {}
    if not place:
        return False
    if entry.transform == "every_level":
        at = arguments["at"]
        return any(place.endswith(str(inner)[1:]) for inner in (at if isinstance(at, list) else [at]))
    key = f".{arguments['to']}" if entry.transform == "rename" else ""
    return any(f"{_INDEX.sub('', at)[1:]}{key}".endswith(place) for at in entry.at)


def _tolerances(asked: Asked, document: object, deviations: Iterable[Deviation]) -> Iterator[str]:
    for entry in deviations:
        if entry.kind is Kind.TOLERANCE:
            reason = entry.when.why_not(asked, document)
            if reason is not None:
                yield f"{entry.id} does not apply: {reason}."


def _other_status(
    difference: Difference, asked: Asked, document: object, deviations: Iterable[Deviation]
) -> Iterator[str]:
    """Why no refusal is about an answer that legacy gives."""
    told = False
    for entry in deviations:
        if entry.kind is Kind.REFUSAL and entry.new is not None and entry.new.status == difference.new:
            reason = entry.when.why_not(asked, document)
            if reason is not None:
                told = True
                yield f"{entry.id} does not apply: {reason}."
    if not told:
        yield f"No entry lets {asked.route_name} answer {difference.new} where PHP answers {difference.legacy}."


def demanded(differences: Iterable[Difference], entry: Deviation, code: str | None) -> tuple[Difference, ...]:
    """The differences of an error from what an entry demands, which is said.

    Args:
        differences: Where the new answer is not what it must be.
        entry: The entry that counts.
        code: The code of the legacy error.
    """
    if entry.new is None:
        return tuple(differences)
    wanted = entry.new.code if entry.new.code is not None else code
    parts = [str(entry.new.status)]
    if entry.new.type is not None:
        parts.append(f"of type {entry.new.type}")
        parts.append(f"with code {wanted}" if wanted else "without a code")
    sentence = f"{entry.id} applies, and demands {' '.join(parts)}."
    return tuple(replace(difference, nearly=(sentence,)) for difference in differences)


def unregistered(
    asked: Asked,
    status: int | None,
    code: str | None,
    message: str,
    document: object,
    deviations: Iterable[Deviation],
) -> tuple[str, ...]:
    """Why no status, refusal or accepts entry is about a legacy error."""
    sentences = []
    for deviation in deviations:
        if deviation.legacy is None or deviation.kind is Kind.LEGACY_DEFECT:
            continue
        if code is not None and code in deviation.legacy.codes:
            reason = deviation.when.why_not(asked, document, message)
            if reason is None and deviation.legacy.fits(status, code):
                reason = "its premise, which the new side was asked for, does not hold"
            if reason is None:
                statuses = " or ".join(map(str, sorted(deviation.legacy.statuses)))
                reason = f"it is about status {statuses}, not {status}"
            sentences.append(f"{deviation.id} does not apply: {reason}.")
    return tuple(sentences) or (
        f"No entry of the registry is about {asked.route_name}, status {status}, code {code}.",
    )


def _value(value: object) -> str:
    """A value as JSON, cut to what fits into a sentence."""
    if value is MISSING:
        return "an absent key"
    text = shown(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
