"""Pairs that PHP pastes together as JSON."""

from backend.legacy.pairs import pasted


def test_one_value_with_a_quotation_mark_hides_all() -> None:
    """PHP cannot read the text."""
    assert pasted([("a", "1"), ("b", "c d")]) == [("a", "1"), ("b", "c d")]
    assert pasted([("a", "1"), ("b", 'say "x"')]) == ()
    assert pasted([("a", "line\nend")]) == ()


def test_what_happens_to_be_an_escape_is_read_as_one() -> None:
    """PHP shows what it read."""
    assert pasted([("a", r"\u0041")]) == (("a", "A"),)


def test_a_value_that_goes_deep_hides_all() -> None:
    """What is read as a document is read so far as documents go."""
    assert pasted([("a", '","b":' + "[" * 100_000)]) == ()
