"""What a rule expects, as an entry of the registry."""

from diffing.registry import Kind, LegacySide, NewSide
from diffing.rules.derived import SOURCE, Expectation
from diffing.rules.errors import RULE


def test_an_expectation_is_an_entry_of_its_rule() -> None:
    """With what the rule tells, and of one route."""
    legacy, new = LegacySide(codes=frozenset({"111"})), NewSide(404, type="dataset-not-found")
    entry = Expectation(Kind.STATUS, legacy, new).deviation(RULE, "dataset.get")
    assert (entry.id, entry.source, entry.routes) == (RULE.id, SOURCE, ("dataset.get",))
    assert (entry.why, entry.legacy, entry.new) == (RULE.why, legacy, new)
