"""Cards that are dealt in a random order, but all of them before one comes again."""

import random
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Deck(Generic[T]):
    """Cards that are all dealt once before one comes again. ``chance``: shuffles. ``first``: cards that are dealt once
    before all others.
    """

    def __init__(self, cards: Sequence[T], chance: random.Random, first: Sequence[T] = ()) -> None:
        self._cards = cards
        self._chance = chance
        self._left = chance.sample(first, len(first))

    def deal(self) -> T:
        """The next card."""
        if not self._left:
            self._left = self._chance.sample(self._cards, len(self._cards))
        return self._left.pop()
