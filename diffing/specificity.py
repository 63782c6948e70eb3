"""Which of two entries that fit one exchange is the narrower: it must stand first, because the first one counts.

Narrower is, in this order: what declares a premise that is checked, what says more about the request (`when`), what
names fewer routes, what says more about PHP's answer. Two entries of which neither is narrower conflict, unless the
first one says `before = ["id of the later"]` (docs/decisions.md, "The first expectation wins").
"""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase

from diffing.conditions import Condition
from diffing.registry import Deviation, Kind, LegacySide


def same_expectation(one: Deviation, other: Deviation) -> bool:
    """Whether two entries demand the same of the new side, so that it does not matter which one counts."""
    derived = [entry.derive if entry.kind is Kind.ACCEPTS else None for entry in (one, other)]
    return one.new == other.new and derived[0] == derived[1]


def stands_first(first: Deviation, later: Deviation) -> bool:
    """Whether the entry that stands first is meant to: it is the narrower one, or says `before`. ``first``: the entry
    that counts. ``later``: one behind it that fits the same exchange and expects something else.
    """
    if later.id in first.before or first.premise is not None:
        return True
    sides = (
        (implies(first.when, later.when), implies(later.when, first.when)),
        (_routes_within(first, later), _routes_within(later, first)),
        (_answers_within(first.legacy, later.legacy), _answers_within(later.legacy, first.legacy)),
    )
    # The first thing in which they are not equal decides; where each says something of its own, neither is narrower.
    return next((ours and not theirs for ours, theirs in sides if not (ours and theirs)), False)


def covers(first: Deviation, later: Deviation) -> bool:
    """Whether the entry that stands first fits wherever the later one does, so that the later one never counts."""
    if first.premise is not None:
        return False
    return (
        implies(later.when, first.when)
        and all(_same_or_none(getattr(first.when, name), getattr(later.when, name)) for name in _PATTERNS)
        and _answers_within(later.legacy, first.legacy)
        and _routes_within(later, first)
    )


def implies(one: Condition, other: Condition) -> bool:
    """Whether `one` says at least all that `other` says about the request.

    Two expressions for one parameter count as saying equally much. `known` says nothing that the route does not.
    """
    named = {*(one.parameters or ()), *one.parameter}
    return (
        (not other.parameter or not named.isdisjoint(other.parameter))
        and set(other.lacks) <= set(one.lacks)
        and set(other.parameters or ()) <= set(one.parameters or ())
        and (not other.any_parameter or _any_of(one, other.any_parameter))
        and set(other.broken_xml) <= set(one.broken_xml)
        and all(_equals(getattr(one, name), getattr(other, name)) for name in _FLAGS)
        and _within(one.method, other.method)
        and _within(one.role, other.role)
        and {value.at for value in other.value} <= {value.at for value in one.value}
        and (not (other.shows or other.shows_any) or bool(one.shows or one.shows_any))
        and (other.message is None or one.message is not None)
    )


_PATTERNS = ("parameters", "any_parameter", "value", "shows", "shows_any", "message")
_FLAGS = ("format", "writes", "method_known", "rehearsed")


def _same_or_none(one: object, other: object) -> bool:
    return not one or one == other


def _equals(one: object, other: object) -> bool:
    return other is None or one == other


def _any_of(one: Condition, names: Collection[str]) -> bool:
    if not set(one.parameters or ()).isdisjoint(names):
        return True
    return bool(one.any_parameter) and set(one.any_parameter or ()) <= set(names)


def _within(one: Collection[object], other: Collection[object]) -> bool:
    """Whether a choice of values is within another; none at all means any."""
    return not other or (bool(one) and set(one) <= set(other))


def _answers_within(one: LegacySide | None, other: LegacySide | None) -> bool:
    if one is None or other is None:
        return other is None
    return (
        _within(one.statuses, other.statuses)
        and _within(one.codes, other.codes)
        and _within(one.defects, other.defects)
    )


def _routes_within(one: Deviation, other: Deviation) -> bool:
    return all(any(fnmatchcase(route, pattern) for pattern in other.routes) for route in one.routes)
