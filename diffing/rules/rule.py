"""What a rule is: a difference that holds wherever the route, the response schema or the table of problems says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from diffing.registry import Example

Tell: TypeAlias = Callable[[str, object, object], None]
"""Told of each conversion: the rule's id, the value before and after."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A documented difference that is derived and not listed, with what an entry of the registry has to say too.

    Args:
        id: Starts with `rule-`, so that reports can tell rules from entries.
        title: What holds, for the reader of a report.
        why: The reason.
        guide: The section of the migration guide.
        examples: Legacy value → new value.
        near_misses: What the rule must not explain.
    """

    id: str
    title: str
    why: str
    guide: str
    examples: tuple[Example, ...]
    near_misses: tuple[Example, ...]
