"""Rows that a query gave."""

from backend.database.results import grouped


def test_rows_are_grouped_in_their_order() -> None:
    """Each key has its values as they came."""
    assert grouped([(1, "b"), (2, "c"), (1, "a")]) == {1: ["b", "a"], 2: ["c"]}
