"""Which transform turns one value into another: the beginning of an entry for a difference that is intended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from diffing.paths import MISSING, identical
from diffing.transforms import TRANSFORMS

Pair = tuple[object, object]

# The narrowest first: what says most of the values is what a person would have meant.
PLAIN: Final = (
    *("integer", "boolean", "datetime", "literal", "number", "lower", "null_text", "null_element", "blank"),
    *("null", "text", "omit_empty", "list", "list_of_text", "texts_if_any", "unescape", "escape", "unique"),
    *("php_array", "measured"),
)
_SEVERAL: Final = 2
_SEPARATORS: Final = (",", ";", "|", " ")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A transform with its arguments."""

    transform: str
    arguments: Mapping[str, object] = field(default_factory=dict)


def propose(pairs: Sequence[Pair]) -> Proposal | None:
    """The narrowest transform that turns each legacy value into its new value; None when there is none. ``pairs``:
    legacy and new values of one place, `MISSING` where the key is absent.
    """
    return next((proposal for proposal in _candidates(pairs) if _fits(proposal, pairs)), None)


def _fits(proposal: Proposal, pairs: Sequence[Pair]) -> bool:
    apply = TRANSFORMS[proposal.transform].apply
    return all(identical(apply(legacy, proposal.arguments), new) for legacy, new in pairs)


def _candidates(pairs: Sequence[Pair]) -> Iterator[Proposal]:
    legacy, new = pairs[0]
    if new is MISSING:
        yield Proposal("omit_empty")
        yield Proposal("drop")
        return
    yield from map(Proposal, PLAIN)
    if legacy is MISSING:
        yield Proposal("constant", {"value": new})
    if isinstance(legacy, dict) and len(legacy) == 1:
        yield from (Proposal(name, {"key": next(iter(legacy))}) for name in ("unwrap", "pluck", "items"))
    if isinstance(legacy, list) and legacy and isinstance(legacy[0], dict) and len(legacy[0]) == 1:
        yield Proposal("pluck", {"key": next(iter(legacy[0]))})
    for separator in _SEPARATORS:
        yield Proposal("split", {"separator": separator})
        yield Proposal("split", {"separator": separator, "trim": True})
        yield Proposal("split_each", {"separator": separator})
    yield from _replacements(pairs)


def _replacements(pairs: Sequence[Pair]) -> Iterator[Proposal]:
    """One part of different texts for another: what is the same in all of them is a rule, one text alone shows none."""
    texts = {(old, new) for old, new in pairs if isinstance(old, str) and isinstance(new, str) and old != new}
    if len({old for old, _ in texts}) < _SEVERAL:
        return
    cuts = [_cut(old, new) for old, new in texts]
    for widen, begin, end in ((False, r"\A", ""), (False, "", r"\Z"), (True, r"\b", r"\b")):
        parts = {_widened(cut) if widen else (cut.old, cut.new) for cut in cuts}
        if len(parts) == 1:
            [(old, new)] = parts
            if old or not widen:
                pattern = f"{begin}{re.escape(old)}{end}"
                yield Proposal("replace", {"pattern": pattern, "by": new.replace("\\", "\\\\")})


@dataclass(frozen=True, slots=True)
class _Cut:
    """Two texts without their common beginning and end."""

    before: str
    old: str
    new: str
    after: str


def _cut(old: str, new: str) -> _Cut:
    least = min(len(old), len(new))
    head = next((number for number in range(least) if old[number] != new[number]), least)
    least -= head
    tail = next((number for number in range(least) if old[-1 - number] != new[-1 - number]), least)
    return _Cut(old[:head], old[head : len(old) - tail], new[head : len(new) - tail], old[len(old) - tail :])


def _widened(cut: _Cut) -> tuple[str, str]:
    """The words that a cut goes through, as they were and as they are."""
    head, tail = re.search(r"\w*\Z", cut.before), re.match(r"\w*", cut.after)
    first, last = ("" if found is None else found[0] for found in (head, tail))
    return f"{first}{cut.old}{last}", f"{first}{cut.new}{last}"
