"""What came of comparing an exchange, as it is counted and kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from diffing.model import Comparison
from diffing.usage import Fact


@dataclass(frozen=True, slots=True)
class LazySample:
    """The whole exchange behind a verdict, made only when it is to be kept. ``size``: how much a reader would have to
    look at. ``make``: makes it, without secrets.
    """

    size: int
    make: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of comparing an exchange, small enough to be stored.

    Args:
        signature: What exchanges that differ alike have in common (diffing.cluster).
        usage: What entries of the registry did besides explaining (diffing.usage).
        seconds: How long the legacy and the new side took; None where one did not answer.
        example: What a reader needs to see it, without secrets.
        facts: What the exchange covers of its route: pairs like ``("parameter", "data_id")``, ``("status", "2xx")``.
        evidence: The whole exchange; None where nobody has to look at it.
    """

    comparison: Comparison
    signature: str
    usage: tuple[Fact, ...] = ()
    seconds: tuple[float, float] | None = None
    example: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[tuple[str, str], ...] = ()
    evidence: LazySample | None = None
