"""Ids of the version before."""

from pathlib import Path

from config.renamed import renamed
from diffing.deviations import load_registry
from diffing.rules.book import RULES


def test_every_old_id_leads_to_what_is_there() -> None:
    """A rule or an entry of today; and none of today has an old name."""
    registry = load_registry(Path("config"))
    known = registry.by_id.keys() | {rule.id for rule in RULES}
    assert set(renamed().values()) <= known
    assert known.isdisjoint(renamed())
