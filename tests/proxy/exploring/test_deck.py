"""Cards."""

import random

from proxy.exploring.deck import Deck


def test_a_deck_deals_all_cards_before_one_comes_again() -> None:
    """Those that come first, first."""
    deck = Deck("abc", random.Random(1), "xy")
    assert sorted(deck.deal() for _ in range(2)) == ["x", "y"]
    assert [sorted(deck.deal() for _ in range(3)) for _ in range(2)] == [["a", "b", "c"]] * 2
