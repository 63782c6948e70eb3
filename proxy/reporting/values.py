"""Values of both sides as reports show them: JSON, never the notation of a program; an absent key says so."""

from collections.abc import Mapping
from typing import Any, Final

from diffing.describe import MAX_SHOWN
from diffing.model import Outcome
from diffing.walk import canonical

ABSENT: Final = "(absent)"
_AS_ANSWERED: Final = frozenset({"broken", "undocumented", "comparing failed", *Outcome})
"""What differs where nothing is expected in place of the legacy side's own answer."""


def as_json(value: object) -> str:
    """A value as JSON; bytes as a text of their characters."""
    return canonical(value.decode("latin-1") if isinstance(value, bytes) else value).decode()


def both(difference: Mapping[str, Any]) -> tuple[str, str]:
    """The value that is expected, as the normaliser made it of legacy's, and that of the new side. ``difference``: a
    difference or an example: ``what``, ``legacy``, ``new``.
    """
    what = difference.get("what")
    return (
        ABSENT if what == "extra" else as_json(difference.get("legacy")),
        ABSENT if what == "missing" else as_json(difference.get("new")),
    )


def legacy_raw(difference: Mapping[str, Any]) -> str:
    """The value as the legacy side wrote it; empty where that is what is expected, or cannot be told."""
    raw = difference.get("raw")
    told = "" if raw is None else as_json(raw)
    return "" if told == both(difference)[0] else told


def sides(difference: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a report shows of a difference: whose value, and the value.

    Args:
        difference: As for ``both``, with ``raw``.

    Returns:
        What was expected of the new side (made of legacy's value by the normaliser), the raw legacy value where it is
        another one, and the new value.
    """
    expected, new = both(difference)
    if str(difference.get("what")).partition(":")[0] in _AS_ANSWERED:
        return ("legacy", expected), ("new", new)
    raw = legacy_raw(difference)
    return ("expected", expected), *((("legacy", raw),) if raw else ()), ("new", new)


def short(value: str) -> str:
    """A shown value, cut to what fits a line."""
    return value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}… ({len(value)} characters)"
