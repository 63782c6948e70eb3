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
    if isinstance(legacy, str) and isinstance(new, str):
        # One text for another: no rule is seen in it, the person who reads it may see one.
        yield Proposal("replace", {"pattern": rf"\A{re.escape(legacy)}\Z", "by": new.replace("\\", "\\\\")})
