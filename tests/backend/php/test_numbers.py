"""Numbers in texts, as PHP 7.4 reads them."""

from __future__ import annotations

import pytest

from backend.php.numbers import LARGEST, SMALLEST, column_number, digits_of, intval


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        (" +7 x", 7),
        ("-1", -1),
        ("1.9", 1),
        ("1e2", 100),
        ("1e", 1),
        ("0x1A", 0),
        ("x", 0),
        ("", 0),
        ("9223372036854775808", LARGEST),
        ("-1e400", SMALLEST),
        ("9" * 10_000, LARGEST),
    ],
)
def test_a_text_begins_with_an_integer(text: str, value: int) -> None:
    """What is behind the number does not count."""
    assert intval(text) == value


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1", "1"),
        ("01", "01"),
        ("0", "0"),
        ("0.0", "00"),
        ("1.0", "1"),
        ("1e2", "100"),
        ("1.5", "-1"),
        ("-1", "-1"),
        ("1e400", "-1"),
        ("9" * 30, "9" * 30),
    ],
)
def test_numbers_become_digits(text: str, digits: str) -> None:
    """What no row can have is -1."""
    assert digits_of(text) == digits


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("007x", 7),
        (" 1.0 ", 1),
        ("1e2", 100),
        ("1.5", -1),
        ("-1", -1),
        ("x1", 0),
        ("", 0),
        ("9" * 5000, LARGEST),
    ],
)
def test_a_column_is_compared_with_the_number_of_a_text(text: str, value: int) -> None:
    """No id is -1; a text without a number is 0."""
    assert column_number(text) == value
