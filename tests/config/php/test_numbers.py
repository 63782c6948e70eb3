"""Numbers in texts, as PHP 7.4 reads them."""

from __future__ import annotations

import pytest

from config.php.numbers import LARGEST, SMALLEST, column_number, digits_of, intval, is_numeric


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


@pytest.mark.parametrize("text", ["1", "01", "-1", "+1", "1.", ".5", "1.0", "1e3", "1E-3", " 1"])
def test_numeric_as_php_says(text: str) -> None:
    """PHP's is_numeric takes these (legacy notes, data 8)."""
    assert is_numeric(text)


@pytest.mark.parametrize("text", ["", "abc", "0x1", "1_0", "%31", "61,62", "1e", ".", "1 ", "\u0661"])
def test_not_numeric_as_php_says(text: str) -> None:
    """PHP's is_numeric refuses these."""
    assert not is_numeric(text)
