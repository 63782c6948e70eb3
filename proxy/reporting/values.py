"""Values of both sides as reports show them: JSON, never the notation of a program; an absent key says so."""

from collections.abc import Mapping
from typing import Any, Final

from diffing.describe import MAX_SHOWN
from diffing.walk import canonical

ABSENT: Final = "(absent)"


def as_json(value: object) -> str:
    """A value as JSON; bytes as a text of their characters."""
    return canonical(value.decode("latin-1") if isinstance(value, bytes) else value).decode()


def both(difference: Mapping[str, Any]) -> tuple[str, str]:
    """The values of the legacy and of the new side. ``difference``: a difference or an example: ``what``, ``legacy``,
    ``new``.
    """
    what = difference.get("what")
    return (
        ABSENT if what == "extra" else as_json(difference.get("legacy")),
        ABSENT if what == "missing" else as_json(difference.get("new")),
    )


def short(value: str) -> str:
    """A shown value, cut to what fits a line."""
    return value if len(value) <= MAX_SHOWN else f"{value[:MAX_SHOWN]}… ({len(value)} characters)"
