"""Entries about broken answers of PHP that do not say what breaks them: they would excuse any outage.

Who asks, how, and for which form breaks nothing; neither does a parameter or a value as any request and any answer has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import starmap
from typing import Final

from diffing.conditions import ValueCondition
from diffing.lint import Finding
from diffing.paths import MISSING
from diffing.registry import Deviation, Kind, Registry

NUMBERS: Final = ("7", "42", "2024")
WORDS: Final = ("a", "ab", "iris", "all", "active")


def causeless(registry: Registry) -> Iterator[Finding]:
    """Each `legacy_defect` of which no part says what breaks PHP's answer."""
    for entry in registry.deviations:
        if entry.kind is Kind.LEGACY_DEFECT and not _has_cause(entry):
            text = (
                "excuses any crash of PHP: say what breaks its answer (parameters, any_parameter, lacks, broken_xml, "
                "message, shows, shows_any, premise) so that no usual request or answer has it"
            )
            yield Finding(entry.id, "causeless", text)


def _has_cause(entry: Deviation) -> bool:
    when = entry.when
    if entry.premise is not None or when.lacks or when.broken_xml or when.message is not None:
        return True
    if any(starmap(_is_odd, (when.parameters or {}).items())):
        return True
    if when.any_parameter and all(starmap(_is_odd, when.any_parameter.items())):
        return True
    return any(map(_is_odd_value, when.shows)) or (
        bool(when.shows_any) and all(map(_is_odd_value, when.shows_any))
    )


def _is_odd(name: str, pattern: re.Pattern[str]) -> bool:
    """Whether no usual text of a parameter fits it; a word is none of an id."""
    usual = NUMBERS if name.endswith("_id") else (*NUMBERS, *WORDS)
    return not any(map(pattern.fullmatch, usual))


def _is_odd_value(told: ValueCondition) -> bool:
    """Whether no usual value fits it, be it a number or its text."""
    if told.equals is not MISSING or told.absent is not None:
        return True
    return (told.matches is not None and not any(map(told.matches.fullmatch, NUMBERS))) or (
        told.not_matches is not None and all(map(told.not_matches.fullmatch, NUMBERS))
    )
