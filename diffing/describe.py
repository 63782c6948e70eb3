"""Describe a difference for a person: DeepDiff on the pruned subtree, never on a whole document."""

from __future__ import annotations

from typing import Final

from diffing.model import Difference
from diffing.walk import canonical

# DeepDiff is quadratic on lists: larger subtrees are shown by their beginning instead.
MAX_DESCRIBED: Final = 20_000
MAX_SHOWN: Final = 160


def describe(difference: Difference) -> str:
    """One or more lines: what is different at the path.

    Containers on both sides are described by what changes inside them; all else by both values.
    """
    legacy, new = difference.legacy, difference.new
    both_containers = isinstance(legacy, dict | list) and isinstance(new, dict | list)
    if both_containers and len(canonical([legacy, new])) <= MAX_DESCRIBED:
        # Loaded with the first difference that needs it: it brings more modules than all the rest of the comparison.
        from deepdiff import DeepDiff

        lines = DeepDiff(legacy, new, verbose_level=2).pretty()
        return f"{difference.path} ({difference.what}): {lines}"
    return f"{difference.path} ({difference.what}): legacy {shown(legacy)}, new {shown(new)}"


def shown(value: object) -> str:
    """A value as JSON, cut to what fits a line."""
    text = repr(value) if isinstance(value, bytes) else canonical(value).decode()
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}… ({len(text)} characters)"
