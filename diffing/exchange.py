"""What a canonical form knows of an exchange beside the two documents."""

from __future__ import annotations

from dataclasses import dataclass, field

from diffing.further import Sources
from diffing.model import Asked
from diffing.rules.shapes import Shape


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exchange.

    Args:
        asked: Facts of the request.
        sources: The further answers that are there.
        shape: What the answer must look like; None where it is no JSON.
    """

    asked: Asked
    sources: Sources = field(default_factory=Sources)
    shape: Shape | None = None
