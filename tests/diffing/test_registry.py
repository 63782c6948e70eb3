"""The registry as a value."""

from pathlib import Path

from diffing.registry import LegacySide
from tests.diffing.registry import registry


def test_globs_name_routes(tmp_path: Path) -> None:
    """`thing.*` is about both routes."""
    entry = registry(tmp_path).by_id["thing-envelope"]
    assert (entry.names("thing.list"), entry.names("other.list")) == (True, False)


def test_an_empty_set_means_any() -> None:
    """A refusal may be about every answer of the legacy side."""
    assert LegacySide().fits(200, None)
    assert not LegacySide(statuses=frozenset({412})).fits(200, None)
    assert not LegacySide(codes=frozenset({"111"})).fits(412, "112")
