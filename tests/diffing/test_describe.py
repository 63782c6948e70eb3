"""Differences told to a person."""

from diffing.describe import MAX_DESCRIBED, describe, shown
from diffing.model import Difference


def test_scalars_are_shown_with_their_types() -> None:
    """As JSON, so that 1 and "1" look different."""
    assert describe(Difference("$.id", "type", 1, "1")) == '$.id (type): legacy 1, new "1"'


def test_containers_are_described_by_what_changes_inside() -> None:
    """An object where a list should be."""
    assert "Type of root changed from dict to list" in describe(Difference("$.a", "type", {"x": 1}, [1]))


def test_large_subtrees_are_cut() -> None:
    """No description costs more than a glance."""
    difference = Difference("$", "value", ["x" * MAX_DESCRIBED], [1])
    assert len(describe(difference)) < 400


def test_what_is_cut_says_how_long_it_was() -> None:
    """Nothing is hidden."""
    assert shown("x" * 1000).endswith("(1002 characters)")
