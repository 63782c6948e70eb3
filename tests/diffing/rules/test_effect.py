"""That an error changes nothing is told like other rules; tests/proxy/checking/test_effect_tally.py judges by it."""

from diffing.rules.book import RULES
from diffing.rules.effect import RULE


def test_the_rule_is_in_the_book() -> None:
    """So that guide and reports know it."""
    assert RULE in RULES
