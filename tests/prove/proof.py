"""What a proof found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof found.

    Args:
        title: What is claimed, as the title of a section.
        holds: Whether it is so.
        lines: The numbers, as Markdown.
    """

    title: str
    holds: bool
    lines: tuple[str, ...]
