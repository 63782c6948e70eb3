"""The further answers that a comparison needs: what it has of them, and which it must ask for first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from diffing.model import Asked, Comparison, FollowUp, Observation

if TYPE_CHECKING:
    from diffing.rules.shapes import Shape

Further = tuple[FollowUp, str | None]
"""What is asked: of whom and how, and for which path (`Comparison.question`)."""

Answers = Mapping[Further, Observation]

WHOLE: Final[Further] = (FollowUp.UNLIMITED, None)
"""The whole list of which an answer shows a part."""

NONE: Final[Answers] = MappingProxyType({})

MOST: Final = 24
"""So many further answers one comparison may need."""


class Needed(Exception):
    """A further answer must be there first."""

    def __init__(self, kind: FollowUp, question: str | None) -> None:
        super().__init__(kind, question)
        self.comparison: Final = Comparison(None, follow_up=kind, question=question)


class Underived(Exception):
    """Whether the two answers agree cannot be told from them, nor from further ones; the argument is an entry's id."""


class Sources:
    """The further answers that are there. ``ahead``: the new side has not yet done what was asked. ``answers``: by
    what was asked.
    """

    def __init__(self, answers: Answers = NONE, *, ahead: bool = False) -> None:
        self._answers = answers
        self.ahead: Final = ahead

    def answer(self, kind: FollowUp, question: str | None = None) -> Observation:
        """A further answer. ``question``: the path that is asked for. Raises Needed: it is not there yet."""
        found = self._answers.get((kind, question))
        if found is None:
            raise Needed(kind, question)
        return found


@dataclass(frozen=True, slots=True)
class ExchangeFacts:
    """What a canonical form knows of an exchange beside the two documents.

    Args:
        sources: The further answers that are there.
        shape: What the answer must look like; None where it is no JSON.
        pasted: The normalised legacy document with texts as PHP pasted them; None where it is no other.
    """

    asked: Asked
    sources: Sources = field(default_factory=Sources)
    shape: Shape | None = None
    pasted: object = None


def wanted(comparison: Comparison) -> Further | None:
    """What must be asked before a comparison can say anything; None when it has said it."""
    return None if comparison.follow_up is None else (comparison.follow_up, comparison.question)
