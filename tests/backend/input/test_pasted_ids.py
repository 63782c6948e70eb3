"""Ids that PHP pastes into its SQL."""

import pytest

from backend.input.pasted_ids import PastedId, pasted_id


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("007", "007"),
        (" 1.0\n", "1"),
        ("1e1", "10"),
        ("-1", "0"),
        ("1.5", "0"),
        ("((3) )", "3"),
        ("(", "("),
        ("abc", "abc"),
    ],
)
def test_ids_are_numbers_of_sql(text: str, digits: str) -> None:
    """What is none stays."""
    assert pasted_id(text) == digits


def test_nobody_has_what_is_no_number() -> None:
    """By PHP's rules only."""
    assert PastedId().from_php("abc") == "0"
    assert PastedId().from_php("-2") == "0"
    assert PastedId().from_php("-1") == "-1"
    assert PastedId().from_php("1e1") == "10"
